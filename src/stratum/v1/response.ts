import type { Envelope, JsonId } from "./envelope.ts";
import { isObject } from "./envelope.ts";
import type { Refusal } from "./error-codes.ts";
import { errorCodes } from "./error-codes.ts";
import { scanName, scanSeparator, scanWord, skipSpaces } from "./scan.ts";

/** An answer to a request of ours. */
export type Response = {
  kind: "response";
  id: JsonId;
  result: unknown;
  /** Null where the other side refused nothing. */
  error: Refusal | null;
  /** The literal `true` and no error: the only way to accept a share or a login. */
  accepted: boolean;
};

/** Reads an answer in every form of error met: [code, text, …], text, {code, message}, or false with a reject-reason. */
export function readResponse(envelope: Envelope): Response {
  const { id, members } = envelope;
  const result = members["result"] ?? null;
  const error = refusalOf(members["error"] ?? null) ?? silentRefusal(result, members["reject-reason"]);
  return { kind: "response", id, result, error, accepted: result === true && error === null };
}

/** What is empty refuses nothing: null, false, "", 0, [] and {} have all been met in the place of null. */
function refusalOf(error: unknown): Refusal | null {
  if (error === null || error === false || error === "" || error === 0) return null;
  if (typeof error === "string") return { code: errorCodes.other, text: clipped(error) };
  if (typeof error === "number") return { code: codeOf(error), text: "" };
  if (Array.isArray(error)) return error.length === 0 ? null : { code: codeOf(error[0]), text: textOf(error[1] ?? error[0]) };
  if (isObject(error) && Object.keys(error).length === 0) return null;
  if (isObject(error)) return { code: codeOf(error["code"]), text: textOf(error["message"] ?? error["reason"] ?? error["code"]) };
  return { code: errorCodes.other, text: "" };
}

/** ckpool says result false, error null, and the reason in a member of its own. */
function silentRefusal(result: unknown, reason: unknown): Refusal | null {
  if (result !== false) return null;
  return { code: errorCodes.other, text: typeof reason === "string" ? clipped(reason) : "" };
}

function codeOf(value: unknown): number {
  const code = typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof code === "number" && Number.isInteger(code) && Math.abs(code) <= 0x7fffffff ? code : errorCodes.other;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? clipped(value) : "";
}

/** Reasons end in records and pages; none needs more. */
function clipped(text: string): string {
  return text.length > 200 ? text.slice(0, 200) : text;
}

const idName = Buffer.from('"id"');
const resultName = Buffer.from('"result"');
const errorName = Buffer.from('"error"');
const trueWord = Buffer.from("true");
const nullWord = Buffer.from("null");

/**
 * The id of an answer that accepts, `{"id":N,"result":true,"error":null}` with its members in any order and spacing and N
 * of at most 15 digits; -1 for any other line, which readPoolMessage then reads. Makes no garbage: most of what a pool
 * says to a busy hub are these.
 */
export function readAcceptedId(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== 0x7b) return -1;
  let at = start + 1;
  let id = -1;
  let seen = 0;
  for (let member = 0; member < 3; member++) {
    at = skipSpaces(bytes, at);
    const which = bytes[at + 1] ?? 0;
    const value = scanMember(bytes, at, which);
    at = value < 0 ? -1 : scanValue(bytes, value, which);
    if (at < 0) return -1;
    if (which === 0x69) id = numberAt(bytes, value, at);
    seen += which;
    at = scanSeparator(bytes, at, member === 2);
    if (at < 0) return -1;
  }
  // One each of i, r and e: a name given twice does not add up.
  return at === end && seen === 0x69 + 0x72 + 0x65 ? id : -1;
}

/** The index after the only value that the member beginning with `which` may have here, or -1. */
function scanValue(bytes: Buffer, at: number, which: number): number {
  return which === 0x69 ? skipDigits(bytes, at) : scanWord(bytes, at, which === 0x72 ? trueWord : nullWord);
}

/** The index of the value of the member that begins with `which`, or -1. */
function scanMember(bytes: Buffer, at: number, which: number): number {
  switch (which) {
    case 0x69:
      return scanName(bytes, at, idName);
    case 0x72:
      return scanName(bytes, at, resultName);
    case 0x65:
      return scanName(bytes, at, errorName);
    default:
      return -1;
  }
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at++;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function numberAt(bytes: Buffer, start: number, end: number): number {
  const digits = end - start;
  if (digits === 0 || digits > 15 || (digits > 1 && bytes[start] === 0x30)) return -1;
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return value;
}

/** Our ids are numbers; some pools give them back as texts. -1 for what cannot be one of ours. */
export function idOf({ id }: Response): number {
  if (typeof id === "string") return /^\d{1,15}$/.test(id) ? Number(id) : -1;
  return typeof id === "number" ? id : -1;
}
