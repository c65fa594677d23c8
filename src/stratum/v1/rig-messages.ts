import type { Configure } from "./configure.ts";
import { readConfigure } from "./configure.ts";
import { difficultyRule, isDifficulty } from "./difficulty-range.ts";
import type { Envelope, Fault, JsonId } from "./envelope.ts";
import { fault, readEnvelope, writeRequest } from "./envelope.ts";
import { v1Limits } from "./limits.ts";
import type { Response } from "./response.ts";
import { readResponse } from "./response.ts";
import type { Submit } from "./submit.ts";
import { readSubmit, scanSubmit } from "./submit.ts";

export type Subscribe = { kind: "subscribe"; id: JsonId; agent: string /** A session to resume. */; sessionId: string | null };
export type Authorize = { kind: "authorize"; id: JsonId; user: string /** Missing and null read as "". */; password: string };

/** All that a rig says. */
export type RigMessage =
  | Submit
  | Configure
  | Subscribe
  | Authorize
  | { kind: "extranonce-subscribe"; id: JsonId }
  | { kind: "suggest-difficulty"; id: JsonId; difficulty: number }
  /** `difficulty` on the SHA-256d scale; for scrypt multiply by 65,536. */
  | { kind: "suggest-target"; id: JsonId; target: string; difficulty: number }
  | { kind: "get-transactions"; id: JsonId; jobId: string }
  /** Bitmain's dialect before BIP 310; not to be enabled. */
  | { kind: "multi-version"; id: JsonId }
  | { kind: "capabilities"; id: JsonId }
  | { kind: "ping"; id: JsonId }
  /** ESP-Miner's answer to a ping, sent as a method. */
  | { kind: "pong"; id: JsonId }
  /** An answer to what we asked (client.get_version, mining.ping). */
  | Response
  | { kind: "unknown"; id: JsonId; method: string };

/**
 * Reads one line of a rig, `bytes[start..end)` without its newline. Never throws: anything unusable is a Fault whose
 * reason names the field and the rule.
 */
export function readRigMessage(bytes: Buffer, start: number, end: number): RigMessage | Fault {
  const submit = scanSubmit(bytes, start, end);
  if (submit !== null) return submit;
  const envelope = readEnvelope(bytes, start, end);
  if (envelope.kind === "fault") return envelope;
  return envelope.method === null ? readResponse(envelope) : readMethod(envelope, envelope.method);
}

function readMethod(envelope: Envelope, method: string): RigMessage | Fault {
  const { id } = envelope;
  switch (method) {
    case "mining.submit":
      return readSubmit(envelope);
    case "mining.configure":
      return readConfigure(envelope);
    case "mining.subscribe":
      return readSubscribe(envelope);
    case "mining.authorize":
      return readAuthorize(envelope);
    case "mining.extranonce.subscribe":
      return { kind: "extranonce-subscribe", id };
    case "mining.suggest_target":
      return readSuggestTarget(envelope);
    case "mining.get_transactions":
      return { kind: "get-transactions", id, jobId: typeof envelope.params[0] === "string" ? envelope.params[0] : "" };
    case "mining.multi_version":
      return { kind: "multi-version", id };
    case "mining.capabilities":
      return { kind: "capabilities", id };
    case "mining.ping":
      return { kind: "ping", id };
    case "mining.pong":
    case "pong":
      return { kind: "pong", id };
    default:
      return method.startsWith("mining.suggest_difficulty") ? readSuggestDifficulty(envelope, method) : { kind: "unknown", id, method };
  }
}

/** [], [agent], [agent, session], [agent, session or null, host, port]. A wrong agent is no reason to refuse a rig. */
function readSubscribe(envelope: Envelope): Subscribe | Fault {
  const [agent, session] = envelope.params;
  const name = typeof agent === "string" ? agent : "";
  const sessionId = typeof session === "string" && session.length > 0 ? session : null;
  if (name.length > v1Limits.textCharsMax) return fault(`subscribe.agent: must be ${v1Limits.textCharsMax} characters at most`, envelope);
  if (sessionId !== null && sessionId.length > v1Limits.textCharsMax) {
    return fault(`subscribe.session: must be ${v1Limits.textCharsMax} characters at most`, envelope);
  }
  return { kind: "subscribe", id: envelope.id, agent: name, sessionId };
}

function readAuthorize(envelope: Envelope): Authorize | Fault {
  const [user, given] = envelope.params;
  const password = given ?? "";
  if (typeof user !== "string") return fault("authorize.user: must be a string", envelope);
  // Some set-ups write a bare number as the password; it means nothing else.
  const text = typeof password === "number" ? String(password) : password;
  if (typeof text !== "string") return fault("authorize.password: must be a string or null", envelope);
  if (user.length > v1Limits.textCharsMax || text.length > v1Limits.textCharsMax) {
    return fault(`authorize: user and password must be ${v1Limits.textCharsMax} characters at most`, envelope);
  }
  return { kind: "authorize", id: envelope.id, user, password: text };
}

/** Old clients put the number into the method text: "mining.suggest_difficulty(1024)". */
function readSuggestDifficulty(envelope: Envelope, method: string): RigMessage | Fault {
  const inside = /^mining\.suggest_difficulty(?:\s*\(?\s*([0-9.eE+-]{1,32})\s*\)?)?$/.exec(method);
  if (inside === null) return { kind: "unknown", id: envelope.id, method };
  const given = inside[1] === undefined ? envelope.params[0] : Number(inside[1]);
  if (!isDifficulty(given)) return fault(`suggest_difficulty.difficulty: ${difficultyRule}`, envelope);
  return { kind: "suggest-difficulty", id: envelope.id, difficulty: given };
}

/** The target of difficulty 1: 0xffff * 2^208 (reference: pooler/cpuminer, node-stratum-pool). */
const difficultyOneTarget = 0xffff * 2 ** 208;

function readSuggestTarget(envelope: Envelope): RigMessage | Fault {
  const [target] = envelope.params;
  if (typeof target !== "string" || !/^[0-9a-fA-F]{64}$/.test(target)) return fault("suggest_target.target: must be 64 hex digits", envelope);
  const difficulty = difficultyOneTarget / Number(BigInt(`0x${target}`));
  if (!isDifficulty(difficulty)) return fault(`suggest_target.target: its difficulty ${difficultyRule}`, envelope);
  return { kind: "suggest-target", id: envelope.id, target: target.toLowerCase(), difficulty };
}

/** mining.subscribe as the hub sends it to a pool; without an agent for pools that refuse one. */
export function writeSubscribe(id: JsonId, agent: string | null, sessionId: string | null = null): string {
  const session = sessionId === null ? [] : [sessionId];
  return writeRequest(id, "mining.subscribe", agent === null ? [] : [agent, ...session]);
}

/** mining.authorize; public-pool wants exactly two parameters. */
export function writeAuthorize(id: JsonId, user: string, password: string): string {
  return writeRequest(id, "mining.authorize", [user, password]);
}

/** mining.extranonce.subscribe, only for pools whose profile asks for it. */
export function writeExtranonceSubscribe(id: JsonId): string {
  return writeRequest(id, "mining.extranonce.subscribe", []);
}

/** mining.suggest_difficulty. */
export function writeSuggestDifficulty(id: JsonId, difficulty: number): string {
  return writeRequest(id, "mining.suggest_difficulty", [difficulty]);
}

/** mining.suggest_target: 64 hex digits, most significant first. */
export function writeSuggestTarget(id: JsonId, target: string): string {
  return writeRequest(id, "mining.suggest_target", [target]);
}
