import type { Envelope, Fault, JsonId } from "./envelope.ts";
import { fault, idText, quoted } from "./envelope.ts";
import { hexDigit, hexToUint32, isHex, uint32ToHex } from "./hex.ts";
import { v1Limits } from "./limits.ts";
import { scanName, scanSeparator, scanWord, skipSpaces } from "./scan.ts";

/** A share as a rig claims it. Numbers are 32 bits unsigned. */
export type Submit = {
  kind: "submit";
  id: JsonId;
  worker: string;
  jobId: string;
  /** Lower-case hex of whole bytes, at least one; its length is for the session to judge. */
  extranonce2: string;
  ntime: number;
  nonce: number;
  /** The sixth parameter; bosminer sends it whether rolling was agreed or not. */
  versionBits: number | null;
};

/** Reads the parameters of mining.submit: [worker, job, extranonce2, ntime, nonce, version bits?]. */
export function readSubmit(envelope: Envelope): Submit | Fault {
  const [worker, jobId, extranonce2, ntime, nonce, bits] = envelope.params;
  if (typeof worker !== "string") return fault("submit.worker: must be a string", envelope);
  if (worker.length > v1Limits.textCharsMax) return fault(`submit.worker: must be ${v1Limits.textCharsMax} characters at most`, envelope);
  if (typeof jobId !== "string" || jobId.length === 0 || jobId.length > v1Limits.jobIdCharsMax) {
    return fault(`submit.job: must be a string of 1..${v1Limits.jobIdCharsMax} characters`, envelope);
  }
  if (!isExtranonce2(extranonce2)) {
    return fault(`submit.extranonce2: must be hex of 1..${v1Limits.rigExtranonce2BytesMax} whole bytes${found(extranonce2)}`, envelope);
  }
  // The hub's own jobs carry eight digits; only nonce and bits come unpadded (NerdMiner prints them with %x).
  const time = typeof ntime === "string" && ntime.length === 8 ? hexToUint32(ntime) : -1;
  if (time < 0) return fault(`submit.ntime: must be 8 hex digits${found(ntime)}`, envelope);
  const number = typeof nonce === "string" ? hexToUint32(nonce) : -1;
  if (number < 0) return fault(`submit.nonce: must be 1..8 hex digits${found(nonce)}`, envelope);
  const versionBits = bits === undefined || bits === null ? null : bitsOf(bits);
  if (versionBits === -1) return fault(`submit.version_bits: must be 1..8 hex digits${found(bits)}`, envelope);
  const e2 = extranonce2.toLowerCase();
  return { kind: "submit", id: envelope.id, worker, jobId, extranonce2: e2, ntime: time, nonce: number, versionBits };
}

function bitsOf(value: unknown): number {
  return typeof value === "string" ? hexToUint32(value) : -1;
}

function isExtranonce2(value: unknown): value is string {
  if (typeof value !== "string" || value.length === 0 || (value.length & 1) !== 0) return false;
  return value.length <= 2 * v1Limits.rigExtranonce2BytesMax && isHex(value);
}

function found(value: unknown): string {
  return typeof value === "string" ? ` (got ${value.length} characters)` : ` (got ${value === undefined ? "nothing" : "no string"})`;
}

const open = 0x7b;
const comma = 0x2c;
const quote = 0x22;
const methodName = Buffer.from('"method"');
const paramsName = Buffer.from('"params"');
const idName = Buffer.from('"id"');
const submitName = Buffer.from('"mining.submit"');

/** Where the scanner leaves what it found: start and end of each parameter. Reused, as lines are read one at a time. */
const spans = new Int32Array(12);
const scanned = { params: 0, id: -1, method: false };

/**
 * The short way for what nearly every submit looks like: members id (a plain number), method and params in any order and
 * spacing, texts of printable ASCII without escapes. Null for everything else, also what is wrong; readSubmit then decides.
 * It exists because most lines a hub reads are these: about a third of the time of JSON.parse.
 */
export function scanSubmit(bytes: Buffer, start: number, end: number): Submit | null {
  if (bytes[start] !== open) return null;
  scanned.params = 0;
  scanned.id = -1;
  scanned.method = false;
  let at = start + 1;
  for (let member = 0; member < 3; member++) {
    at = scanMember(bytes, skipSpaces(bytes, at), end);
    if (at >= 0) at = scanSeparator(bytes, at, member === 2);
    if (at < 0) return null;
  }
  if (at !== end || scanned.params < 5 || scanned.id < 0 || !scanned.method) return null;
  return submitOfSpans(bytes);
}

