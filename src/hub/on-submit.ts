import type { HubVerdict } from "../ledger/share-record.ts";
import type { Fault } from "../stratum/v1/envelope.ts";
import { errorCodes, errorTexts } from "../stratum/v1/error-codes.ts";
import { hexInto } from "../stratum/v1/hex.ts";
import type { Submit } from "../stratum/v1/submit.ts";
import type { AlgorithmName } from "../work/algorithm.ts";
import { meets, targetOf } from "../work/difficulty.ts";
import { type Layout, layoutLike, writeX } from "../work/extranonce.ts";
import { checkShare, checkShareAsync, type ShareCheck, type ShareInput } from "../work/share-check.ts";
import { ntimeInRange } from "../work/share-ranges.ts";
import type { GivenJobs } from "./given-jobs.ts";
import type { HubJob, SubmittedShare } from "./hub-job.ts";
import { limits } from "./limits.ts";
import type { RigDifficulty } from "./rig-difficulty.ts";
import type { Caller, RigFloor } from "./rig-floor.ts";
import type { RigMask } from "./rig-mask.ts";
import type { RosterRig } from "./roster.ts";

/** A rig's connection, as its shares see it. */
export type Submitter = Caller & {
  /** Its extranonce1 in hex. */
  readonly xHex: string;
  /** When the line at hand came in. */
  readonly lastLineAtMs: number;
  readonly jobs: GivenJobs;
  readonly tuning: RigDifficulty;
  /** null = it did not ask to roll versions. */
  readonly mask: RigMask | null;
  badSharesInRow: number;
  /** Shares with an extranonce2 of another length than its present layout has; -1 = it has sent one of the right length. */
  oddShares: number;
  /** Its layout came by mining.set_extranonce, which it has claimed to follow. */
  readonly toldLater: boolean;
  /** Asks it to connect anew, with this layout. */
  askBack: (layout: Layout) => void;
  noteBad: () => void;
  retune: (nowMs: number) => void;
};

let scryptWaiting = 0;

const stale = { code: errorCodes.stale, text: errorTexts.stale };
const expired = { code: errorCodes.stale, text: `${errorTexts.stale} (no longer kept, or never sent to this rig)` };
const duplicate = { code: errorCodes.duplicate, text: errorTexts.duplicate };
const lowDifficulty = { code: errorCodes.lowDifficulty, text: errorTexts.lowDifficulty };

/**
 * A share from its line to its fate: cheap questions first, then one hash, then the pool where it is worth its while.
 * A share belongs to the owner and pool of its job, wherever its rig is by now.
 */
export function onSubmit(session: Submitter, submit: Submit, floor: RigFloor): void {
  const nowMs = session.lastLineAtMs;
  const rig = session.others?.get(submit.worker) ?? session.rig;
  const job = session.jobs.find(submit.jobId);
  const difficulty = job === null ? 0 : session.jobs.difficultyOf(submit.jobId);
  const share = shareOf({ session, submit, rig, job, difficulty, nowMs });
  if (rig !== null) rig.lastShareAtMs = nowMs;
  if (rig === null || session.slot === null) refuse(floor, share, "unauthorized", session.slot === null ? notSubscribed : unauthorized);
  else if (job === null) refuse(floor, share, "expired", expired);
  else weigh(session, share, { submit, job, floor, rig });
}

/** A submit that cannot be read is a share too: it ends as a row, though nobody knows of which job. */
export function onMalformedSubmit(session: Submitter, fault: Fault, floor: RigFloor): void {
  const submit: Submit = { kind: "submit", id: fault.id, worker: "", jobId: "", extranonce2: "", ntime: 0, nonce: 0, versionBits: null };
  const share = shareOf({ session, submit, rig: session.rig, job: null, difficulty: 0, nowMs: floor.now() });
  refuse(floor, share, "invalid", { code: errorCodes.other, text: fault.reason });
}

const notSubscribed = { code: errorCodes.notSubscribed, text: errorTexts.notSubscribed };
const unauthorized = { code: errorCodes.unauthorized, text: errorTexts.unauthorized };

