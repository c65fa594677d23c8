import type { AlarmFacts, FleetAlarmFact, Severity } from "./alarm-facts.ts";

/** Something that people should hear of, as long as it lasts. */
export type Condition = {
  /** The same for the same thing: `fleet-down flt_…`. */
  key: string;
  /** Conditions of one group are told in one message: those of a fleet, or of the hub. */
  group: string;
  /** What people call the group. */
  groupName: string;
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

const groupOf = (fleetNo: number): string => `fleet ${fleetNo}`;
export const hubGroup = "hub";

function fleetDown(fleet: FleetAlarmFact, isOn: (key: string) => boolean): Condition[] {
  const key = `fleet-down ${fleet.id}`;
  const threshold = fleet.alarmThresholdBp / basisPoints;
  const part = fleet.rigs === 0 ? 0 : fleet.down / fleet.rigs;
  const isDown = isOn(key) ? part >= threshold * endsBelow : part >= threshold;
  if (fleet.down === 0 || !isDown) return [];
  const text = `fleet ${fleet.name}: ${whole(fleet.down)} of ${whole(fleet.rigs)} rigs are down (${percent(part)}; alarm at ${percent(threshold)})`;
  return [{ key, group: groupOf(fleet.no), groupName: fleet.name, severity: "critical", subject: { kind: "fleet", id: fleet.id }, text }];
}

/**
 * What is wrong now. `isOn` tells whether a condition was there a moment ago: what is there ends a little below where it began.
 * One rig makes no condition, however many are down: it is its fleet's threshold that counts.
 */
export function conditionsOf(facts: AlarmFacts, isOn: (key: string) => boolean): Condition[] {
  const names = new Map(facts.fleets.map(({ no, name }) => [no, name]));
  const inFleet = (fleetNo: number) => ({ group: groupOf(fleetNo), groupName: names.get(fleetNo) ?? "?" });
  const contracts = facts.contracts.flatMap(({ id, label, fleetNo, health, text }): Condition[] => {
    if (health === "delivering") return [];
    const severity = health === "down" ? "critical" : "warning";
    const subject = { kind: "contract", id } as const;
    return [{ key: `contract ${id}`, ...inFleet(fleetNo), severity, subject, text: `contract ${label} is ${health}: ${text}` }];
  });
  const routes = facts.routes.flatMap(({ profileId, name, fleetNo, allDown, pools }): Condition[] => {
    if (!allDown) return [];
    const text = pools === 1 ? `the only pool of profile ${name} cannot be used` : `none of the ${pools} pools of profile ${name} can be used`;
    return [{ key: `pools-down ${profileId}`, ...inFleet(fleetNo), severity: "critical", subject: { kind: "profile", id: profileId }, text }];
  });
  const hub = facts.hub.map(
    ({ code, severity, text }): Condition => ({
      key: `hub ${code}`,
      group: hubGroup,
      groupName: hubGroup,
      severity,
      subject: { kind: "hub", id: null },
      text,
    }),
  );
  return [...hub, ...facts.fleets.flatMap((fleet) => fleetDown(fleet, isOn)), ...routes, ...contracts];
}
