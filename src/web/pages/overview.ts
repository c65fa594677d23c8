import { count, hashrate, hashrateText, percent, plural } from "../../../views/format.ts";
import {
  AttentionList,
  Checklist,
  type FleetLine,
  FleetSummary,
  OverviewContracts,
  OverviewEvents,
  OverviewPage,
  type OverviewParts,
  type PoolLine,
  PoolSummary,
  type Steps,
  Unknowns,
} from "../../../views/pages/overview.tsx";
import { rigStatusOrder } from "../../../views/parts/status.tsx";
import { type TileProps, Tiles } from "../../../views/parts/text.tsx";
import { assetUrls } from "../assets/assets.ts";
import { isMeasured } from "../delivered-rates.ts";
import { type LiveView, liveParts } from "../live.ts";
import type { PoolView } from "../pool-views.ts";
import { contractLines } from "./contract-list.ts";
import { type ContractNow, isAtRisk, isInForce } from "./contract-snapshot.ts";
import { refusedPart } from "./fleet-snapshot.ts";
import { attentionOf, troubledPool } from "./overview-attention.ts";
import type { OverviewFacts } from "./overview-facts.ts";
import { unknownsOf } from "./overview-unknowns.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const contractsShown = 8;
const poolsShown = 12;
const namesShown = 3;

/** Null when nothing is known of any of them. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function effectiveTile({ rates, deliveredHps }: OverviewFacts): TileProps {
  const fleets = [...rates.values()];
  // In its first quarter of an hour a hub knows the last minute only.
  const quarter = sum(fleets.map(({ hps900 }) => hps900));
  const now = hashrate(quarter ?? sum(fleets.map(({ hps60 }) => hps60)));
  const note = deliveredHps === 0 ? "pools have accepted none yet" : `${hashrateText(deliveredHps)} delivered`;
  return { label: quarter === null ? "Effective, 1 min" : "Effective, 15 min", value: now.value, unit: now.unit, note };
}

/** What contracts got of what they were promised, both of those that have been served for long enough to tell; those without data count as nothing delivered. */
function deliveredTile({ contracts, nowMs }: OverviewFacts): TileProps {
  const inForce = contracts.filter(({ contract }) => isInForce(contract));
  const measured = inForce.filter(({ contract }) => isMeasured(contract, nowMs));
  const promisedHps = measured.reduce((total, { contract }) => total + contract.promisedHps, 0);
  const deliveredHps = sum(measured.map(({ hps900 }) => hps900));
  const { value, unit } = hashrate(deliveredHps);
  const label = "To contracts, 15 min";
  if (inForce.length === 0) return { label, value: "–", unit: "", note: "nothing is promised now" };
  const begin = inForce.length - measured.length;
  const others = begin === 0 ? "" : `${count(begin)} ${begin === 1 ? "begins" : "begin"}`;
  if (measured.length === 0) return { label, value: "–", unit: "", note: `${others}; no figure yet` };
  const part = deliveredHps === null ? "no data" : percent(deliveredHps / promisedHps);
  const of = `${part} of ${hashrateText(promisedHps)} promised in ${plural(measured.length, "contract")}`;
  return { label, value, unit, note: others === "" ? of : `${of}; ${others}` };
}

function spareTile({ spareHps }: OverviewFacts): TileProps {
  const { value, unit } = hashrate(spareHps);
  return { label: "Spare capacity", value, unit, note: spareHps === null ? "nobody plans yet" : "can be promised now, for good" };
}

/** What is not well although every rig counts as online: a rig whose plug was pulled does so for a while. */
function unwellText({ contracts, goneRigs }: OverviewFacts): string {
  const risks = contracts.filter(isAtRisk).length;
  const gone = goneRigs === 0 ? [] : [`${count(goneRigs)} not connected`];
  return [...gone, ...(risks === 0 ? [] : [`${plural(risks, "contract")} at risk`])].join(" · ");
}

function rigsTile(facts: OverviewFacts): TileProps {
  const { statusCounts } = facts;
  const others = rigStatusOrder.filter((status) => status !== "online" && statusCounts[status] > 0);
  const total = rigStatusOrder.reduce((rigs, status) => rigs + statusCounts[status], 0);
  const note = others.map((status) => `${count(statusCounts[status])} ${status}`).join(" · ");
  return {
    label: "Rigs",
    value: count(statusCounts.online),
    unit: `of ${count(total)} online`,
    note: note || unwellText(facts) || (total > 0 ? "all well" : "none yet"),
  };
}

function poolsTile({ pools }: OverviewFacts): TileProps {
  const well = pools.filter(({ fact }) => fact?.state === "live" || fact?.state === "warm").length;
  const troubled = pools.filter(({ fact }) => troubledPool.has(fact?.state ?? "unused"));
  const named = troubled.slice(0, namesShown).map(({ pool, fact }) => `${pool.name} ${fact?.state}`);
  const note = [...named, ...(troubled.length > namesShown ? [`${count(troubled.length - namesShown)} more`] : [])].join(" · ");
  // One that nobody needs is neither well nor unwell.
  const unused = pools.filter(({ fact }) => (fact?.state ?? "unused") === "unused").length;
  const calm = unused > 0 ? `none failing, ${count(unused)} unused` : "none failing";
  return { label: "Pools", value: count(well), unit: `of ${count(pools.length - unused)} well`, note: note || (pools.length > 0 ? calm : "none yet") };
}

