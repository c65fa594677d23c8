import type { Counted } from "./cusum.ts";
import type { HealthSettings } from "./health-settings.ts";
import { noteSuspicion } from "./pace.ts";
import { count, decimal, duration, ofNominal, percent, shares } from "./reason-words.ts";
import { clearTallies, degradedReason, endVetting, recover, vet, watch } from "./rig-degraded.ts";
import { fadePenalty, flappingReason, noteFall } from "./rig-flapping.ts";
import { type HealthStatus, type RigHealth, type RigStep, type RigVerdict, recentMemory, type StatusReason } from "./rig-health.ts";
import { follow, forgetEstimate, learn, nominalLimits, takeNominal, workingHps } from "./rig-nominal.ts";
import { fadeDay, noteDay, notePoolAnswers, planAgain, planLow } from "./rig-ratio.ts";
import { forgetRejects, rejectingNow, stepRejects } from "./rig-rejecting.ts";
import { goneReason, hear, isSilent, silenceLimits, silentReason } from "./rig-silence.ts";

export const stepLimits = Object.freeze({
  /** A step that comes later than this was held up with everything else: what rigs sent meanwhile may lie unread, so it lets none fall, */
  lateMs: 25_000,
  /** unless so many in a row are late: then this is the pace of a busy hub. */
  lateStepsMax: 3,
});

/**
 * One step of the judge for one rig, each ten seconds: takes what was seen since the step before into `state` (changed in place) and
 * says the new status with its reason, or null while it stays. Constant time; no clock but the durations in `step`.
 */
export function stepRig(state: RigHealth, step: RigStep, settings: HealthSettings): RigVerdict | null {
  state.statusMs += step.elapsedMs;
  state.lateSteps = step.elapsedMs > stepLimits.lateMs ? state.lateSteps + 1 : 0;
  fadeDay(state, step.elapsedMs);
  const settled = fadePenalty(state, step.elapsedMs);
  takeNominal(state, step);
  if (step.quarantined) return quarantine(state);
  const released = state.quarantined ? release(state) : null;
  const seen = step.frozen ? null : see(state, step, settings);
  return settle(state, released ?? seen ?? settled, settings);
}

/** The row already says so, with the reason of whoever did it. */
function quarantine(state: RigHealth): null {
  if (!state.quarantined) state.statusMs = 0;
  state.quarantined = true;
  state.status = "quarantined";
  return null;
}

function release(state: RigHealth): StatusReason {
  state.quarantined = false;
  state.offline = null;
  vetAnew(state);
  return { code: "released", text: "released from quarantine; vetted anew" };
}

/** A person vouches for the rig: what vetting has counted so far is dropped, and it is watched like any other. Not for one that is known to be worse. */
export function passVetting(state: RigHealth): void {
  if (shown(state) !== "vetting") return;
  endVetting(state);
  state.status = "online";
  state.statusMs = 0;
}

/** Nobody knows what has been done to it meanwhile. */
function vetAnew(state: RigHealth): void {
  endVetting(state);
  state.vetting = true;
  state.degraded = null;
  state.rejecting = false;
  forgetRejects(state);
  forgetEstimate(state);
  state.goneMs = 0;
  state.silentExpected = 0;
  state.silentMs = 0;
  state.recentExpected = recentMemory;
  state.recentAccepted = recentMemory;
  // What it did while it was degraded says nothing any more.
  planAgain(state);
}

function see(state: RigHealth, step: RigStep, settings: HealthSettings): StatusReason | null {
  if (!step.connected) return missing(state, step);
  state.goneMs = 0;
  const hps = workingHps(state);
  hear(state, {
    expected: step.exposurePerHps * hps,
    expectedSinceAccepted: step.exposureSinceAccepted * hps,
    accepted: step.accepted,
    refused: step.refused,
    ms: step.elapsedMs,
  });
  if (state.offline !== null) return step.worked ? comeBack(state) : null;
  if (isSilent(state) && mayFall(state)) return fall(state, "silent");
  const rejects = stepRejects(state, step, settings.rejectLimit);
  notePoolAnswers(state, step);
  return takeCounts(state, step, settings) ?? rejects;
}

function mayFall({ lateSteps }: RigHealth): boolean {
  return lateSteps === 0 || lateSteps >= stepLimits.lateStepsMax;
}

/** Time without a connection is counted by steps, so that neither a jump of the clock nor a hub held up makes it longer. */
function missing(state: RigHealth, step: RigStep): StatusReason | null {
  const most = Math.min(step.elapsedMs, stepLimits.lateMs);
  state.goneMs += state.goneMs > 0 ? most : Math.min(most, Math.max(1, step.goneMs ?? 1));
  return state.offline === null && state.goneMs >= silenceLimits.goneMs && mayFall(state) ? fall(state, "gone") : null;
}

function fall(state: RigHealth, by: "gone" | "silent"): StatusReason {
  const reason = by === "gone" ? goneReason() : silentReason(state);
  // Its silence is not what the rig does when it is well.
  if (by === "silent" && state.degraded === null) state.dayExpected = Math.max(0, state.dayExpected - state.silentExpected);
  state.offline = by;
  state.vetting = false;
  state.degraded = null;
  state.rejecting = false;
  state.suspected = false;
  state.calmMs = 0;
  clearTallies(state);
  noteFall(state);
  return reason;
}

