import type { RigConnection } from "./rig-connections.ts";
import type { Rig } from "./rig-row.ts";

/** A rig that enrolled itself lately, and one that is not there; `hps`: what is known of its size, H/s. */
type Known = Pick<Rig, "name" | "model" | "assetCode"> & { hps: number | null; connection: RigConnection | null };
export type Newcomer = Known & { firstSeenMs: number };
export type Absent = Known & { lastSeenMs: number | null };

/** How much the two are alike, 0 to 195, and by what, in words. */
export type Likeness = { score: number; reasons: string[] };

/** From here on a person is asked. An address alone says too little (they are handed out anew), and so do a size and an agent that half the farm has. */
export const likenessMin = 50;

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A connection that nobody closed is noticed this late: so long both may seem to be there. */
const overlapMs = 2 * minuteMs;

/** Null where they cannot be one machine, or there is too little to say so. Pure: what is known goes in, nothing is looked up. */
export function likenessOf(newcomer: Newcomer, absent: Absent): Likeness | null {
  const size = sizeOf(newcomer.hps, absent.hps);
  const time = timeOf(newcomer.firstSeenMs, absent.lastSeenMs);
  const otherModel = newcomer.model !== null && absent.model !== null && newcomer.model !== absent.model;
  if (size === "other" || time === "both" || otherModel) return null;
  const found = [...connectionOf(newcomer.connection, absent.connection), ...size, ...time];
  if (newcomer.model !== null && newcomer.model === absent.model) found.push({ points: 10, reason: "same model" });
  if (newcomer.name.toLowerCase() === absent.assetCode?.toLowerCase()) found.push({ points: 60, reason: "its name is the asset code" });
  if (similarNames(newcomer.name, absent.name)) found.push({ points: 25, reason: "similar name" });
  const score = found.reduce((sum, { points }) => sum + points, 0);
  return score < likenessMin ? null : { score, reasons: found.map(({ reason }) => reason) };
}

type Found = { points: number; reason: string };

function connectionOf(one: RigConnection | null, other: RigConnection | null): Found[] {
  if (one === null || other === null) return [];
  const address = one.address === other.address ? [{ points: 40, reason: `same address ${one.address}` }] : [];
  return one.agent !== "" && one.agent === other.agent ? [...address, { points: 15, reason: "same agent" }] : address;
}

function sizeOf(one: number | null, other: number | null): Found[] | "other" {
  if (one === null || other === null || one <= 0 || other <= 0) return [];
  const apart = Math.abs(one - other) / Math.max(one, other);
  if (apart > 0.3) return "other";
  if (apart > 0.15) return [];
  return [apart > 0.05 ? { points: 10, reason: "similar size" } : { points: 20, reason: "same size" }];
}

function timeOf(cameMs: number, wentMs: number | null): Found[] | "both" {
  if (wentMs === null) return [{ points: 10, reason: "was entered and has never connected" }];
  const goneMs = cameMs - wentMs;
  if (goneMs < -overlapMs) return "both";
  const minutes = Math.max(0, Math.round(goneMs / minuteMs));
  if (goneMs <= 15 * minuteMs) return [{ points: 25, reason: minutes === 0 ? "went when this one came" : `went ${minutes} min before this one came` }];
  return goneMs <= dayMs ? [{ points: 10, reason: `went ${Math.round(minutes / 60)} h before this one came` }] : [];
}

/** `s19-0042` beside `s19-0042-new` or `S19_42`, and not beside `s19-0043`: in a farm most names differ by a digit. */
export function similarNames(one: string, other: string): boolean {
  const [short = "", long = ""] = [one.toLowerCase(), other.toLowerCase()].sort((left, right) => left.length - right.length);
  if (short.length < 3) return false;
  const isEdge = (letter: string | undefined) => letter === undefined || !/[a-z0-9]/.test(letter);
  if (long.startsWith(short) && isEdge(long[short.length])) return true;
  if (long.endsWith(short) && isEdge(long[long.length - short.length - 1])) return true;
  const numbers = (name: string) => (name.match(/\d+/g) ?? []).map(Number).join(" ");
  const letters = (name: string) => name.replace(/[^a-z]/g, "");
  return numbers(short) !== "" && numbers(short) === numbers(long) && letters(short) === letters(long);
}
