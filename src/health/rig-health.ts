/** The statuses a rig can have, in the order in which they cover each other: the first that holds is shown. */
export const statusesByPrecedence = Object.freeze(["quarantined", "offline", "flapping", "rejecting", "degraded", "vetting", "online"] as const);
export type HealthStatus = (typeof statusesByPrecedence)[number];

/** A rule by its code, and the numbers that decided in words that a person can read. */
export type StatusReason = { code: string; text: string };
export type RigVerdict = { status: HealthStatus; reason: StatusReason };

/** What is held against what: shares that came, shares that were expected, and the real time in which they were. */
export type Tally = { expected: number; accepted: number; ms: number };

/** Why a rig is degraded: which statistic said so; `severe` becomes `mild` as it recovers. Why it is offline: no connection, or silence on an open one. */
export const degradedBy = Object.freeze(["severe", "mild", "vetting"] as const);
export const offlineBy = Object.freeze(["gone", "silent"] as const);

/**
 * All that the detector remembers of a rig: plain data, changed in place by `stepRig`. Between two steps it is kept as a row of numbers
 * (`encodeHealth`), half the size; every minute the rows are written down, so that a restart takes up where it was.
 */
export type RigHealth = {
  status: HealthStatus;
  /** Real time since the status began, counted by steps. */
  statusMs: number;
  /** Steps in a row that came late; what a late one shows may still lie unread in the sockets. */
  lateSteps: number;
  quarantined: boolean;
  /** Null while it is not offline; likewise `degraded`. */
  offline: (typeof offlineBy)[number] | null;
  flapping: boolean;
  rejecting: boolean;
  degraded: (typeof degradedBy)[number] | null;
  vetting: boolean;
  /** Time without a connection; 0 while connected. */
  goneMs: number;
  /** Expected shares and time since the last share of any verdict. */
  silentExpected: number;
  silentMs: number;
  /** Ratio with a memory of 60 expected shares, frozen at the last share. */
  recentExpected: number;
  recentAccepted: number;
  /** Falls to offline, each 1,000, halved every quarter of an hour. */
  flapPenalty: number;
  /** What the two CUSUMs have counted since each was last at zero; while degraded, `low` is what the deciding one has counted. */
  severe: Tally;
  mild: Tally;
  low: Tally;
  /** Their mirror images, while degraded. */
  severeBack: Tally;
  mildBack: Tally;
  vet: Tally;
  /** Shares since the reject statistic was last at zero, and its mirror image while rejecting. */
  rejectRefused: number;
  rejectAccepted: number;
  /** Nominal in force at the last step, H/s; 0 = none. What the rig's row said then; the learned one, and the first estimate of it. */
  nominalHps: number;
  rowHps: number;
  learnedHps: number;
  learnedFirstHps: number;
  /** Shares and exposure (seconds per hash) that the estimate of the nominal stands on. */
  learnAccepted: number;
  learnPerHps: number;
  learnMs: number;
  /** Expected and accepted shares, and pool answers by work, with a memory of 24 hours. */
  dayExpected: number;
  dayAccepted: number;
  dayPoolAccepted: number;
  dayPoolRejected: number;
  /** What the planner was last told: nominal times this is what the rig is expected to deliver. */
  plannedRatio: number;
  /** Expected shares at which the estimate of a degraded rig is made anew. */
  plannedAtExpected: number;
  sincePlannedMs: number;
  /** Evidence has begun to gather (more shares are wanted), or there has been none for long (fewer will do). */
  suspected: boolean;
  calmMs: number;
};

/** What the judge saw since the step before. All of it are growths and durations: no wall clock comes in, so none can jump. */
export type RigStep = {
  /** Real time since the step before, from a monotonic clock. */
  elapsedMs: number;
  connected: boolean;
  /** How long there has been no connection, where the hub knows; only the part since the step before is believed. */
  goneMs: number | null;
  /** Growth of the fact's `exposure.perHps`: seconds per hash. 0 while there is nothing to expect. */
  exposurePerHps: number;
  /** The fact's `exposure.perHps` less its `perHpsAtAccepted`. */
  exposureSinceAccepted: number;
  /** Growth of the fact's `exposure.accepted` and `exposure.refused`. */
  accepted: number;
  refused: number;
  /** An accepted share came since the step before, counted or not: in the first half minute of a connection none is. */
  worked: boolean;
  /** Work that the pool accepted and rejected, in any one unit; both 0 where it is not known. */
  poolAccepted: number;
  poolRejected: number;
  /** The rig's row: H/s, or null where nobody said and nothing is learned yet. */
  nominalHps: number | null;
  nominalLearned: boolean;
  /** By hand or by the abuse ladder. */
  quarantined: boolean;
  /** Maintenance and suspended time: both expected and counted shares are dropped and nothing is decided. */
  frozen: boolean;
};

/** Expected shares that the ratio behind the silence test remembers; it begins as that of a rig at its nominal. */
export const recentMemory = 60;

export const emptyTally = (): Tally => ({ expected: 0, accepted: 0, ms: 0 });

/** A rig's memory where there is no snapshot of it: its status is taken as it was, without the evidence. */
export function newRigHealth(status: HealthStatus = "vetting"): RigHealth {
  return {
    status,
    statusMs: 0,
    lateSteps: 0,
    quarantined: status === "quarantined",
    offline: status === "offline" ? "gone" : null,
    flapping: status === "flapping",
    rejecting: status === "rejecting",
    degraded: status === "degraded" ? "mild" : null,
    vetting: status === "vetting",
    goneMs: 0,
    silentExpected: 0,
    silentMs: 0,
    recentExpected: recentMemory,
    recentAccepted: recentMemory,
    flapPenalty: status === "flapping" ? 2_000 : 0,
    severe: emptyTally(),
    mild: emptyTally(),
    low: emptyTally(),
    severeBack: emptyTally(),
    mildBack: emptyTally(),
    vet: emptyTally(),
    rejectRefused: 0,
    rejectAccepted: 0,
    nominalHps: 0,
    rowHps: 0,
    learnedHps: 0,
    learnedFirstHps: 0,
    learnAccepted: 0,
    learnPerHps: 0,
    learnMs: 0,
    dayExpected: 0,
    dayAccepted: 0,
    dayPoolAccepted: 0,
    dayPoolRejected: 0,
    plannedRatio: 1,
    plannedAtExpected: 0,
    sincePlannedMs: 0,
    suspected: false,
    calmMs: 0,
  };
}
