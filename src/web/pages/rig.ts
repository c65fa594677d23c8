import { count, hashrate, hashrateText, percent } from "../../../views/format.ts";
import { RigAllocations, RigChart, RigConnection, RigPage, type RigParts, RigState } from "../../../views/pages/rig.tsx";
import { type RigControlProps, type RigOrders, RigServing } from "../../../views/pages/rig-control.tsx";
import { RigFates, RigShares, type ShareLine } from "../../../views/pages/rig-shares.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { ChartProps } from "../../../views/parts/hashrate-chart.tsx";
import { type TileProps, Tiles } from "../../../views/parts/text.tsx";
import { rangeHref, rangeQuery, rangeText, type TimeRange } from "../../../views/time-range.ts";
import type { Control } from "../../control/control.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { RigFact } from "../../health/facts.ts";
import type { Gap, HashratePoint, ShareRow, SharesSummary } from "../../ledger/answers.ts";
import type { AlgorithmName } from "../../work/algorithm.ts";
import { catalogueNominal } from "../actions/rig-details.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { type LiveView, liveParts } from "../live.ts";
import { type Rates, sinceBorn } from "../live-figures.ts";
import { rigScope } from "../rig-scope.ts";
import { coveredMs } from "../work-book.ts";
import { AllocationLines } from "./allocation-lines.ts";
import { hubFateLines, poolFateLines } from "./fate-lines.ts";
import { sentence } from "./form-body.ts";
import { identityOf } from "./newcomers.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { luckOf } from "./rig-luck.ts";
import { rigWord } from "./rig-word.ts";
import { lastQuarter, openedRange, type Shown, scopeChart, streamedRange, summaryOver } from "./scope-chart.ts";
import { pickerOf } from "./time-range.ts";

const sharesShown = 20;
const allocationsShown = 20;

function chartOf(parts: PageParts, rig: Rig, asked: Shown): Promise<ChartProps> {
  const { no, nominalHps, firstSeenMs, createdAtMs } = rig;
  return scopeChart(parts, { scope: rigScope(parts.deps.control, no), figure: "effectiveHps", level: nominalHps, bornMs: firstSeenMs ?? createdAtMs }, asked);
}

/** Refused by the hub or the pool, of all that was settled; by work, so that an easy share does not weigh like a hard one. */
function rejectedTile(summary: SharesSummary, range: TimeRange): TileProps {
  const refused = [summary.stale, summary.expired, summary.duplicate, summary.lowDifficulty, summary.invalid, summary.unauthorized];
  const refusedCount = refused.reduce((total, tally) => total + tally.count, 0);
  const settledCount = summary.hubAccepted.count + refusedCount;
  const forwarded = summary.poolAccepted.work + summary.poolRejected.work;
  const fraction = forwarded === 0n ? null : Number((summary.poolRejected.work * 1_000_000n) / forwarded) / 1_000_000;
  const [value = "–", unit = ""] = percent(fraction, 2).split(" ");
  return { label: `Rejected, ${rangeText(range)}`, value, unit, note: `${count(refusedCount)} of ${count(settledCount)} refused by the hub` };
}

function rateTile(label: string, hps: number | null, nominalHps: number | null): TileProps {
  const { value, unit } = hashrate(hps);
  const note = hps === null ? "no data" : nominalNote(hps, nominalHps);
  return { label, value, unit, note };
}

function nominalNote(hps: number, nominalHps: number | null): string {
  return nominalHps === null ? "no nominal yet" : `${percent(hps / nominalHps)} of nominal`;
}

type Seen = { rig: Rig; fact: RigFact | null; algorithm: AlgorithmName | undefined; nowMs: number; gaps: readonly Gap[] };

/** The last minute: a dozen shares, so what luck may do to it is said with it. */
function minuteTile(hps: number | null, { rig, fact, algorithm, nowMs, gaps }: Seen): TileProps {
  const tile = rateTile("Effective, 1 min", hps, rig.nominalHps);
  const windowMs = coveredMs({ fromMs: nowMs - 60_000, toMs: nowMs }, gaps);
  const luck = hps === null || algorithm === undefined || windowMs === null ? null : luckOf(fact, { hps, windowMs, algorithm });
  return luck === null || hps === null ? tile : { ...tile, note: `${tile.note}; luck: ±${hashrateText(hps * luck)}` };
}

/** The last quarter of an hour with what luck alone may do to it. */
function quarterTile(hps: number | null, nominalHps: number | null, point: HashratePoint | null): TileProps {
  const tile = rateTile("15 min", hps, nominalHps);
  if (hps === null || point === null || point.lowerHps === null || point.upperHps === null) return tile;
  return { ...tile, note: `${tile.note}; 95 %: ${hashrateText(point.lowerHps)} to ${hashrateText(point.upperHps)}` };
}

