import { axisTime, clockTime, count, duration, hashrate, hashrateText, percent, plural } from "../../../views/format.ts";
import {
  ContractAllocations,
  ContractChart,
  ContractEvents,
  ContractPage,
  type ContractParts,
  type ContractPoolLine,
  ContractPools,
  ContractRigs,
  ContractSentence,
  ContractStrip,
  type ServingLine,
} from "../../../views/pages/contract.tsx";
import type { ContractCommandsProps } from "../../../views/pages/contract-commands.tsx";
import { RigFates } from "../../../views/pages/rig-shares.tsx";
import type { StripBar } from "../../../views/parts/delivery-strip.tsx";
import { type EventMark, markGroups } from "../../../views/parts/event-marks.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { ChartProps } from "../../../views/parts/hashrate-chart.tsx";
import { type TileProps, Tiles } from "../../../views/parts/text.tsx";
import { rangeHref, rangeQuery, rangeText } from "../../../views/time-range.ts";
import type { Clock } from "../../../views/viewer.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { ServingRig } from "../../control/contracts.ts";
import { holdAt } from "../../control/fleets.ts";
import { poolUrl } from "../../control/pools.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { FleetCount } from "../../control/rigs.ts";
import type { HashratePoint } from "../../ledger/answers.ts";
import { contractOf } from "../actions/contract-commands.ts";
import { assetUrls } from "../assets/assets.ts";
import { servedSinceMs } from "../delivered-rates.ts";
import { type LiveView, liveParts } from "../live.ts";
import type { RateTable } from "../live-figures.ts";
import { openingWarnings } from "../opening-warnings.ts";
import { warningsOf } from "../present-live.ts";
import { AllocationLines } from "./allocation-lines.ts";
import { wordOf, wordSinceMs } from "./contract-list.ts";
import { contractMarks } from "./contract-marks.ts";
import { contractSentence, newsMs } from "./contract-sentence.ts";
import { type ContractNow, isInForce } from "./contract-snapshot.ts";
import { termLines } from "./contract-terms.ts";
import { promiseLevels, promiseStretches } from "./delivery-bars.ts";
import { eventLine } from "./event-lines.ts";
import { hubFateLines, poolFateLines } from "./fate-lines.ts";
import { sentence } from "./form-body.ts";
import { ganttOf } from "./gantt-rows.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigWord } from "./rig-word.ts";
import { deliveredBand, lastQuarter, openedRange, type Shown, scopeChart, streamedRange, summaryOver } from "./scope-chart.ts";
import { barMsOf } from "./strips.ts";
import { pickerOf } from "./time-range.ts";

const servingShown = 100;
const allocationsShown = 30;
const eventsShown = 20;
const drawnMax = 20;
const marksListed = 12;
/** Rigs that are asked where they mine: all of a contract are at one pool but for the moment of a move. */
const askedMax = 8;
const quarterMs = 900_000;
const dayMs = 86_400_000;
/** So long what is to be said of its opening stands on its page. */
const freshMs = 600_000;

const chartWords = { line: "delivered, with the 95 % band of its rate", level: "promised" };

/** What it delivered, by whole steps, against what it was promised at the time. Before it began nothing is known. */
function chartOf(parts: PageParts, { no, activatedAtMs }: Contract, asked: Shown): Promise<ChartProps> {
  const bornMs = activatedAtMs ?? asked.range.toMs;
  const level = promiseLevels(promiseStretches(parts.deps.control.contracts.history(no)));
  return scopeChart(parts, { scope: { kind: "contract", no }, figure: "deliveredHps", level, bornMs, words: chartWords }, asked);
}

/** Why it has its status; of one that is online, only what its status does not say yet. */
function statusTextOf({ deps }: PageParts, { no, fleetNo, status, statusReason }: Rig): string {
  if (status !== "online") return statusReason.text;
  const fact = deps.hub.rig(no);
  if (fact !== null && fact.sessions.length > 0) return "";
  const graceS = deps.control.fleets.byNo(fleetNo)?.disconnectGraceS ?? 0;
  const gone = fact === null || fact.disconnectedAtMs === null ? "" : ` for ${duration(deps.now() - fact.disconnectedAtMs)}`;
  return `not connected${gone}; it counts as offline after ${duration(graceS * 1_000)}, after a minute where a whole site fell`;
}