function weigh(session: Submitter, share: SubmittedShare, { submit, job, floor, rig }: { submit: Submit; job: HubJob; floor: RigFloor; rig: RosterRig }): void {
  const wrong = rangeFault(job, submit);
  if (wrong !== null) {
    refuse(floor, share, "invalid", { code: errorCodes.other, text: wrong });
    if (submit.extranonce2.length !== 2 * job.layout.e2Bytes) noteOddLength(session, job, submit.extranonce2.length / 2);
    return;
  }
  if (hasPresentLayout(session, job)) session.oddShares = -1;
  if (isStale(session, job, floor)) {
    refuse(floor, share, "stale", stale);
    return;
  }
  const input = inputOf(session, job, submit, share.difficulty);
  if (job.poolJob.work.algorithm === "sha256d") judge(session, share, { job, check: checkShare(job.poolJob.prepared, input), floor, rig });
  else judgeLater(session, share, { job, input, floor, rig });
}

function refuse(floor: RigFloor, share: SubmittedShare, verdict: Exclude<HubVerdict, "accepted">, answer: { code: number; text: string }): void {
  floor.settlement.refuse(share, verdict, answer);
  // Late shares are the way of the world; the others are not.
  if (verdict !== "stale") share.session.noteBad();
}

function shareOf(parts: { session: Submitter; submit: Submit; rig: RosterRig | null; job: HubJob | null; difficulty: number; nowMs: number }): SubmittedShare {
  const { session, submit, rig, job, difficulty, nowMs } = parts;
  const poolJob = job?.poolJob;
  return {
    atMs: nowMs,
    rigNo: rig?.no ?? 0,
    sessionNo: session.no,
    contractNo: poolJob?.origin.contractNo ?? 0,
    poolNo: poolJob?.origin.poolNo ?? 0,
    algorithm: poolJob?.work.algorithm ?? "sha256d",
    difficulty,
    poolDifficulty: poolJob?.work.difficulty ?? 0,
    hubVerdict: "accepted",
    poolVerdict: "not-forwarded",
    reason: null,
    answeredMs: -1,
    session,
    rig,
    requestId: submit.id,
    job,
    upstreamName: "",
    extranonce1: session.xHex,
    extranonce2: submit.extranonce2,
    ntime: submit.ntime,
    nonce: submit.nonce,
    version: 0,
    forwardedAtMs: 0,
    sequence: -1,
  };
}

/** The field and the rule that a share breaks before anything is hashed, or null. */
function rangeFault(job: HubJob, submit: Submit): string | null {
  const digits = 2 * job.layout.e2Bytes;
  if (submit.extranonce2.length !== digits) return `extranonce2: must be ${digits} hex digits, has ${submit.extranonce2.length}`;
  if (!ntimeInRange(job.ntime, submit.ntime, job.ntimeRollS)) return `ntime: must be within ${job.ntimeRollS} s after the job's`;
  return null;
}

/** Late shares of jobs before a change say nothing of what the rig does now. */
function hasPresentLayout(session: Submitter, job: HubJob): boolean {
  return job.layout.e2Bytes === session.layout.e2Bytes;
}

/** It hashed another layout than it was given, and will go on to: some firmware assumes 4 bytes whatever it is told. It is asked back for what it takes. */
function noteOddLength(session: Submitter, job: HubJob, e2Bytes: number): void {
  if (session.oddShares < 0 || !hasPresentLayout(session, job)) return;
  session.oddShares++;
  if (session.oddShares < limits.oddSharesMax) return;
  // What it did not follow it takes when it subscribes: that, all firmware does.
  const layout = session.toldLater ? job.layout : layoutLike(e2Bytes, job.layout, job.poolJob.work.free);
  if (layout !== null) session.askBack(layout);
}

/** Superseded by a newer block, or of a pool that has been gone for longer than its rigs need to move. */
function isStale(session: Submitter, job: HubJob, floor: RigFloor): boolean {
  if (job.poolJob.tip.superseded) return true;
  const { closedAtMs, poolNo } = job.poolJob.origin;
  if (closedAtMs === 0) return false;
  const allowedMs = floor.hasOtherPool(session, poolNo) ? limits.orphanMsMax : limits.orphanAloneMsMax;
  return floor.now() - closedAtMs > allowedMs;
}

const freeBytes: Uint8Array[] = Array.from({ length: 17 }, (_, length) => new Uint8Array(length));
const scratch: { free: Uint8Array; ntime: number; nonce: number; versionBits: number | null; outdatedMask: number; target: Uint32Array } = {
  free: new Uint8Array(0),
  ntime: 0,
  nonce: 0,
  versionBits: null,
  outdatedMask: 0,
  target: new Uint32Array(8),
};