function nominalTile({ nominalHps, nominalSource, status }: Rig): TileProps {
  const { value, unit } = hashrate(nominalHps);
  const missing = status === "vetting" ? "is being learned from its shares" : "not known: declare it, or give h= in its password";
  return { label: "Nominal", value, unit, note: nominalHps === null || nominalSource === null ? missing : sourceWords[nominalSource] };
}

function forWhom({ deps: { control } }: PageParts, fact: RigFact | null): string {
  const contract = fact === null || fact.contractNo === 0 ? null : control.contracts.byNo(fact.contractNo);
  return contract === null ? "for the house" : `for ${contract.number}`;
}

function tilesOf(
  parts: PageParts,
  shown: {
    rig: Rig;
    fact: RigFact | null;
    rates: Rates;
    gaps: readonly Gap[];
    quarter: HashratePoint | null;
    summary: SharesSummary;
    range: TimeRange;
  },
): TileProps[] {
  const { rig, fact, rates, gaps, quarter, summary, range } = shown;
  const pool = parts.deps.control.pools.byNo(fact?.poolNo ?? 0);
  const born = { bornMs: rig.firstSeenMs, nowMs: parts.deps.now(), gaps };
  return [
    minuteTile(rates["60"], { rig, fact, algorithm: parts.deps.control.fleets.byNo(rig.fleetNo)?.algorithm, nowMs: parts.deps.now(), gaps }),
    quarterTile(sinceBorn(rates["900"], { seconds: 900, ...born }), rig.nominalHps, quarter),
    rateTile("24 h", sinceBorn(rates["86400"], { seconds: 86_400, ...born }), rig.nominalHps),
    rejectedTile(summary, range),
    nominalTile(rig),
    { label: "Mining at", value: pool?.name ?? "–", unit: "", note: pool === null ? "holds no job" : forWhom(parts, fact) },
  ];
}

function shareLine(row: ShareRow, poolName: (no: number) => string): ShareLine {
  return {
    atMs: row.atMs,
    difficulty: row.difficulty,
    poolName: poolName(row.poolNo),
    ours: row.hubVerdict,
    theirs: row.poolVerdict.replace("-", " "),
    reason: row.reason,
    answeredMs: row.answeredMs,
  };
}

const ordersOf = ({ parked, draining, lifecycle }: Rig): RigOrders => ({ parked, draining, lifecycle });

const sourceWords = { declared: "declared", hint: "from its password hint", learned: "learned from its shares" } as const;