function servingLines(parts: PageParts, serving: readonly ServingRig[], rates: RateTable): ServingLine[] {
  const { rigs } = parts.deps.control;
  return serving.slice(0, servingShown).flatMap(({ rigNo, fraction, sinceMs, text }) => {
    const rig = rigs.byNo(rigNo);
    if (rig === null) return [];
    const { id, name, nominalHps } = rig;
    return [
      {
        id,
        name,
        status: rigWord(rig),
        statusText: statusTextOf(parts, rig),
        fraction,
        hps900: rates.get(rigNo)?.[1] ?? null,
        nominalHps,
        sinceMs,
        reason: text,
      },
    ];
  });
}

function activePoolNo({ deps }: PageParts, contractNo: number, serving: readonly ServingRig[]): number {
  for (const { rigNo } of serving.slice(0, askedMax)) {
    const fact = deps.hub.rig(rigNo);
    if (fact !== null && fact.contractNo === contractNo && fact.poolNo !== 0) return fact.poolNo;
  }
  return 0;
}

function poolLines(parts: PageParts, contract: Contract, activeNo: number): ContractPoolLine[] {
  const { control, hub } = parts.deps;
  return (control.profiles.byNo(contract.profileNo)?.poolNos ?? []).flatMap((no) => {
    const pool = control.pools.byNo(no);
    if (pool === null) return [];
    const fact = hub.pool(no);
    const { id, name, createdAtMs } = pool;
    const state = fact?.state ?? "unused";
    const reason = [fact?.reason ?? "", ...warningsOf(fact, parts.probes.last(pool))].filter((text) => text !== "").join("; ");
    return [{ id, name, url: poolUrl(pool), state, sinceMs: fact?.stateSinceMs ?? createdAtMs, active: no === activeNo, reason }];
  });
}

/** `windowMs` is what the figure is of at most; a contract that has not been served for so long is measured since it began. */
type Delivered = { contract: Contract; hps: number | null; windowMs: number; word: string; point: HashratePoint | null; nowMs: number };

function deliveredTile({ contract, hps, windowMs, word, point, nowMs }: Delivered): TileProps {
  const { value, unit } = hashrate(hps);
  const servedMs = nowMs - (servedSinceMs(contract) ?? Number.NEGATIVE_INFINITY);
  const label = `Delivered, ${servedMs < windowMs ? duration(servedMs) : word}`;
  if (hps === null) return { label, value, unit, note: "no data" };
  const band = point === null ? null : deliveredBand(point, hps);
  const within = band === null ? "" : `; 95 %: ${hashrateText(band.lowerHps)} to ${hashrateText(band.upperHps)}`;
  return { label, value, unit, note: `${percent(hps / contract.promisedHps)} of the promise${within}` };
}

type Known = { now: ContractNow; serving: readonly ServingRig[]; pools: readonly ContractPoolLine[]; quarter: HashratePoint | null; nowMs: number };

function tilesOf({ now, serving, pools, quarter, nowMs }: Known): TileProps[] {
  const { contract, hps900, hps86400 } = now;
  const promised = hashrate(contract.promisedHps);
  const active = pools.find((pool) => pool.active);
  const ofQuarter = deliveredTile({ contract, hps: hps900, windowMs: quarterMs, word: "15 min", point: quarter, nowMs });
  const ofDay = deliveredTile({ contract, hps: hps86400, windowMs: dayMs, word: "24 h", point: null, nowMs });
  return [
    ofQuarter,
    // A young contract has one figure, not the same one twice.
    ...(ofDay.label === ofQuarter.label ? [] : [ofDay]),
    {
      ...{ label: "Promised", value: promised.value, unit: promised.unit },
      note: `${contract.method === "miners" ? plural(contract.places.length, "rig") : "threshold"}, tolerance ${contract.toleranceBp / 100} %`,
    },
    {
      label: "Rigs",
      value: count(serving.length),
      unit: "",
      note: now.health?.reason.text ?? (isInForce(contract) ? "nobody has judged it yet" : "not in force"),
    },
    { label: "Mines at", value: active?.name ?? "–", unit: "", note: active === undefined ? "none of its pools holds its rigs now" : active.state },
  ];
}

