/** Counters of one simulated rig since its start. */
export type RigStats = {
  connects: number;
  /** Connections that ended without the rig's own doing. */
  disconnects: number;
  jobs: number;
  /** Times the server changed its extranonce in mid-session. */
  extranonceChanges: number;
  hashes: number;
  submitted: number;
  accepted: number;
  rejected: number;
  /** Sum of the difficulties of accepted shares. */
  acceptedDifficulty: number;
  /** Refusals by their text. */
  refusals: Map<string, number>;
};

export function emptyRigStats(): RigStats {
  return {
    connects: 0,
    disconnects: 0,
    jobs: 0,
    extranonceChanges: 0,
    hashes: 0,
    submitted: 0,
    accepted: 0,
    rejected: 0,
    acceptedDifficulty: 0,
    refusals: new Map(),
  };
}

/** Sums of many rigs, as `simulate rigs` prints them. */
export function sumRigStats(all: Iterable<RigStats>): RigStats {
  const sum = emptyRigStats();
  for (const one of all) {
    sum.connects += one.connects;
    sum.disconnects += one.disconnects;
    sum.jobs += one.jobs;
    sum.extranonceChanges += one.extranonceChanges;
    sum.hashes += one.hashes;
    sum.submitted += one.submitted;
    sum.accepted += one.accepted;
    sum.rejected += one.rejected;
    sum.acceptedDifficulty += one.acceptedDifficulty;
    for (const [text, count] of one.refusals) sum.refusals.set(text, (sum.refusals.get(text) ?? 0) + count);
  }
  return sum;
}
