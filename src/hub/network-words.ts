/** What the runtime says of a connection that failed or broke; `undefined` where its end came as it should. */
export type NetworkError = Error & { readonly code?: string };

/**
 * In words for an operator: he is to look at the name server, at the pool or at the line, and an error code tells only some people which.
 * `host`: whom it was to, as it was entered.
 */
export function networkWords(host: string, error: NetworkError | undefined): string {
  const code = error?.code ?? "";
  if (error === undefined || code === "EPIPE") return "the pool closed the connection";
  if (code === "ECONNRESET") return "the pool closed the connection without a word (reset)";
  if (code === "ETIMEDOUT") return "the connection was lost: the pool's machine does not answer any more, or the line is down";
  // Bun says the same of a refusal and of an address that no route leads to.
  if (code === "ECONNREFUSED") return "the connection was refused: nothing listens there, or there is no way there";
  if (code === "ENOTFOUND") return `there is no host named ${host}`;
  if (code.startsWith("EAI_")) return `the name ${host} could not be looked up: the name server does not answer or has failed`;
  return error.message;
}

/** A TLS handshake that failed, in words; `undefined` where nobody says why. The commonest cause is a port that speaks plainly. */
export function tlsWords(error: NetworkError | null | undefined): string {
  if (error?.code === "EPROTO") return "the pool answered without TLS: this port may be for stratum+tcp, not stratum+ssl";
  if (error?.code === "ECONNRESET") return "the pool hung up on the TLS handshake: this port may be for stratum+tcp, not stratum+ssl";
  return error ? `TLS handshake failed: ${error.message}` : "TLS handshake failed";
}

/** Whether a pool that was spoken to plainly answers in TLS: an alert or a handshake record, which no text begins with (RFC 8446, 5.1). */
export function isTlsRecord(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x15 || bytes[0] === 0x16) && (bytes.length < 2 || bytes[1] === 3);
}