function cardOf(rig: Rig, fleetName: string): RigParts["card"] {
  const { building, row, rack, position } = rig.location;
  const place = Object.entries({ building, row, rack, position }).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  const source = rig.nominalSource === null ? "" : `, ${sourceWords[rig.nominalSource]}`;
  const lines: [string, string | null][] = [
    ["Asset code", rig.assetCode],
    ["Fleet", fleetName],
    ["Nominal", rig.nominalHps === null ? null : `${hashrateText(rig.nominalHps)}${source}`],
    ["Model", rig.model],
    ["Serial", rig.serial],
    ["MAC", rig.mac],
    ["Place", place.length === 0 ? null : place.join(" · ")],
    ["Lifecycle", rig.lifecycle],
    ["Notes", rig.notes === "" ? null : rig.notes],
  ];
  return lines.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

function poolNames(parts: PageParts): (no: number) => string {
  const names = new Map<number, string>();
  return (no) => {
    const kept = names.get(no);
    if (kept !== undefined) return kept;
    const name = parts.deps.control.pools.byNo(no)?.name ?? "–";
    names.set(no, name);
    return name;
  };
}

/** All that the page of a rig shows, in plain values. Throws `not-found`. */
async function rigParts(parts: PageParts, rig: Rig, asked: Shown): Promise<RigParts> {
  const { control, hub, ledger } = parts.deps;
  const { range } = asked;
  const fact = hub.rig(rig.no);
  const scope = rigScope(control, rig.no);
  const [chart, ratesOf, gaps, rows, summary, quarter] = await Promise.all([
    chartOf(parts, rig, asked),
    parts.figures.rates(),
    parts.figures.gapsOfDay(),
    ledger.lastShares(rig.no, sharesShown),
    summaryOver(parts, scope, range),
    lastQuarter(parts, scope, rig.firstSeenMs ?? 0),
  ]);
  const nameOf = poolNames(parts);
  const lines = new AllocationLines(control);
  const history = control.allocations.latestOfRigs(control.rigs.numbersOf(rig.no), allocationsShown).map((row) => lines.of(row));
  return {
    id: rig.id,
    name: rig.name,
    status: rigWord(rig),
    statusSinceMs: rig.statusSinceMs,
    statusText: sentence(rig.statusReason.text),
    tiles: tilesOf(parts, { rig, fact, rates: ratesOf(rig.no), gaps, quarter, summary, range }),
    sessions: (fact?.sessions ?? []).map(({ sessionNo, address, agent, worker, difficulty, sinceMs, listenerId }) => ({
      ...{ no: sessionNo, address, agent, worker },
      ...{ difficulty, sinceMs, listenerId },
    })),
    disconnectedAtMs: fact?.disconnectedAtMs ?? rig.lastSeenMs,
    lastRefusal: fact?.lastRefusal ?? null,
    unreadHints: fact?.unreadHints ?? [],
    span: rangeText(range),
    chart,
    asOfMs: Math.min(summary.asOfMs, range.toMs),
    hubFates: hubFateLines(summary),
    poolFates: poolFateLines(summary),
    shares: rows.map((row) => shareLine(row, nameOf)),
    serving: history.filter(({ toMs }) => toMs === null),
    orders: ordersOf(rig),
    allocations: history,
    card: cardOf(rig, control.fleets.byNo(rig.fleetNo)?.name ?? "–"),
  };
}

function learnedOf(control: Control, rig: Rig): RigControlProps["learned"] {
  if (rig.nominalSource !== "learned") return null;
  const catalogueHps = catalogueNominal(control, rig);
  return { nominal: hashrateText(rig.nominalHps), ofCatalogue: catalogueHps === null ? null : hashrateText(catalogueHps) };
}

function controlOf(parts: PageParts, call: PageCall, form: FormState): RigControlProps | null {
  if (!call.viewer.mayWrite) return null;
  const { control } = parts.deps;
  const rig = found(control.rigs.byId(call.id), "rig");
  const profiles = control.profiles.forHouse(control.fleets.byNo(rig.fleetNo)?.algorithm);
  const pinned = rig.pinnedProfileNo === null ? null : control.profiles.byNo(rig.pinnedProfileNo);
  const pinnedContract = rig.pinnedContractNo === null ? null : control.contracts.byNo(rig.pinnedContractNo);
  return {
    rigId: rig.id,
    csrf: call.viewer.csrf,
    orders: ordersOf(rig),
    status: rig.status,
    hasNominal: rig.nominalHps !== null,
    learned: learnedOf(control, rig),
    pinnedTo: pinned?.name ?? pinnedContract?.number ?? null,
    profiles: profiles.map(({ id, name }) => ({ value: id, text: name })),
    hasContracts: control.contracts.promisedHps() > 0,
    form: form === blankForm && pinned ? { values: { profile_id: pinned.id }, errors: {} } : form,
  };
}

/** A refused form is shown where it was sent from. */
function formsOf(parts: PageParts, call: PageCall, { rig, form }: { rig: Rig; form: FormState }) {
  const isIdentity = /\/(?:merge|claim-worker)$/.test(call.url.pathname);
  const [control, identity] = isIdentity ? [blankForm, form] : [form, blankForm];
  return { control: controlOf(parts, call, control), identity: identityOf(parts, call, rig, identity) };
}

export async function rigPage(parts: PageParts, call: PageCall, form: FormState = blankForm): Promise<Response> {
  const rig = found(parts.deps.control.rigs.byId(call.id), "rig");
  const asked = await openedRange(parts, { url: call.url, zone: call.viewer.zone, bornMs: rig.firstSeenMs ?? rig.createdAtMs });
  const shown = await rigParts(parts, rig, asked);
  const live = rangeHref(`/live/rigs/${rig.id}`, asked.range);
  const picker = pickerOf(`/rigs/${rig.id}`, asked.range, call.viewer.zone);
  const props = { ...shown, viewer: call.viewer, assets: assetUrls, live, picker, ...formsOf(parts, call, { rig, form }) };
  return htmlResponse(RigPage(props), form === blankForm ? 200 : 422);
}

export function rigLive(parts: PageParts, { id, url, zone }: WatchCall): LiveView {
  const current = () => found(parts.deps.control.rigs.byId(id), "rig");
  const key = `rig ${id} ${rangeQuery(streamedRange(parts, { url, zone }).range)}`;
  const render = async () => {
    const known = current();
    const rig = await rigParts(parts, known, streamedRange(parts, { url, zone }));
    const clock = { nowMs: parts.deps.now(), zone };
    const drawn = await liveParts([
      ["state", () => RigState({ rig, clock })],
      ["tiles", () => Tiles({ id: "tiles", tiles: rig.tiles })],
      ["hashrate", () => RigChart({ rig })],
      ["connection", () => RigConnection({ rig, clock })],
      ["fates", () => RigFates({ ...rig, clock })],
      ["shares", () => RigShares({ shares: rig.shares, clock })],
      ["serving", () => RigServing({ serving: rig.serving, orders: rig.orders, clock })],
      ["allocations", () => RigAllocations({ rig, clock })],
    ]);
    return { parts: drawn };
  };
  return { key, everyMs: 2_000, render };
}
