import { count, hashrate, hashrateText, percent } from "../../../views/format.ts";
import {
  type Attention,
  AttentionList,
  Checklist,
  type FleetLine,
  FleetSummary,
  OverviewEvents,
  OverviewPage,
  type OverviewParts,
  type PoolLine,
  PoolSummary,
  type Steps,
} from "../../../views/pages/overview.tsx";
import { rigStatusOrder } from "../../../views/parts/status.tsx";
import { type TileProps, Tiles } from "../../../views/parts/text.tsx";
import type { PoolState } from "../../health/facts.ts";
import { assetUrls } from "../assets/assets.ts";
import type { LiveView } from "../live.ts";
import { eventLine } from "./event-lines.ts";
import { farmOf } from "./farm.ts";
import { type FleetSnapshot, type PoolView, type RigView, refusedPart } from "./fleet-snapshot.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { isTroubled, severityOf } from "./rig-search.ts";

const attentionMax = 8;
const eventsShown = 8;
const troubledPool: ReadonlySet<PoolState> = new Set(["failing", "ejected", "misconfigured"]);

/** Null when nothing is known of any of them. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function effectiveTile(snapshot: FleetSnapshot, deliveredHps: number): TileProps {
  // In its first quarter of an hour a hub knows the last minute only.
  const quarter = sum(snapshot.rigs.map(({ hps900 }) => hps900));
  const now = hashrate(quarter ?? sum(snapshot.rigs.map(({ hps60 }) => hps60)));
  const note = deliveredHps === 0 ? "pools have accepted none yet" : `${hashrateText(deliveredHps)} delivered`;
  return { label: quarter === null ? "Effective, 1 min" : "Effective, 15 min", value: now.value, unit: now.unit, note };
}

function rigsTile({ rigs, statusCounts }: FleetSnapshot): TileProps {
  const others = rigStatusOrder.filter((status) => status !== "online" && statusCounts[status] > 0);
  const note = others.map((status) => `${count(statusCounts[status])} ${status}`).join(" · ");
  return {
    label: "Rigs",
    value: count(statusCounts.online),
    unit: `of ${count(rigs.length)} online`,
    note: note || (rigs.length > 0 ? "all well" : "none yet"),
  };
}

function poolsTile({ pools }: FleetSnapshot): TileProps {
  const well = pools.filter(({ fact }) => fact?.state === "live" || fact?.state === "warm").length;
  const troubled = pools.filter(({ fact }) => troubledPool.has(fact?.state ?? "unused"));
  const note = troubled.map(({ pool, fact }) => `${pool.name} ${fact?.state}`).join(" · ");
  return { label: "Pools", value: count(well), unit: `of ${count(pools.length)} well`, note: note || (pools.length > 0 ? "none failing" : "none yet") };
}

function rejectedTile({ hourWork }: FleetSnapshot): TileProps {
  const total = { accepted: 0n, rejected: 0n };
  for (const { accepted, rejected } of hourWork.values()) {
    total.accepted += accepted;
    total.rejected += rejected;
  }
  const part = refusedPart(total);
  const [value = "–", unit = ""] = percent(part, 2).split(" ");
  return { label: "Rejected, 1 h", value, unit, note: part === null ? "nothing was sent" : "of the work sent to pools" };
}

/** What wants a look: pools first, then rigs, the worst and the newest at the top; and how many there are in all. */
function attentionOf(snapshot: FleetSnapshot): { first: Attention[]; total: number } {
  const pools = [...snapshot.pools.flatMap(poolAttention), ...houseless(snapshot)];
  const rigs = snapshot.rigs.filter(isTroubled);
  rigs.sort((left, right) => severityOf(left.rig.status) - severityOf(right.rig.status) || right.rig.statusSinceMs - left.rig.statusSinceMs);
  return { first: [...pools, ...rigs.slice(0, attentionMax).map(rigAttention)].slice(0, attentionMax), total: pools.length + rigs.length };
}

function rigAttention({ rig }: RigView): Attention {
  const { id, name, status, statusSinceMs: sinceMs } = rig;
  return { id, mark: { kind: "rig", status }, name, href: `/rigs/${id}`, reason: rig.statusReason.text, sinceMs };
}

