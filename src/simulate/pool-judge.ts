import type { DuplicateSet } from "../work/duplicate-set.ts";
import type { PreparedWork } from "../work/prepared-work.ts";
import { checkShare, checkShareAsync } from "../work/share-check.ts";
import { ntimeInRange } from "../work/share-ranges.ts";
import { limits } from "./limits.ts";
import type { ShareFate } from "./pool-stats.ts";

/** What a submit says of its work. */
export type SubmittedWork = {
  /** Hex, as sent. */
  extranonce2: string;
  ntime: number;
  nonce: number;
  versionBits: number | null;
};

/** What a share is held against. */
export type Bench = {
  /** The job as this connection's extranonce1 makes it. */
  prepared: PreparedWork;
  /** Version bits granted to this connection; 0 = none. */
  versionMask: number;
  seen: DuplicateSet;
};

export type Verdict = { fate: ShareFate; detail: string };

const invalid = (detail: string): Verdict => ({ fate: "invalid", detail });

/**
 * Judges one share as a strict pool does: the exact length of extranonce2, the time range, the version bits granted, the hash, and whether
 * it was seen before (by header hash, so version and all count).
 */
export async function judgeSubmit(bench: Bench, submitted: SubmittedWork): Promise<Verdict> {
  const { prepared, versionMask, seen } = bench;
  const free = Buffer.from(submitted.extranonce2, "hex");
  if (submitted.extranonce2.length !== 2 * prepared.freeBytes || free.length !== prepared.freeBytes)
    return invalid(`extranonce2 must have ${prepared.freeBytes} bytes`);
  if (!ntimeInRange(prepared.work.ntime, submitted.ntime, limits.ntimeRollSMax)) return invalid("ntime out of range");
  const bits = submitted.versionBits;
  if (bits !== null && (bits & ~versionMask) !== 0) return invalid("version bits outside the mask");
  const share = { free, ntime: submitted.ntime, nonce: submitted.nonce, versionBits: bits, target: prepared.upstreamTarget };
  const check = prepared.work.algorithm === "scrypt" ? await checkShareAsync(prepared, share) : checkShare(prepared, share);
  if (!check.meetsPool) return { fate: "low-difficulty", detail: "" };
  if (!seen.add(check.hash)) return { fate: "duplicate", detail: "" };
  return { fate: "accepted", detail: "" };
}
