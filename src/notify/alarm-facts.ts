/** What the alarms are told of the farm at one moment, by whoever knows it. Rigs in maintenance, in storage or retired count nowhere. */
export type AlarmFacts = {
  /** Milliseconds since 1970. */
  nowMs: number;
  fleets: readonly FleetAlarmFact[];
  contracts: readonly ContractAlarmFact[];
  /** Profiles that rigs are meant to work through now. */
  routes: readonly RouteAlarmFact[];
  /** What is wrong with the hub itself, such as a full disk or a ledger that falls behind; empty when all is well. */
  hub: readonly HubAlarmFact[];
};

export type FleetAlarmFact = {
  no: number;
  id: string;
  name: string;
  /** Part of its rigs that may be down before people are woken, basis points. */
  alarmThresholdBp: number;
  rigs: number;
  /** Of them: offline, rejecting, quarantined, or without a connection at this moment. */
  down: number;
  /** Without it its rigs are let go, so that they go to their own backups. */
  houseProfileId: string | null;
};

export type ContractAlarmFact = {
  id: string;
  /** What people call it: `C-00042`. */
  label: string;
  fleetNo: number;
  /** Where it mines. */
  profileId: string;
  health: "delivering" | "degraded" | "down";
  /** It is down because none of its pools can be used. */
  isOfPools: boolean;
  /** Completes "contract C-00042 is down: …". */
  text: string;
};

export type RouteAlarmFact = {
  profileId: string;
  name: string;
  /** Whose house it is, or where its contract's rigs are. */
  fleetNo: number;
  /** None of its pools can be used. */
  allDown: boolean;
  /** How many pools it has. */
  pools: number;
};

export type HubAlarmFact = {
  /** `disk-full`, `ledger-behind`, …: one alarm each. */
  code: string;
  severity: Severity;
  text: string;
};

/** `critical`: somebody loses hashrate or records now. */
export type Severity = "warning" | "critical";