function poolAttention({ pool, fact }: PoolView): Attention[] {
  if (fact === null || !troubledPool.has(fact.state)) return [];
  const { reason } = fact;
  return [{ id: pool.id, mark: { kind: "pool", state: fact.state }, name: pool.name, href: `/pools/${pool.id}`, reason, sinceMs: fact.stateSinceMs }];
}

/** Fleets whose rigs get no work because nobody said where the house mines. */
function houseless({ fleets, rigs, pools }: FleetSnapshot): Attention[] {
  const peopled = new Set(rigs.map(({ rig }) => rig.fleetNo));
  return fleets
    .filter((fleet) => fleet.houseProfileNo === null && pools.length > 0 && peopled.has(fleet.no))
    .map((fleet) => ({
      id: fleet.id,
      mark: { kind: "pool", state: "misconfigured" },
      name: `Fleet ${fleet.name}`,
      href: "/pools",
      reason: "no house profile is chosen, so its rigs get no work",
      sinceMs: fleet.updatedAtMs,
    }));
}

function fleetLines({ fleets, rigs }: FleetSnapshot): FleetLine[] {
  const byFleet = Map.groupBy(rigs, ({ rig }) => rig.fleetNo);
  return fleets.map((fleet) => {
    const own = byFleet.get(fleet.no) ?? [];
    return {
      id: fleet.id,
      name: fleet.name,
      algorithm: fleet.algorithm,
      rigs: own.length,
      hps60: sum(own.map(({ hps60 }) => hps60)),
      hps900: sum(own.map(({ hps900 }) => hps900)),
      nominalHps: sum(own.map(({ rig }) => rig.nominalHps)) ?? 0,
    };
  });
}

function poolLine({ pool, fact }: PoolView): PoolLine {
  const sinceMs = fact?.stateSinceMs ?? pool.createdAtMs;
  return { id: pool.id, name: pool.name, state: fact?.state ?? "unused", sinceMs, rigs: fact?.rigs ?? 0, answerMs: fact?.answerMs ?? null };
}

function stepsOf({ pools, rigs, fleets }: FleetSnapshot): Steps | null {
  const hasPool = pools.length > 0 && fleets.some((fleet) => fleet.houseProfileNo !== null);
  const hasShare = rigs.some(({ hps86400, fact }) => hps86400 !== null || (fact?.acceptedShares ?? 0) > 0);
  return hasPool && rigs.length > 0 && hasShare ? null : { hasPool, hasRig: rigs.length > 0, hasShare };
}

/** All that the overview shows, in plain values. */
export async function overviewParts(parts: PageParts): Promise<OverviewParts> {
  const [snapshot, deliveredHps] = await Promise.all([parts.snapshots.current(), parts.figures.deliveredHps()]);
  const attention = attentionOf(snapshot);
  return {
    tiles: [effectiveTile(snapshot, deliveredHps), rigsTile(snapshot), rejectedTile(snapshot), poolsTile(snapshot)],
    attention: attention.first,
    attentionMore: attention.total - attention.first.length,
    statusCounts: snapshot.statusCounts,
    fleets: fleetLines(snapshot),
    pools: snapshot.pools.map(poolLine),
    events: parts.deps.control.events.latest(eventsShown).map(eventLine),
    steps: stepsOf(snapshot),
  };
}

export async function overviewPage(parts: PageParts, { viewer }: PageCall): Promise<Response> {
  return htmlResponse(OverviewPage({ ...(await overviewParts(parts)), viewer, assets: assetUrls, live: "/live/overview" }));
}

export function overviewLive(parts: PageParts): LiveView {
  const render = async () => {
    const shown = await overviewParts(parts);
    const clock = { nowMs: parts.deps.now(), zone: farmOf(parts.deps.control).zone };
    return {
      parts: [
        { id: "steps", html: await Checklist({ steps: shown.steps }) },
        { id: "tiles", html: await Tiles({ id: "tiles", tiles: shown.tiles }) },
        { id: "attention", html: await AttentionList({ items: shown.attention, more: shown.attentionMore, clock }) },
        { id: "fleets", html: await FleetSummary({ fleets: shown.fleets, statusCounts: shown.statusCounts }) },
        { id: "pools", html: await PoolSummary({ pools: shown.pools, clock }) },
        { id: "last-events", html: await OverviewEvents({ events: shown.events, clock }) },
      ],
    };
  };
  return { key: "overview", everyMs: 1_000, render };
}