/** What the sentence is made of beside the rigs that serve it. */
function sentenceOf(
  { deps: { control } }: PageParts,
  now: ContractNow,
  { serving, nowMs, zone }: { serving: readonly ServingRig[]; nowMs: number; zone: string },
) {
  const { contract, health, hps900 } = now;
  const isVetting = ({ fleetNo, status }: FleetCount) => fleetNo === contract.fleetNo && status === "vetting";
  const vetting = contract.state === "activating" ? (control.rigs.countByFleet().find(isVetting)?.count ?? 0) : 0;
  const replaced = control.allocations.replacementsSince(contract.no, nowMs - newsMs);
  const fleet = control.fleets.byNo(contract.fleetNo);
  const held = fleet === null ? null : holdAt(fleet, nowMs);
  return contractSentence({ contract, health, hps900, serving, replaced, held, vetting, nowMs, zone });
}

/** All that the page of a contract shows, in plain values. Throws `not-found`. */
async function contractParts(parts: PageParts, id: string, asked: Shown): Promise<ContractParts> {
  const { control, now: clock } = parts.deps;
  const contract = contractOf(parts.deps, id);
  const nowMs = clock();
  const { range, zone } = asked;
  const scope = { kind: "contract", no: contract.no } as const;
  const [[now], chart, quarter, summary, rates, strips] = await Promise.all([
    parts.contracts.of([contract]),
    chartOf(parts, contract, asked),
    lastQuarter(parts, scope, servedSinceMs(contract) ?? 0),
    summaryOver(parts, scope, range),
    parts.figures.ratesByRig(),
    parts.strips.of([contract], "page"),
  ]);
  if (now === undefined) throw new Error(`contract ${contract.number} went while it was read`);
  const serving = control.contracts.rigsOf([contract.no]);
  const pools = poolLines(parts, contract, activePoolNo(parts, contract.no, serving));
  const lines = new AllocationLines(control);
  const customerId = parts.ids.customer(contract.customerNo);
  return {
    ...{ id: contract.id, number: contract.number, word: wordOf(now), sinceMs: wordSinceMs(contract), span: rangeText(range), pools },
    ...markedChart(chart, contractMarks(parts, contract, { ...range, zone })),
    customer: { name: now.customerName, href: customerId === null ? null : `/customers/${customerId}` },
    sentence: sentenceOf(parts, now, { serving, nowMs, zone }),
    ...stripOf(strips.get(contract.no) ?? [], { nowMs, zone }),
    tiles: tilesOf({ now, serving, pools, quarter, nowMs }),
    serving: servingLines(parts, serving, rates),
    servingMore: Math.max(0, serving.length - servingShown),
    profileName: control.profiles.byNo(contract.profileNo)?.name ?? "–",
    asOfMs: Math.min(summary.asOfMs, range.toMs),
    hubFates: hubFateLines(summary),
    poolFates: poolFateLines(summary),
    ...ganttOfContract(parts, contract, asked),
    allocations: control.allocations.latestOfContract(contract.no, allocationsShown).map((row) => lines.of(row)),
    events: control.events.ofSubject(contract.id, eventsShown).map((event) => ({ ...eventLine(event), href: null })),
    terms: termLines(parts, contract, zone),
  };
}

/** The curve and what happened meanwhile, of which the newest few are listed. */
function markedChart(chart: ChartProps, marks: readonly EventMark[]): Pick<ContractParts, "chart" | "marks" | "marksMore"> {
  return { chart: { ...chart, marks: markGroups(marks, chart) }, marks: marks.slice(0, marksListed), marksMore: Math.max(0, marks.length - marksListed) };
}