function rejectedTile({ hourWork }: OverviewFacts): TileProps {
  const total = { accepted: 0n, rejected: 0n };
  for (const { accepted, rejected } of hourWork.values()) {
    total.accepted += accepted;
    total.rejected += rejected;
  }
  const part = refusedPart(total);
  const [value = "–", unit = ""] = percent(part, 2).split(" ");
  return { label: "Rejected, 1 h", value, unit, note: part === null ? "nothing was sent" : "of the work sent to pools" };
}

function fleetLines({ fleets, counts, rates }: OverviewFacts): FleetLine[] {
  return fleets.map((fleet) => {
    const own = counts.filter(({ fleetNo }) => fleetNo === fleet.no);
    return {
      ...{ id: fleet.id, name: fleet.name, algorithm: fleet.algorithm, ...(rates.get(fleet.no) ?? { hps60: null, hps900: null }) },
      rigs: own.reduce((rigs, { count: some }) => rigs + some, 0),
      nominalHps: own.reduce((total, { nominalHps }) => total + (nominalHps ?? 0), 0),
    };
  });
}

function poolLine({ pool, fact }: PoolView): PoolLine {
  const sinceMs = fact?.stateSinceMs ?? pool.createdAtMs;
  return { id: pool.id, name: pool.name, state: fact?.state ?? "unused", sinceMs, rigs: fact?.rigs ?? 0, answerMs: fact?.answerMs ?? null };
}

/** Those at fault first, then those that rigs mine at most. */
function poolLines({ pools }: OverviewFacts): { pools: PoolLine[]; poolsMore: number } {
  const isTroubled = ({ fact }: PoolView) => Number(troubledPool.has(fact?.state ?? "unused"));
  const sorted = pools.toSorted((one, other) => isTroubled(other) - isTroubled(one) || (other.fact?.rigs ?? 0) - (one.fact?.rigs ?? 0));
  return { pools: sorted.slice(0, poolsShown).map(poolLine), poolsMore: Math.max(0, pools.length - poolsShown) };
}

function stepsOf({ pools, counts, fleets, hasShare }: OverviewFacts): Steps | null {
  const hasPool = pools.length > 0 && fleets.some((fleet) => fleet.houseProfileNo !== null);
  const hasRig = counts.length > 0;
  return hasPool && hasRig && hasShare ? null : { hasPool, hasRig, hasShare };
}

/** Those at risk, then the largest of those in force. */
async function contractsOf(parts: PageParts, { contracts }: OverviewFacts): Promise<Pick<OverviewParts, "contracts" | "contractsMore">> {
  const weight = (now: ContractNow) => (isAtRisk(now) ? 1e30 : 0) + (isInForce(now.contract) ? now.contract.promisedHps : 0);
  const shown = contracts.toSorted((one, other) => weight(other) - weight(one)).slice(0, contractsShown);
  return { contracts: await contractLines(parts, shown), contractsMore: contracts.length - shown.length };
}

/** The farm in six figures. */
export function tilesOf(facts: OverviewFacts): TileProps[] {
  return [deliveredTile(facts), spareTile(facts), effectiveTile(facts), rigsTile(facts), rejectedTile(facts), poolsTile(facts)];
}

/** All that the overview shows, in plain values. */
async function overviewParts(parts: PageParts, facts: OverviewFacts, zone: string): Promise<OverviewParts> {
  const attention = attentionOf(facts);
  return {
    tiles: tilesOf(facts),
    attention: attention.first,
    attentionMore: attention.more,
    unknowns: await unknownsOf(parts, facts, zone),
    statusCounts: facts.statusCounts,
    ...(await contractsOf(parts, facts)),
    fleets: fleetLines(facts),
    ...poolLines(facts),
    events: await parts.lastEvents.current(),
    steps: stepsOf(facts),
  };
}

export async function overviewPage(parts: PageParts, { viewer }: PageCall): Promise<Response> {
  const facts = await parts.overview.atHand();
  const shown = await overviewParts(parts, facts, viewer.zone);
  return htmlResponse(OverviewPage({ ...shown, viewer: { ...viewer, nowMs: facts.nowMs }, assets: assetUrls, live: "/live/overview" }));
}

export function overviewLive(parts: PageParts, { zone }: WatchCall): LiveView {
  const render = async () => {
    const facts = await parts.overview.newest();
    const shown = await overviewParts(parts, facts, zone);
    const clock = { nowMs: facts.nowMs, zone };
    const drawn = await liveParts([
      ["steps", () => Checklist({ steps: shown.steps })],
      ["tiles", () => Tiles({ id: "tiles", tiles: shown.tiles })],
      ["attention", () => AttentionList({ items: shown.attention, more: shown.attentionMore, clock })],
      ["unknowns", () => Unknowns({ lines: shown.unknowns })],
      ["contracts", () => OverviewContracts({ contracts: shown.contracts, more: shown.contractsMore, clock })],
      ["fleets", () => FleetSummary({ fleets: shown.fleets, statusCounts: shown.statusCounts })],
      ["pools", () => PoolSummary({ pools: shown.pools, more: shown.poolsMore, clock })],
      ["last-events", () => OverviewEvents({ events: shown.events, clock })],
    ]);
    return { parts: drawn, atMs: facts.nowMs };
  };
  return { key: "overview", everyMs: 2_000, render };
}
