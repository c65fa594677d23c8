import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { Config, Endpoint } from "../config.ts";
import { addressRule } from "../control/listen-words.ts";

/** HOST:PORT, an IPv6 address in brackets. */
export function addressOf({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Looks whether the hub can have its certificate and its two addresses, and makes its data folder last: a start that fails leaves nothing behind.
 * @throws Error that names the flag and the rule
 */
export function preparePlaces({ stratum, http, dataDir, httpCert, httpKey }: Config): void {
  if (httpCert !== undefined && httpKey !== undefined) checkCertificate(httpCert, httpKey);
  const held = hold("--stratum", stratum);
  try {
    if (stratum.port !== 0 && stratum.port === http.port && stratum.host === http.host)
      throw new Error(`--http: ${addressOf(http)} must not be the address of --stratum as well`);
    checkAddress("--http", http);
  } finally {
    held.release();
  }
  makeDataDir(dataDir);
}

function checkCertificate(certFile: string, keyFile: string): void {
  const read = (flag: string, file: string) => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new Error(`${flag}: ${file} cannot be read (${reasonOf(error)})`);
    }
  };
  const [cert, key] = [read("--http-cert", certFile), read("--http-key", keyFile)];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const rule =
      codeOf(error) === "ERR_OSSL_X509_KEY_VALUES_MISMATCH" ? "do not belong together" : "must be a PEM certificate and its PEM key without a passphrase";
    throw new Error(`--http-cert, --http-key: ${certFile} and ${keyFile} ${rule}`);
  }
}

/** Makes the data folder, for its owner alone, when there is none. @throws Error that names --data and the reason */
export function makeDataDir(dataDir: string): void {
  const attempt = (wish: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      throw new Error(`--data: ${dataDir} ${wish} (${reasonOf(error)})`);
    }
  };
  attempt("cannot be made", () => mkdirSync(dataDir, { recursive: true, mode: 0o700 }));
  attempt("cannot be written to", () => accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK));
}

/** Listens for a moment. @throws Error that names the flag and why the address cannot be had */
export function checkAddress(flag: string, endpoint: Endpoint): void {
  hold(flag, endpoint).release();
}

/** @returns whether this process could listen there now */
export function isFree(endpoint: Endpoint): boolean {
  try {
    checkAddress("", endpoint);
    return true;
  } catch {
    return false;
  }
}

function hold(flag: string, endpoint: Endpoint): { release: () => void } {
  try {
    const probe = Bun.listen({ hostname: endpoint.host, port: endpoint.port, socket: { data() {} } });
    return { release: () => probe.stop(true) };
  } catch (error) {
    throw new Error(`${flag}: ${addressOf(endpoint)} ${addressRule(codeOf(error), endpoint.port)}`);
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** What the system said, without its error name and the call: "permission denied". */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^[A-Z]+: ([^,]+)/.exec(text)?.[1] ?? text;
}
