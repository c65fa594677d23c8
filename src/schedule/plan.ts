/** Why a rig moves. `command` is what a person or the term of a contract decided; it is carried out even where a fleet is held. */
export type PlanCause = "command" | "replace" | "fill" | "take" | "level" | "release" | "give-back";

export type PlanReason = { code: string; text: string };

/** One rig's new allocation, whole: what it served before ends. Changes are in the order in which they are to be made: who comes is before who leaves. */
export type PlanChange = {
  rigNo: number;
  /** 0 = the house (for a customer's own rig: whatever it does when no contract has it). */
  to: number;
  /** Part of the rig that `to` gets, above 0, at most 1; the rest is the house's. 1 for the house. */
  fraction: number;
  cause: PlanCause;
  /** Counts against the dwell and move caps; a replacement does not. */
  optional: boolean;
  reason: PlanReason;
  /** The rig whose work this one takes over; null = none. */
  replacesRigNo: number | null;
};

export type ContractPlan = {
  contractNo: number;
  /** Sum of its rigs' h x fraction once the changes are made, H/s. */
  expectedHps: number;
  promisedHps: number;
  /** Places with a rig that does what the place asks for; 0 for `threshold`. */
  placesServed: number;
  /** What of the promise is expected, basis points, may exceed 10000; `miners`: of places, by their nominal. */
  fillBp: number;
};

/** A contract that is expected to get less than promised, and why no rig was found. */
export type Shortage = { contractNo: number; missingHps: number; missingPlaces: number; belowTolerance: boolean };

/** What a fleet has over, once the changes are made. */
export type FleetSpare = { fleetNo: number; spareHps: number; spareRigs: number; vettingRigs: number };

export type Plan = {
  changes: PlanChange[];
  /** Only contracts in force. */
  contracts: ContractPlan[];
  shortages: Shortage[];
  fleets: FleetSpare[];
};