/** The pool's whole extranonce2, `P | X | e2`, and what else the check needs; one reused object. */
function inputOf(session: Submitter, job: HubJob, submit: Submit, difficulty: number): ShareInput {
  const free = freeBytes[job.poolJob.work.free] ?? new Uint8Array(job.poolJob.work.free);
  const prefix = job.prefix;
  for (let index = 0; index < prefix.length; index++) free[index] = prefix[index] ?? 0;
  writeX(free, prefix.length, session.x, job.layout.e1Bytes);
  hexInto(free, prefix.length + job.layout.e1Bytes, submit.extranonce2);
  scratch.free = free;
  scratch.ntime = submit.ntime;
  scratch.nonce = submit.nonce;
  scratch.versionBits = submit.versionBits;
  scratch.outdatedMask = session.mask === null ? 0 : session.mask.outdated(job.poolJob.work);
  scratch.target = targetFor(job.poolJob.work.algorithm, difficulty);
  return scratch;
}

const targets = new Map<AlgorithmName, Map<number, Uint32Array>>();

function targetFor(algorithm: AlgorithmName, difficulty: number): Uint32Array {
  let known = targets.get(algorithm);
  if (known === undefined || known.size > 50_000) {
    known = new Map();
    targets.set(algorithm, known);
  }
  let target = known.get(difficulty);
  if (target === undefined) {
    target = targetOf(algorithm, difficulty);
    known.set(difficulty, target);
  }
  return target;
}

type Judging = { job: HubJob; check: ShareCheck; floor: RigFloor; rig: RosterRig };

function judge(session: Submitter, share: SubmittedShare, { job, check, floor, rig }: Judging): void {
  if (!check.meetsRig && !check.meetsPool && !check.meetsBlock && !tolerated(session, share, { job, check, floor, rig })) {
    refuse(floor, share, "low-difficulty", lowDifficulty);
    return;
  }
  const origin = job.poolJob.origin;
  if (!origin.duplicates.add(check.hash)) {
    refuse(floor, share, "duplicate", duplicate);
    return;
  }
  session.badSharesInRow = 0;
  // A share is credited only at its own job's difficulty; what is tolerated below it earns nothing.
  if (!check.meetsRig) share.difficulty = 0;
  else rig.noteAccepted(share, origin.closedAtMs === 0);
  // At the pool's own difficulty there is nothing to raise, however fast the shares come.
  if (session.tuning.note(share.atMs, share.difficulty) && share.difficulty < share.poolDifficulty) session.retune(share.atMs);
  if (origin.closedAtMs !== 0) floor.settlement.accept(share, "orphaned");
  else if (check.meetsPool || check.meetsBlock) forward(share, { job, check, floor, rig });
  else floor.settlement.accept(share, "not-forwarded");
}

/** Short of its difficulty by a rounding, or meant for the difficulty that was in force until just now. */
function tolerated(session: Submitter, share: SubmittedShare, { job, check }: Judging): boolean {
  if (check.meetsRigTolerance) return true;
  const lagging = session.tuning.lagging(share.difficulty, share.atMs);
  return lagging > 0 && meets(check.hash, targetFor(job.poolJob.work.algorithm, lagging));
}

function forward(share: SubmittedShare, { job, check, floor, rig }: Judging): void {
  share.version = check.version;
  share.upstreamName = job.poolJob.origin.nameFor(rig.name);
  if (!job.poolJob.origin.submit(share, job)) floor.settlement.accept(share, "unanswered");
}

/** scrypt is hashed on other threads; the share is judged when its hash is there. */
function judgeLater(session: Submitter, share: SubmittedShare, late: { job: HubJob; input: ShareInput; floor: RigFloor; rig: RosterRig }): void {
  const { job, floor, rig } = late;
  if (scryptWaiting >= limits.scryptWaitingMax) {
    // Our overload, not the rig's fault: it is not counted against it.
    floor.settlement.refuse(share, "invalid", { code: errorCodes.other, text: "too many shares wait to be checked" });
    return;
  }
  scryptWaiting++;
  checkShareAsync(job.poolJob.prepared, late.input).then(
    (check) => {
      scryptWaiting--;
      judge(session, share, { job, check, floor, rig });
    },
    (error: Error) => {
      scryptWaiting--;
      refuse(floor, share, "invalid", { code: errorCodes.other, text: `could not be checked: ${error.message}` });
    },
  );
}