/** The first few rigs that served it in the time shown; the schedule has them all. */
function ganttOfContract(parts: PageParts, { no }: Contract, { range: { fromMs, toMs }, zone }: Shown): Pick<ContractParts, "gantt" | "ganttMore"> {
  const found = parts.deps.control.allocations.rigsBetween({ fromMs, toMs, afterRigNo: 0, limit: drawnMax + 1, contractNo: no });
  const rigNos = found.slice(0, drawnMax);
  return { gantt: ganttOf(parts, { id: "gantt", rigNos, fromMs, toMs, zone, empty: "No rig served it in this time." }), ganttMore: found.length > drawnMax };
}

const stripTickHours = [24, 18, 12, 6, 0] as const;

function stripOf(bars: readonly StripBar[], { nowMs, zone }: { nowMs: number; zone: string }): Pick<ContractParts, "strip" | "stripTicks"> {
  const barMs = barMsOf("page");
  const endMs = (Math.floor(nowMs / barMs) + 1) * barMs;
  return { strip: { bars, barMs, size: "page" }, stripTicks: stripTickHours.map((hours) => axisTime(endMs - hours * 3_600_000, zone, false)) };
}

function commandsOf(parts: PageParts, call: PageCall, form: FormState): ContractCommandsProps | null {
  if (!call.viewer.mayWrite) return null;
  const { id, number, state, no, profileNo } = contractOf(parts.deps, call.id);
  if (state === "ended") return null;
  const rigs = parts.deps.control.contracts.rigsOf([no]).length;
  const verbs = { change: true, suspend: state !== "suspended", resume: state === "suspended", renew: true, terminate: true };
  const profileId = parts.ids.profile(profileNo);
  const profileHref = profileId === null ? null : `/profiles/${profileId}`;
  return { id, number, profileHref, csrf: call.viewer.csrf, verbs, atStake: plural(rigs, "rig"), form };
}

/** Whoever opened it comes here next. */
function warningsOfOpening({ deps: { control } }: PageParts, contract: Contract, { nowMs, zone }: Clock): string[] {
  if (nowMs - contract.createdAtMs > freshMs) return [];
  return openingWarnings(control, contract, (ms) => clockTime(ms, nowMs, zone)).map(sentence);
}

/** The page; `form` holds a command that was refused. */
export async function contractPage(parts: PageParts, call: PageCall, form: FormState = blankForm): Promise<Response> {
  const contract = contractOf(parts.deps, call.id);
  const asked = await openedRange(parts, { url: call.url, zone: call.viewer.zone, bornMs: contract.createdAtMs });
  const shown = await contractParts(parts, call.id, asked);
  const live = rangeHref(`/live/contracts/${shown.id}`, asked.range);
  const picker = pickerOf(`/contracts/${shown.id}`, asked.range, call.viewer.zone);
  const props = {
    ...shown,
    viewer: call.viewer,
    assets: assetUrls,
    live,
    picker,
    warnings: warningsOfOpening(parts, contract, call.viewer),
    commands: commandsOf(parts, call, form),
  };
  return htmlResponse(ContractPage(props), form === blankForm ? 200 : 422);
}

export function contractLive(parts: PageParts, { id, url, zone }: WatchCall): LiveView {
  contractOf(parts.deps, id);
  const render = async () => {
    const contract = await contractParts(parts, id, streamedRange(parts, { url, zone }));
    const clock = { nowMs: parts.deps.now(), zone };
    const drawn = await liveParts([
      ["sentence", () => ContractSentence({ contract, clock })],
      ["tiles", () => Tiles({ id: "tiles", tiles: contract.tiles })],
      ["strip", () => ContractStrip({ contract })],
      ["hashrate", () => ContractChart({ contract, clock })],
      ["serving", () => ContractRigs({ contract, clock })],
      ["pools", () => ContractPools({ contract, clock })],
      ["fates", () => RigFates({ ...contract, clock })],
      ["allocations", () => ContractAllocations({ contract, clock })],
      ["own-events", () => ContractEvents({ contract, clock })],
    ]);
    return { parts: drawn };
  };
  return { key: `contract ${id} ${rangeQuery(streamedRange(parts, { url, zone }).range)}`, everyMs: 2_000, render };
}
