import { clockTime } from "../../../views/format.ts";
import { SchedulePage } from "../../../views/pages/schedule.tsx";
import { rangeQuery, rangeText, type TimeRange } from "../../../views/time-range.ts";
import type { Contract } from "../../control/contract-row.ts";
import { assetUrls } from "../assets/assets.ts";
import { hubBackMs } from "../hub-back.ts";
import { AllocationLines } from "./allocation-lines.ts";
import { ganttOf } from "./gantt-rows.ts";
import { localTimeText, readLocalTime } from "./local-time.ts";
import { maintenanceLines } from "./maintenance.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { byNumber } from "./rig-control.ts";
import { firstWord, pickerOf, readRange } from "./time-range.ts";

const pageSize = 100;
const drawnSize = 40;
const hourMs = 3_600_000;

type Asked = {
  atMs: number;
  /** Another moment was asked about, which is still to come. */
  isAhead: boolean;
  contract: Contract | null;
  range: TimeRange;
  errors: Record<string, string>;
  /** Where the table and the drawing go on. */
  afterRigNo: number;
  drawnAfterNo: number;
};

/** What the address asks for; a moment that is none, or is still to come, is now. */
function read({ deps: { control, now } }: PageParts, { url, viewer: { zone } }: PageCall): Asked {
  const typedAt = url.searchParams.get("at") ?? "";
  const typedContract = (url.searchParams.get("contract") ?? "").trim();
  const atMs = typedAt === "" ? now() : readLocalTime(typedAt, zone);
  const contract = typedContract === "" ? null : byNumber(control, typedContract);
  return {
    atMs: Math.min(atMs ?? now(), now()),
    isAhead: atMs !== null && atMs > now(),
    contract,
    range: readRange(url, { nowMs: now(), zone, first: firstWord(control.fleets.all()[0]?.createdAtMs ?? 0, now()) }),
    afterRigNo: rigNoOf(url, "after"),
    drawnAfterNo: rigNoOf(url, "drawn"),
    errors: {
      ...(atMs === null && { at: "Must be a day and a time, such as 2026-12-01 02:13." }),
      ...(typedContract !== "" && contract === null && { contract: "Must be the number of a contract, such as C-00042." }),
    },
  };
}

function rigNoOf({ searchParams }: URL, name: string): number {
  const no = Number(searchParams.get(name) ?? 0);
  return Number.isSafeInteger(no) && no > 0 ? no : 0;
}

/** This page with other things asked for; what is empty is left out. */
function hrefOf(range: TimeRange, asked: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== "" && value !== "0"));
  return `/schedule?${[rangeQuery(range), search.toString()].filter((text) => text !== "").join("&")}`;
}

/** Whom rigs served over the range, rig by rig. */
async function drawingOf(parts: PageParts, { contract, range, drawnAfterNo }: Asked, zone: string) {
  const { fromMs, toMs } = range;
  const contractNo = contract?.no ?? null;
  const found = parts.deps.control.allocations.rigsBetween({ fromMs, toMs, afterRigNo: drawnAfterNo, limit: drawnSize + 1, contractNo });
  const rigNos = found.slice(0, drawnSize);
  const backMs = rigNos.length === 0 ? await hubBackMs(parts.deps, fromMs) : null;
  const nobody = contractNo === null ? "No rig was allocated in this time." : "No rig served it in this time.";
  const empty = backMs !== null && backMs >= toMs ? "The hub did not run in this time: there is no record of it." : nobody;
  return { gantt: ganttOf(parts, { id: "gantt", rigNos, fromMs, toMs, zone, empty }), nextNo: found.length > drawnSize ? (rigNos.at(-1) ?? 0) : 0 };
}

/** What must be known of the answer; null where the record is whole. */
async function noteOf({ deps }: PageParts, { atMs, isAhead, contract, errors }: Asked, { any, zone }: { any: boolean; zone: string }): Promise<string | null> {
  if (errors["at"] !== undefined) return null;
  if (isAhead) return "That moment is still to come, and nothing is decided of it: this is what is so now.";
  const backMs = await hubBackMs(deps, atMs);
  if (backMs !== null) {
    const gone = `The hub did not run then; it has run since ${clockTime(backMs, deps.now(), zone)}`;
    return any ? `${gone}. This is what was in force when it stopped.` : `${gone}. Of that time there is no record of any rig.`;
  }
  if (any) return null;
  return contract === null ? "No rig was allocated then." : "No rig served it then.";
}

export async function schedulePage(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, now } = parts.deps;
  const { viewer, url } = call;
  const asked = read(parts, call);
  const { atMs, contract, errors, afterRigNo, range } = asked;
  const isRefused = Object.keys(errors).length > 0;
  const rows = isRefused ? [] : control.allocations.pageAt({ atMs, afterRigNo, limit: pageSize + 1, contractNo: contract?.no ?? null });
  const shown = rows.slice(0, pageSize);
  const lines = new AllocationLines(control);
  const at = localTimeText(atMs, viewer.zone);
  // Now stays now: the field has whole seconds, and what began in this one would be missing.
  const kept = { contract: contract?.number ?? "", at: url.searchParams.has("at") && errors["at"] === undefined ? at : "" };
  const { gantt, nextNo } = await drawingOf(parts, asked, viewer.zone);
  const last = String(shown.at(-1)?.rigNo ?? 0);
  const beside = new URLSearchParams(Object.entries(kept).filter(([, value]) => value !== "")).toString();
  const props = {
    note: await noteOf(parts, asked, { any: shown.length > 0, zone: viewer.zone }),
    ...{ viewer, assets: assetUrls, atMs, rows: shown.map((row) => lines.of(row)), gantt, span: rangeText(range) },
    picker: pickerOf(beside === "" ? "/schedule" : `/schedule?${beside}`, range, viewer.zone),
    form: { values: { at: errors["at"] === undefined ? at : (url.searchParams.get("at") ?? ""), contract: url.searchParams.get("contract") ?? "" }, errors },
    range,
    maintenance: maintenanceLines(parts),
    asksMoment: url.searchParams.get("at") !== null || afterRigNo > 0,
    nextHref: rows.length > pageSize ? hrefOf(range, { ...kept, after: last }) : null,
    nextDrawnHref: nextNo === 0 ? null : hrefOf(range, { ...kept, drawn: String(nextNo) }),
    jumps: [
      { text: "Now", href: hrefOf(range, { contract: kept.contract }) },
      { text: "1 h before", href: hrefOf(range, { ...kept, at: localTimeText(atMs - hourMs, viewer.zone) }) },
      ...(atMs + hourMs < now() ? [{ text: "1 h after", href: hrefOf(range, { ...kept, at: localTimeText(atMs + hourMs, viewer.zone) }) }] : []),
    ],
  };
  return htmlResponse(SchedulePage(props), isRefused ? 422 : 200);
}
