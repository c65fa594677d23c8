import { difficultyRule, isDifficulty } from "./difficulty-range.ts";
import type { Envelope, Fault, JsonId } from "./envelope.ts";
import { fault, readEnvelope, writeNotification, writeRequest, writeResult } from "./envelope.ts";
import { bytesOfHex, hexOfBytes, hexToUint32, uint32ToHex } from "./hex.ts";
import { v1Limits } from "./limits.ts";
import type { Notify } from "./notify.ts";
import { readNotify } from "./notify.ts";
import type { Response } from "./response.ts";
import { readAcceptedId, readResponse } from "./response.ts";

export type SetExtranonce = { kind: "set-extranonce"; extranonce1: Uint8Array; extranonce2Bytes: number };

/** `host` and `port` are null where the pool means "the same". */
export type Reconnect = { kind: "reconnect"; host: string | null; port: number | null; waitS: number };

/** All that a pool says. */
export type PoolMessage =
  | Notify
  /** Belongs to jobs notified after it. */
  | { kind: "set-difficulty"; difficulty: number }
  | SetExtranonce
  | { kind: "set-version-mask"; versionMask: number }
  | Reconnect
  | { kind: "show-message"; text: string }
  /** To be answered with our agent text. */
  | { kind: "get-version"; id: JsonId }
  /** To be answered "pong". */
  | { kind: "ping"; id: JsonId }
  | Response
  | { kind: "unknown"; id: JsonId; method: string };

/** Reads one line of a pool, `bytes[start..end)` without its newline. Never throws. A pool's notification may carry any id. */
export function readPoolMessage(bytes: Buffer, start: number, end: number): PoolMessage | Fault {
  const acceptedId = readAcceptedId(bytes, start, end);
  if (acceptedId >= 0) return { kind: "response", id: acceptedId, result: true, error: null, accepted: true };
  const envelope = readEnvelope(bytes, start, end);
  if (envelope.kind === "fault") return envelope;
  return envelope.method === null ? readResponse(envelope) : readMethod(envelope, envelope.method);
}

function readMethod(envelope: Envelope, method: string): PoolMessage | Fault {
  const { id } = envelope;
  switch (method) {
    case "mining.notify":
      return readNotify(envelope);
    case "mining.set_difficulty":
      return readSetDifficulty(envelope);
    case "mining.set_extranonce":
      return readSetExtranonce(envelope);
    case "mining.set_version_mask":
      return readSetVersionMask(envelope);
    case "client.reconnect":
      return readReconnect(envelope);
    case "client.show_message":
      return { kind: "show-message", text: typeof envelope.params[0] === "string" ? envelope.params[0].slice(0, v1Limits.textCharsMax) : "" };
    case "client.get_version":
      return { kind: "get-version", id };
    case "mining.ping":
      return { kind: "ping", id };
    default:
      return { kind: "unknown", id, method };
  }
}

function readSetDifficulty(envelope: Envelope): PoolMessage | Fault {
  const [difficulty] = envelope.params;
  if (!isDifficulty(difficulty)) return fault(`set_difficulty.difficulty: ${difficultyRule}`, envelope);
  return { kind: "set-difficulty", difficulty };
}

function readSetExtranonce(envelope: Envelope): SetExtranonce | Fault {
  const layout = extranonceOf(envelope.params[0], envelope.params[1]);
  return typeof layout === "string" ? fault(`set_extranonce.${layout}`, envelope) : { kind: "set-extranonce", ...layout };
}

/** A pool's extranonce1 and extranonce2 size, or the rule that they break. */
function extranonceOf(e1: unknown, size: unknown): Omit<SetExtranonce, "kind"> | string {
  const extranonce1 = typeof e1 === "string" && e1.length <= 2 * v1Limits.poolExtranonce1BytesMax ? bytesOfHex(e1) : null;
  if (extranonce1 === null) return `extranonce1: must be hex of at most ${v1Limits.poolExtranonce1BytesMax} whole bytes`;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > v1Limits.poolExtranonce2BytesMax) {
    return `extranonce2_size: must be an integer 1..${v1Limits.poolExtranonce2BytesMax}`;
  }
  return { extranonce1, extranonce2Bytes: size };
}

