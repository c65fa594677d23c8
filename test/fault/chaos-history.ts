import type { HubAllocation, HubEvent, HubRig } from "./chaos-hub.ts";
import type { ChaosRecord, Harmed, Sample } from "./chaos-record.ts";

type Seen = Pick<ChaosRecord, "harmed" | "samples">;

/** Hub's grace, and what it takes to plan and to write. */
const replacedWithinMs = 8_000;
/** A rig that was harmed so lately is no false alarm. */
const harmTellsMs = 120_000;
const badStatuses: readonly unknown[] = ["degraded", "offline", "flapping", "rejecting"];

const timeOf = (ms: number) => new Date(ms).toISOString();

/** Each change of a status has an event with the numbers that decided it, and the events of a rig are one chain. */
export function checkStatuses(
  { harmed, samples }: Seen,
  { events, rigs, violations }: { events: readonly HubEvent[]; rigs: readonly HubRig[]; violations: string[] },
): Record<string, unknown> {
  const all = events.filter(({ type }) => type === "rig.status-changed");
  const changes = Map.groupBy(all, ({ subject }) => subject.id ?? "");
  const unprovoked: string[] = [];
  const noticed: Record<string, number[]> = {};
  for (const rig of rigs) {
    const own = changes.get(rig.id) ?? [];
    const harms = harmed.filter(({ what }) => what === `rig ${rig.name}`);
    violations.push(...chainFaults(rig, own), ...unseenFaults(rig, own, samples));
    unprovoked.push(...own.filter((event) => badStatuses.includes(event.data?.["to"]) && !isExplained(event, harms)).map(({ at, text }) => `${at} ${text}`));
    for (const one of harms) noticed[one.harm] = [...(noticed[one.harm] ?? []), noticedAfterS(one, own)];
  }
  return { changes: all.length, noticed_after_s: noticed, unprovoked };
}

function chainFaults({ name, status }: HubRig, own: readonly HubEvent[]): string[] {
  const faults: string[] = [];
  let last = "vetting";
  for (const { at, text, data } of own) {
    if (data?.["from"] !== last) faults.push(`${name}: “${text}” at ${at} comes from ${data?.["from"]}, the event before led to ${last}`);
    if (!/\d/.test(text.replace(name, ""))) faults.push(`${name}: no numbers in “${text}”`);
    last = String(data?.["to"]);
  }
  if (last !== status) faults.push(`${name} is ${status}, by its events ${last}`);
  return faults;
}

/** What was seen by asking is what the events tell. */
function unseenFaults({ id, name }: HubRig, own: readonly HubEvent[], samples: readonly Sample[]): string[] {
  const faults: string[] = [];
  let before: string | null = null;
  for (const { atMs, rigs } of samples) {
    const rig = rigs.find((one) => one.id === id);
    if (rig === undefined) continue;
    const seen = `${rig.status} since ${rig.status_since}`;
    const isTold = () => own.some(({ at, data }) => data?.["to"] === rig.status && Math.abs(Date.parse(at) - Date.parse(rig.status_since)) < 2_000);
    if (before !== null && before !== seen && !isTold()) faults.push(`${name} was seen ${seen} at ${timeOf(atMs)}, and no event tells it`);
    before = seen;
  }
  return faults;
}

function isExplained({ at }: HubEvent, harms: readonly Harmed[]): boolean {
  return harms.some(({ fromMs, toMs }) => fromMs <= Date.parse(at) && Date.parse(at) <= toMs + harmTellsMs);
}

/** -1 = not while it lasted. */
function noticedAfterS({ fromMs, toMs }: Harmed, own: readonly HubEvent[]): number {
  const event = own.find(({ at, data }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs && badStatuses.includes(data?.["to"]));
  return event === undefined ? -1 : Math.round((Date.parse(event.at) - fromMs) / 1_000);
}

/** Each allocation has a reason, the agreed parts of a rig are never more than all of it (what they leave is the house's), and a rig that fell was replaced. */
export function checkAllocations(
  { harmed, samples }: Seen,
  { allocations, rigs, violations }: { allocations: readonly HubAllocation[]; rigs: readonly HubRig[]; violations: string[] },
): Record<string, unknown> {
  for (const one of allocations)
    if (one.reason.code === "" || one.reason.text.length < 10 || one.decided_by === "")
      violations.push(`an allocation without a reason: ${JSON.stringify(one)}`);
  const reasons: Record<string, number> = {};
  for (const { reason } of allocations) reasons[reason.code] = (reasons[reason.code] ?? 0) + 1;
  const replacedMs: number[] = [];
  for (const { id, name } of rigs) {
    const own = allocations.filter(({ rig_id }) => rig_id === id);
    violations.push(...partFaults(name, own));
    for (const fall of fallsOf({ id, name }, { harmed, samples })) {
      const left = own.find(({ contract_id, to }) => contract_id !== null && to !== null && isDuring(to, fall));
      if (left?.to == null)
        violations.push(`${name}, which served a contract, was killed at ${timeOf(fall.fromMs)} until ${timeOf(fall.toMs)} and not replaced`);
      else replacedMs.push(Date.parse(left.to) - fall.fromMs);
    }
  }
  return { rows: allocations.length, reasons, replaced_after_ms: replacedMs.toSorted((one, other) => one - other) };
}

const isDuring = (at: string, { fromMs, toMs }: Harmed) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs;

/** Times that it was killed, for long enough, while it served a contract. */
function fallsOf({ id, name }: Pick<HubRig, "id" | "name">, { harmed, samples }: Seen): Harmed[] {
  const kills = harmed.filter(({ what, harm, fromMs, toMs }) => what === `rig ${name}` && harm === "kill" && toMs - fromMs >= replacedWithinMs);
  const served = (atMs: number) =>
    samples.findLast((sample) => sample.atMs <= atMs)?.contracts.some((one) => one.allocations.some(({ rig_id }) => rig_id === id));
  return kills.filter(({ fromMs }) => served(fromMs) === true);
}

function partFaults(name: string, own: readonly HubAllocation[]): string[] {
  const spans = own.map(({ from, to, fraction }) => ({ fromMs: Date.parse(from), toMs: to === null ? Number.POSITIVE_INFINITY : Date.parse(to), fraction }));
  const partsAt = (ms: number) => spans.filter((span) => span.fromMs <= ms && ms < span.toMs).reduce((all, { fraction }) => all + fraction, 0);
  return spans
    .filter(({ fromMs }) => partsAt(fromMs) <= 0 || partsAt(fromMs) > 1 + 1e-6)
    .map(({ fromMs }) => `the parts of ${name} make ${partsAt(fromMs)} at ${timeOf(fromMs)}`);
}