/** Reads one member at its opening quote; the index after it, or -1. A member named twice is left to the long way. */
function scanMember(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at + 1];
  if (first === 0x70 && scanned.params === 0) {
    const value = scanName(bytes, at, paramsName);
    return value < 0 ? -1 : scanParams(bytes, value, end);
  }
  if (first === 0x69 && scanned.id < 0) {
    const value = scanName(bytes, at, idName);
    return value < 0 ? -1 : scanId(bytes, value);
  }
  if (first !== 0x6d || scanned.method) return -1;
  const value = scanName(bytes, at, methodName);
  scanned.method = true;
  return value < 0 ? -1 : scanWord(bytes, value, submitName);
}

/** A number of at most nine digits without sign, fraction or exponent. */
function scanId(bytes: Buffer, start: number): number {
  let at = start;
  let value = 0;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at++;
  }
  const digits = at - start;
  if (digits === 0 || digits > 9 || (digits > 1 && bytes[start] === 0x30)) return -1;
  scanned.id = value;
  return at;
}

/** Five or six texts; notes where each lies. */
function scanParams(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== 0x5b) return -1;
  let at = skipSpaces(bytes, start + 1);
  for (let count = 0; count < 6; count++) {
    if (bytes[at] !== quote) return -1;
    const textEnd = scanText(bytes, at + 1, end);
    if (textEnd < 0) return -1;
    spans[2 * count] = at + 1;
    spans[2 * count + 1] = textEnd;
    at = skipSpaces(bytes, textEnd + 1);
    scanned.params = count + 1;
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== comma) return -1;
    at = skipSpaces(bytes, at + 1);
  }
  return -1;
}

/** The index of the closing quote of a plain text, or -1. */
function scanText(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0;
    if (code === quote) return at;
    if (code < 0x20 || code > 0x7e || code === 0x5c) return -1;
  }
  return -1;
}

function submitOfSpans(bytes: Buffer): Submit | null {
  const from = spanAt(0);
  const workerEnd = spanAt(1);
  const jobStart = spanAt(2);
  const jobEnd = spanAt(3);
  const e2Start = spanAt(4);
  const e2End = spanAt(5);
  const e2Length = e2End - e2Start;
  if (e2Length === 0 || (e2Length & 1) !== 0 || e2Length > 2 * v1Limits.rigExtranonce2BytesMax) return null;
  if (!isLowerHex(bytes, e2Start, e2End) || jobEnd === jobStart || jobEnd - jobStart > v1Limits.jobIdCharsMax) return null;
  const ntime = eightDigits(bytes, 6);
  const nonce = eightDigits(bytes, 8);
  const versionBits = scanned.params === 6 ? eightDigits(bytes, 10) : null;
  if (ntime < 0 || nonce < 0 || versionBits === -1 || workerEnd - from > v1Limits.textCharsMax) return null;
  // One decode for three texts: a call into native code costs more than the cutting.
  const text = bytes.toString("latin1", from, e2End);
  const worker = text.substring(0, workerEnd - from);
  const jobId = text.substring(jobStart - from, jobEnd - from);
  const extranonce2 = text.substring(e2Start - from);
  return { kind: "submit", id: scanned.id, worker, jobId, extranonce2, ntime, nonce, versionBits };
}

function spanAt(index: number): number {
  return spans[index] ?? 0;
}

function isLowerHex(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0;
    if (hexDigit[code] === 255 || (code >= 0x41 && code <= 0x46)) return false;
  }
  return true;
}

/** The number in the span at `spans[index]`, -1 unless it is exactly eight digits. */
function eightDigits(bytes: Buffer, index: number): number {
  const start = spanAt(index);
  if (spanAt(index + 1) - start !== 8) return -1;
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const digit = hexDigit[bytes[at] ?? 0] ?? 255;
    if (digit === 255) return -1;
    value = (value << 4) | digit;
  }
  return value >>> 0;
}

/** The last worker and job as JSON: the shares of a shared session have them in common for as long as its job lasts. */
const quotedPair = { worker: "", jobId: "", text: '"",""' };

function quotedWorkerAndJob(worker: string, jobId: string): string {
  if (worker !== quotedPair.worker || jobId !== quotedPair.jobId) {
    quotedPair.worker = worker;
    quotedPair.jobId = jobId;
    quotedPair.text = `${quoted(worker)},${quoted(jobId)}`;
  }
  return quotedPair.text;
}

/** mining.submit as a rig sends it; the sixth parameter only where `versionBits` is not null. Ends in a newline. */
export function writeSubmit(submit: Omit<Submit, "kind">): string {
  const bits = submit.versionBits === null ? "" : `,"${uint32ToHex(submit.versionBits)}"`;
  return `{"id":${idText(submit.id)},"method":"mining.submit","params":[${quotedWorkerAndJob(submit.worker, submit.jobId)},"${submit.extranonce2}","${uint32ToHex(submit.ntime)}","${uint32ToHex(submit.nonce)}"${bits}]}\n`;
}