function readSetVersionMask(envelope: Envelope): PoolMessage | Fault {
  const [mask] = envelope.params;
  const versionMask = typeof mask === "string" ? hexToUint32(mask) : -1;
  return versionMask < 0 ? fault("set_version_mask.mask: must be 1..8 hex digits", envelope) : { kind: "set-version-mask", versionMask };
}

/** [] or [host, port, wait]; the port comes as number or text, and what is unusable means "the same place". */
function readReconnect(envelope: Envelope): Reconnect {
  const [host, port, wait] = envelope.params;
  const number = numberOf(port);
  const seconds = numberOf(wait);
  return {
    kind: "reconnect",
    host: typeof host === "string" && host !== "" && host.length <= 253 ? host : null,
    port: Number.isInteger(number) && number > 0 && number < 65_536 ? number : null,
    waitS: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3600) : 0,
  };
}

/** A number, or a text that is one; NaN for the rest: `Number` runs what an object from outside calls its `valueOf`, and throws. */
function numberOf(value: unknown): number {
  return typeof value === "number" || (typeof value === "string" && value !== "") ? Number(value) : Number.NaN;
}

/** What a pool's answer to mining.subscribe says. */
export type Subscription = { extranonce1: Uint8Array; extranonce2Bytes: number; sessionId: string | null };

/** Reads [subscriptions, extranonce1, extranonce2 size]; the first may be a list of pairs, one pair, or anything else. */
export function readSubscribeResult(result: unknown): Subscription | Fault {
  if (!Array.isArray(result)) return fault("subscribe result: must be an array");
  const layout = extranonceOf(result[1], result[2]);
  return typeof layout === "string" ? fault(`subscribe result, ${layout}`) : { ...layout, sessionId: sessionIdOf(result[0]) };
}

/** The id that goes with mining.notify, in a list of pairs or in one flat pair. */
function sessionIdOf(subscriptions: unknown): string | null {
  if (!Array.isArray(subscriptions)) return null;
  const pairs: unknown[] = Array.isArray(subscriptions[0]) ? subscriptions : [subscriptions];
  for (const pair of pairs) {
    if (Array.isArray(pair) && pair[0] === "mining.notify" && typeof pair[1] === "string") return pair[1];
  }
  return null;
}

/** The answer to mining.subscribe, with both subscriptions as most pools list them. */
export function writeSubscribeResult(id: JsonId, subscription: Subscription): string {
  const sessionId = subscription.sessionId ?? "";
  const pairs = ["mining.set_difficulty", "mining.notify"].map((name) => [name, sessionId]);
  return writeResult(id, [pairs, hexOfBytes(subscription.extranonce1), subscription.extranonce2Bytes]);
}

/** mining.set_difficulty; cgminer queues values per notify, so send one directly before its notify. */
export function writeSetDifficulty(difficulty: number): string {
  return `{"id":null,"method":"mining.set_difficulty","params":[${difficulty}]}\n`;
}

/** mining.set_version_mask, only to rigs that sent configure. */
export function writeSetVersionMask(versionMask: number): string {
  return writeNotification("mining.set_version_mask", [uint32ToHex(versionMask)]);
}

/** mining.set_extranonce, only to rigs that asked for changes or are known to follow. */
export function writeSetExtranonce(extranonce1: Uint8Array, extranonce2Bytes: number): string {
  return writeNotification("mining.set_extranonce", [hexOfBytes(extranonce1), extranonce2Bytes]);
}

/** client.reconnect to the same place: the only form that cgminer and ESP-Miner both follow. */
export function writeReconnect(): string {
  return writeNotification("client.reconnect", []);
}

/** client.show_message. */
export function writeShowMessage(text: string): string {
  return writeNotification("client.show_message", [text]);
}

/** client.get_version; a rig may never answer. */
export function writeGetVersion(id: JsonId): string {
  return writeRequest(id, "client.get_version", []);
}

/** mining.ping; silence is no reason to close (cpuminer, bfgminer and NerdQAxe never answer). */
export function writePing(id: JsonId): string {
  return writeRequest(id, "mining.ping", []);
}
