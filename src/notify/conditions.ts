import type { AlarmFacts, ContractAlarmFact, FleetAlarmFact, HubAlarmFact, RouteAlarmFact, Severity } from "./alarm-facts.ts";

/** Something that people should hear of, as long as it lasts. */
export type Condition = {
  /** The same for the same thing: `fleet-down flt_…`. */
  key: string;
  /** What begins together in one group is one alarm: the contracts of a fleet; anything else is a group of its own. */
  group: string;
  /** The fleet's name, or `hub`. */
  groupName: string;
  /** What it is, without what is wrong with it: `fleet main`. */
  name: string;
  /** The key of the bigger condition that it would come of, if that is there: it is named in that one's message then. */
  within: string | null;
  severity: Severity;
  subject: { kind: "fleet" | "contract" | "profile" | "hub"; id: string | null };
  /** One sentence with its numbers. */
  text: string;
};

const basisPoints = 10_000;
/** A fleet's alarm is over when fewer are down than this part of its threshold, so that one rig more or less does not end and begin it. */
const endsBelow = 0.8;

const percent = (part: number): string => `${(Math.round(part * 1_000) / 10).toString()} %`;
const whole = (count: number): string => count.toString().replace(/\B(?=(\d{3})+$)/g, ",");

const fleetKey = (id: string): string => `fleet-down ${id}`;
const poolsKey = (profileId: string): string => `pools-down ${profileId}`;

function fleetDown(fleet: FleetAlarmFact, isOn: (key: string) => boolean): Condition[] {
  const key = fleetKey(fleet.id);
  const threshold = fleet.alarmThresholdBp / basisPoints;
  const part = fleet.rigs === 0 ? 0 : fleet.down / fleet.rigs;
  const isDown = isOn(key) ? part >= threshold * endsBelow : part >= threshold;
  if (fleet.down === 0 || !isDown) return [];
  const text = `fleet ${fleet.name}: ${whole(fleet.down)} of ${whole(fleet.rigs)} ${fleet.rigs === 1 ? "rig" : "rigs"} ${fleet.down === 1 ? "is" : "are"} down (${percent(part)}; alarm at ${percent(threshold)})`;
  const names = { groupName: fleet.name, name: `fleet ${fleet.name}` };
  // Where the house has no pool its rigs have no connection either, and that is all that there is to mend.
  const within = fleet.houseProfileId === null ? null : poolsKey(fleet.houseProfileId);
  return [{ key, group: key, ...names, within, severity: "critical", subject: { kind: "fleet", id: fleet.id }, text }];
}

/** A contract that is short for want of rigs comes of a fleet whose rigs are down, if they are; one whose pools are down comes of those. */
function contractShort(contract: ContractAlarmFact, fleet: FleetAlarmFact | undefined): Condition[] {
  const { id, label, fleetNo, profileId, health, isOfPools, text } = contract;
  if (health === "delivering") return [];
  const name = `contract ${label}`;
  const within = isOfPools ? poolsKey(profileId) : fleetKey(fleet?.id ?? "");
  const names = { group: `contracts of fleet ${fleetNo}`, groupName: fleet?.name ?? "?", name };
  const severity = health === "down" ? "critical" : "warning";
  return [{ key: `contract ${id}`, ...names, within, severity, subject: { kind: "contract", id }, text: `${name} is ${health}: ${text}` }];
}

function poolsDown({ profileId, name, pools }: RouteAlarmFact, fleet: FleetAlarmFact | undefined): Condition {
  const key = poolsKey(profileId);
  const text = pools === 1 ? `the only pool of profile ${name} cannot be used` : `none of the ${pools} pools of profile ${name} can be used`;
  const names = { group: key, groupName: fleet?.name ?? "?", name: `pools of profile ${name}` };
  return { key, ...names, within: null, severity: "critical", subject: { kind: "profile", id: profileId }, text };
}

function hubFault({ code, severity, text }: HubAlarmFact): Condition {
  const key = `hub ${code}`;
  return { key, group: key, groupName: "hub", name: key, within: null, severity, subject: { kind: "hub", id: null }, text };
}

/**
 * What is wrong now: each is what one person would go and look at. `isOn` tells whether a condition was there a moment ago: what is there
 * ends a little below where it began. One rig makes no condition, however many are down: it is its fleet's threshold that counts.
 */
export function conditionsOf(facts: AlarmFacts, isOn: (key: string) => boolean): Condition[] {
  const fleets = new Map(facts.fleets.map((fleet) => [fleet.no, fleet]));
  return [
    ...facts.hub.map(hubFault),
    ...facts.fleets.flatMap((fleet) => fleetDown(fleet, isOn)),
    ...facts.routes.filter(({ allDown }) => allDown).map((route) => poolsDown(route, fleets.get(route.fleetNo))),
    ...facts.contracts.flatMap((contract) => contractShort(contract, fleets.get(contract.fleetNo))),
  ];
}
