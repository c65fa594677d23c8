/** What the planner is told: plain data, gathered by whoever knows it. Times are milliseconds since 1970, hashrates H/s, parts `Bp` basis points. */
export type PlanFacts = {
  nowMs: number;
  /** Before this moment only what people decided is done: for the first 60 s of a run nothing else but pool failover acts. */
  startGraceUntilMs: number;
  fleets: readonly FleetPlanFact[];
  contracts: readonly ContractPlanFact[];
  rigs: readonly RigPlanFact[];
  /** What is in force of rigs that serve contracts; a rig without a row is the house's, and so is the rest of a rig whose rows make less than 1. */
  allocations: readonly AllocationPlanFact[];
};

export type FleetPlanFact = {
  no: number;
  /** A person has said that no rig moves by itself; ends at that moment. null = not held. */
  heldUntilMs: number | null;
  /** Part of the capacity that is never sold. */
  reserveBp: number;
  /** Whether a rig may serve a `threshold` contract for part of each cycle. */
  slices: boolean;
  /** Optional moves (release, level, give-back) made in the last 60 s; they have a cap. */
  optionalMovesLastMinute: number;
};

export type ContractMethod = "threshold" | "miners";

/** One place of a `miners` contract: a whole rig of that nominal hashrate. */
export type PlacePlanFact = {
  /** Counts from 1 within the contract, and stays. */
  no: number;
  nominalHps: number;
  /** The rig that the customer asked for by name; null = any that fits. */
  rigNo: number | null;
  /** Model asked for; null = any. */
  model: string | null;
};

export type ContractPlanFact = {
  no: number;
  /** What people call it, for the reasons. */
  label: string;
  fleetNo: number;
  /** 0 = nobody's own rigs count as his. */
  customerNo: number;
  method: ContractMethod;
  /** `miners`: the sum of its places. */
  promisedHps: number;
  /** Empty for `threshold`. */
  places: readonly PlacePlanFact[];
  /** The line below which the planner may break dwell times and take from lower priority (`threshold`), or a place counts as failed (`miners`). */
  toleranceBp: number;
  /** 0 (first) to 9. */
  priority: number;
  /** False while it is suspended, cancelled, or not yet activated by a person. */
  active: boolean;
  startsAtMs: number;
  /** null = until terminated. */
  endsAtMs: number | null;
};

export type RigPlanStatus = "vetting" | "online" | "degraded" | "offline" | "rejecting" | "flapping" | "quarantined";
export type RigPlanLifecycle = "storage" | "active" | "maintenance" | "retired";

export type RigPin = { to: "profile" } | { to: "contract"; contractNo: number };

/** A planned absence, half-open. */
export type MaintenanceWindow = { fromMs: number; toMs: number };

export type RigPlanFact = {
  no: number;
  name: string;
  fleetNo: number;
  siteNo: number;
  building: string | null;
  row: string | null;
  rack: string | null;
  model: string | null;
  /** 0 = not known yet. */
  nominalHps: number;
  /** h: nominal x learned ratio (while degraded: the estimate since the detector began) x pool-accept ratio. 0 for offline and gone rigs is the planner's own doing. */
  expectedHps: number;
  status: RigPlanStatus;
  /** Completes "S21-005, which …": "has sent no accepted share for 95 s". */
  statusText: string;
  lifecycle: RigPlanLifecycle;
  /** Has an open connection at this moment. */
  connected: boolean;
  /** Disconnected for longer than its grace. */
  gone: boolean;
  /** 0 = the house's. */
  ownerCustomerNo: number;
  lend: "none" | "house" | "all";
  pin: RigPin | null;
  draining: boolean;
  parked: boolean;
  /** `miners`: what the place's own detector says; null = there is no verdict, h decides. */
  belowPlace: boolean | null;
  /** The next or present one; null = none. */
  maintenance: MaintenanceWindow | null;
  /** Moment of the last move between the house and contracts, or between contracts; switches of an agreed part are none. null = never. */
  lastMoveAtMs: number | null;
  movesLastHour: number;
  /** No give-back before it: see `holdDownMs`. 0 = none. */
  heldDownUntilMs: number;
};

export type AllocationPlanFact = {
  rigNo: number;
  contractNo: number;
  /** Above 0, at most 1. */
  fraction: number;
};
