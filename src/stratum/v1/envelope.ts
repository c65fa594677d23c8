import { v1Limits } from "./limits.ts";

/** What a request may carry as id; the answer echoes the same JSON value. A missing id reads as null; a whole number beyond 2^53 is a bigint. */
export type JsonId = number | bigint | string | null;

/** A line that cannot be used. Reading never throws: it gives a message or one of these. */
export type Fault = {
  kind: "fault";
  /** Names the field and the rule it broke; holds nothing of what the other side sent but counts. */
  reason: string;
  /** The line's id where it could be read, so that the answer can carry it. */
  id: JsonId;
  /** The method where it could be read. */
  method: string | null;
  /** Not this language at all (TLS, HTTP, binary): close. Otherwise answer error 20 and go on. */
  fatal: boolean;
};

/** One JSON object of a line, its outer members checked. */
export type Envelope = {
  kind: "envelope";
  id: JsonId;
  /** Null for an answer. */
  method: string | null;
  /** Missing and null read as [], an object as its only element (bfgminer's mining.capabilities). */
  params: readonly unknown[];
  members: Readonly<Record<string, unknown>>;
};

/** What a fault belongs to. */
export type Origin = { id: JsonId; method: string | null };

const nowhere: Origin = Object.freeze({ id: null, method: null });

/** A fault that keeps the connection. */
export function fault(reason: string, origin: Origin = nowhere): Fault {
  return { kind: "fault", reason, id: origin.id, method: origin.method, fatal: false };
}

/** True for a plain JSON object, false for arrays and null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first byte of a TLS greeting, which no text begins with. */
const tlsHandshake = 0x16;

/** Reads one line (without its newline) as far as every message is alike. Never throws. */
export function readEnvelope(bytes: Buffer, start: number, end: number): Envelope | Fault {
  const first = firstByte(bytes, start, end);
  // bfgminer tries TLS on every port before it speaks plainly; a miner line with the wrong scheme looks the same.
  if (first === tlsHandshake) return { ...fault("line: is TLS, which this port does not speak; must be a JSON object"), fatal: true };
  if (first !== 0x7b && first !== 0x5b) return { ...fault("line: must be a JSON object"), fatal: true };
  // The parser's own limit lies so deep that 32 KiB of brackets would hold up everybody for ten milliseconds.
  if (nesting(bytes, start, end) > v1Limits.nestingMax) return fault(`line: must nest ${v1Limits.nestingMax} deep at most`);
  let value: unknown;
  try {
    value = parseExactly(bytes.toString("utf8", start, end));
  } catch {
    return fault("line: must be valid JSON");
  }
  return isObject(value) ? openEnvelope(value) : fault("line: must be a JSON object, not an array");
}

/** JSON whose id comes back as it was: some clients count from 64 random bits, which a double does not hold. */
function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || typeof value["id"] !== "number" || Math.abs(value["id"]) <= Number.MAX_SAFE_INTEGER) return value;
  const exact = (key: string, member: unknown, { source }: { source?: string } = {}) =>
    key === "id" && source !== undefined && /^-?\d{1,64}$/.test(source) ? BigInt(source) : member;
  return JSON.parse(text, exact);
}

function firstByte(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at < end ? (bytes[at] ?? 0) : 0;
}

/** How deep the brackets outside of texts nest, at least where the line is JSON. */
function nesting(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = start; at < end; at++) {
    const code = bytes[at];
    if (code === 0x22) inText = !inText;
    else if (inText) at += code === 0x5c ? 1 : 0;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}

function openEnvelope(members: Record<string, unknown>): Envelope | Fault {
  const id = members["id"] ?? null;
  const method = members["method"] ?? null;
  const named = typeof method === "string" ? method : null;
  if (!isJsonId(id)) return fault(`id: must be a finite number, null or a string of ${v1Limits.idCharsMax} characters at most`, { id: null, method: named });
  const origin = { id, method: named };
  if (method !== null && named === null) return fault("method: must be a string", origin);
  if (named !== null && named.length > v1Limits.textCharsMax) return fault(`method: must be ${v1Limits.textCharsMax} characters at most`, { id, method: null });
  if (named === null && !("result" in members) && !("error" in members)) return fault("line: must have a method, or a result and an error", origin);
  const params = paramsOf(members["params"] ?? null);
  return params === null ? fault("params: must be an array", origin) : { kind: "envelope", id, method: named, params, members };
}

function isJsonId(value: unknown): value is JsonId {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "bigint" || (typeof value === "string" && value.length <= v1Limits.idCharsMax);
}

function paramsOf(value: unknown): readonly unknown[] | null {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  return isObject(value) ? [value] : null;
}

/** JSON text of a string; the common ones need no escapes and take a short way. */
export function quoted(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** JSON text of an id. */
export function idText(id: JsonId): string {
  if (id === null) return "null";
  return typeof id === "string" ? quoted(id) : String(id);
}

/** An answer that grants: all three members, as strict clients want them. */
export function writeResult(id: JsonId, result: unknown): string {
  const text = result === true ? "true" : JSON.stringify(result);
  return `{"id":${idText(id)},"result":${text},"error":null}\n`;
}

/** An answer that refuses; `code` as in error-codes.ts. */
export function writeError(id: JsonId, code: number, text: string): string {
  return `{"id":${idText(id)},"result":null,"error":[${code},${quoted(text)},null]}\n`;
}

/** A request; `params` must be JSON values. */
export function writeRequest(id: JsonId, method: string, params: readonly unknown[]): string {
  return `{"id":${idText(id)},"method":${quoted(method)},"params":${JSON.stringify(params)}}\n`;
}

/** A message nobody answers. */
export function writeNotification(method: string, params: readonly unknown[]): string {
  return writeRequest(null, method, params);
}