/** At its first share, though it may be too early to be counted: a contract that is short takes any live rig at once. */
function comeBack(state: RigHealth): StatusReason {
  const text = `shares are accepted again after ${duration(state.statusMs)} offline; vetted anew`;
  state.offline = null;
  vetAnew(state);
  return { code: "returned", text };
}

/** The counts of a step, for the one test that the rig is under. */
function takeCounts(state: RigHealth, step: RigStep, settings: HealthSettings): StatusReason | null {
  if (state.nominalHps === 0) return learnNominal(state, step);
  const counted = { expected: step.exposurePerHps * state.nominalHps, accepted: step.accepted, ms: step.exposurePerHps > 0 ? step.elapsedMs : 0 };
  if (counted.expected === 0 && counted.accepted === 0) return null;
  const reason = test(state, counted, settings);
  if (state.degraded !== null) planLow(state);
  else if (reason?.code === "recovered") planAgain(state);
  if (shown(state) === "online") {
    noteDay(state, counted);
    follow(state, step);
  }
  noteSuspicion(state, settings, step.elapsedMs);
  return reason;
}

function learnNominal(state: RigHealth, step: RigStep): StatusReason | null {
  state.vetting = true;
  const learned = learn(state, step);
  if (learned !== null) endVetting(state);
  return learned;
}

function test(state: RigHealth, counted: Counted, settings: HealthSettings): StatusReason | null {
  if (state.vetting) return vet(state, counted, settings, mayFall(state));
  if (state.degraded !== null) return recover(state, counted, settings);
  return watch(state, counted, settings, mayFall(state));
}

/** Which of the conditions that hold is shown. */
function shown(state: RigHealth): HealthStatus {
  if (state.quarantined) return "quarantined";
  if (state.offline !== null) return "offline";
  if (state.flapping) return "flapping";
  if (state.rejecting) return "rejecting";
  if (state.degraded !== null) return "degraded";
  return state.vetting ? "vetting" : "online";
}

/** Which status each reason is one for; another one that comes to light (a rig no longer flapping is degraded) is told by its own numbers. */
const statusOfReason: Readonly<Record<string, HealthStatus>> = Object.freeze({
  silent: "offline",
  disconnected: "offline",
  rejecting: "rejecting",
  "degraded-severe": "degraded",
  "degraded-mild": "degraded",
  "degraded-vetting": "degraded",
  returned: "vetting",
  released: "vetting",
  vetted: "online",
  learned: "online",
  recovered: "online",
  settled: "online",
  "rejects-over": "online",
});

function settle(state: RigHealth, reason: StatusReason | null, settings: HealthSettings): RigVerdict | null {
  const status = shown(state);
  if (status === state.status) return null;
  state.status = status;
  state.statusMs = 0;
  return { status, reason: reason !== null && statusOfReason[reason.code] === status ? reason : reasonNow(state, settings) };
}

/** The present status with its rule and the numbers as they are now: for pages, and where a status comes to light behind another. */
export function reasonNow(state: RigHealth, settings: HealthSettings): StatusReason {
  switch (shown(state)) {
    case "quarantined":
      return { code: "quarantined", text: "quarantined by hand or for abuse" };
    case "offline":
      return state.offline === "gone" ? goneReason() : silentReason(state);
    case "flapping":
      return flappingReason(state);
    case "rejecting":
      return rejectingNow(state);
    case "degraded":
      return degradedReason(state, settings);
    case "vetting":
      return vettingReason(state);
    case "online":
      return onlineReason(state, settings);
  }
}

function vettingReason(state: RigHealth): StatusReason {
  const { learnShares } = nominalLimits;
  if (state.nominalHps === 0)
    return { code: "learning", text: `no nominal yet: ${shares(state.learnAccepted)} of the ${learnShares} from which it is learned` };
  return { code: "vetting", text: `being vetted: ${shares(state.vet.accepted)} where ${count(state.vet.expected)} were expected so far` };
}

function onlineReason(state: RigHealth, settings: HealthSettings): StatusReason {
  const { mild } = state;
  const day = state.dayExpected > 0 ? `${percent(state.dayAccepted, state.dayExpected)} of nominal in the last 24 h` : "nothing against it";
  if (mild.expected === 0) return { code: "online", text: day };
  const against = mild.expected * settings.mild.perExpected - mild.accepted * settings.mild.perAccepted;
  return { code: "online", text: `${day}; now ${ofNominal(mild)} (evidence ${decimal(against, 1)}, limit ${decimal(settings.mild.limit, 1)})` };
}

/** After a restart: clocks of disconnects and silence begin anew, as nobody was listening meanwhile. */
export function resume(state: RigHealth): void {
  state.goneMs = 0;
  state.silentExpected = 0;
  state.silentMs = 0;
}

/** What the step adds to the counts of the rig's contract or place, in shares; null while the rig's counts are dropped or it has no nominal. */
export function countedOf(state: RigHealth, step: RigStep): Counted | null {
  if (step.frozen || state.nominalHps === 0) return null;
  return { expected: step.exposurePerHps * state.nominalHps, accepted: step.accepted, ms: step.elapsedMs };
}
