import { type RepairGroup, type RepairItem, type RepairQuery, RepairsPage, repairOrders, repairSpans, repairsHref } from "../../../views/pages/repairs.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { Rig } from "../../control/rig-row.ts";
import { addRepair } from "../actions/rig-details.ts";
import { assetUrls } from "../assets/assets.ts";
import { type LostWork, lostWorks } from "../lost-work.ts";
import { may } from "../principal.ts";
import { NameBook } from "../rig-cells.ts";
import type { RigView } from "./fleet-snapshot.ts";
import { orRefused, readForm, refusedForm } from "./form-body.ts";
import { byName } from "./natural-order.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { requirePlacing } from "./rig-edit.ts";
import { isTroubled, severityOf } from "./rig-search.ts";
import { rigWord } from "./rig-word.ts";

/** A list that is longer is no list to walk with: it is narrowed to a site or a row. */
const itemsMax = 500;
const spansMs = { "24h": 86_400_000, "7d": 604_800_000 } as const;

type Found = { rig: Rig; lost: LostWork | null };

function readQuery(url: URL): RepairQuery {
  const get = (name: string) => url.searchParams.get(name) ?? "";
  return {
    span: repairSpans.find((span) => span === get("span")) ?? "24h",
    by: repairOrders.find((order) => order === get("by")) ?? "lost",
    site: get("site").slice(0, 40),
    note: get("note").slice(0, 40),
  };
}

/** In use and unwell, or out of use to be mended. */
const isToMend = (view: RigView): boolean => isTroubled(view) || view.rig.lifecycle === "maintenance";

/** Most work lost first; what cannot be told comes last, the worse status first. */
function byLoss(one: Found, other: Found): number {
  const [left, right] = [one.lost?.lost ?? -1n, other.lost?.lost ?? -1n];
  if (left !== right) return left > right ? -1 : 1;
  return severityOf(one.rig) - severityOf(other.rig);
}

function itemOf({ deps: { control } }: PageParts, { rig, lost }: Found): RepairItem {
  const { rack, position } = rig.location;
  const last = control.repairs.latest(control.rigs.numbersOf(rig.no), 1)[0] ?? null;
  return {
    ...{ id: rig.id, name: rig.name, assetCode: rig.assetCode, model: rig.model, lifecycle: rig.lifecycle },
    ...{ status: rigWord(rig), statusSinceMs: rig.statusSinceMs, reason: rig.statusReason.text, isNew: rig.firstSeenMs === null },
    place: [rack === null ? "" : `rack ${rack}`, position ?? ""].filter((part) => part !== "").join(" · "),
    ...{ lost, nominalHps: rig.nominalHps },
    lastNote: last === null ? null : { atMs: last.atMs, byName: last.byName, text: last.text },
  };
}

function rowText(book: NameBook, { siteId, location: { building, row } }: Rig): string {
  const words = [book.siteText(siteId), building === null ? "" : `building ${building}`, row === null ? "" : `row ${row}`];
  return words.filter((word) => word !== "").join(" · ") || "No place noted";
}

/** By row: the row that lost most first, and within a row in the order in which one walks along it. */
function groupsOf(parts: PageParts, query: RepairQuery, found: readonly Found[]): RepairGroup[] {
  const book = new NameBook(parts.deps.control);
  const item = (one: Found) => ({ ...itemOf(parts, one), ...(query.by === "lost" && { place: placeText(book, one.rig) }) });
  if (query.by === "lost") return [{ text: "", items: found.map(item) }];
  const rows = [...Map.groupBy(found, ({ rig }) => rowText(book, rig))];
  const sumOf = (list: readonly Found[]) => list.reduce((sum, { lost }) => sum + (lost?.lost ?? 0n), 0n);
  return rows
    .map(([text, list]) => ({ text, list, sum: sumOf(list) }))
    .sort((one, other) => (one.sum === other.sum ? 0 : Number(other.sum > one.sum) * 2 - 1))
    .map(({ text, list }) => {
      const walked = byName(list.map((one) => ({ name: `${one.rig.location.rack ?? ""} ${one.rig.location.position ?? ""}`, one })));
      return { text, items: walked.map(({ one }) => item(one)) };
    });
}

function placeText(book: NameBook, rig: Rig): string {
  const { rack, position } = rig.location;
  const row = rowText(book, rig);
  return [row, rack === null ? "" : `rack ${rack}`, position ?? ""].filter((part) => part !== "").join(" · ");
}

async function page(parts: PageParts, call: PageCall, query: RepairQuery, form: FormState = blankForm): Promise<Response> {
  const { control, now } = parts.deps;
  const toMend = (await parts.snapshots.current()).rigs.filter(isToMend).map(({ rig }) => rig);
  const sites = control.sites.all().map(({ id, name }) => ({ value: id, text: name }));
  const here = toMend.filter(({ siteId }) => query.site === "" || siteId === query.site);
  const toMs = now();
  const losses = await lostWorks(parts.deps, here, { fromMs: toMs - spansMs[query.span], toMs });
  const found = here.map((rig) => ({ rig, lost: losses.get(rig.no) ?? null })).sort(byLoss);
  const shown = found.slice(0, itemsMax);
  const props = {
    ...{ viewer: call.viewer, assets: assetUrls, query, sites, form },
    groups: groupsOf(parts, query, shown),
    total: found.length,
    unknown: found.filter(({ lost }) => lost === null).length,
    more: found.length - shown.length,
    lostHashes: found.reduce((sum, { lost }) => sum + (lost?.lost ?? 0n), 0n),
    mayNote: may(call.principal, "fleet:place"),
  };
  return htmlResponse(RepairsPage(props), form === blankForm ? 200 : 422);
}

export function repairsPage(parts: PageParts, call: PageCall): Promise<Response> {
  return page(parts, call, readQuery(call.url));
}

/** Notes what was done and shows the list again, as it was. */
export async function noteRepairForm(parts: PageParts, call: PageCall): Promise<Response> {
  requirePlacing(call);
  const values = await readForm(call.request);
  const query = { ...readQuery(call.url), note: call.id };
  return orRefused(
    call,
    values,
    () => {
      const text = (values["text"] ?? "").replaceAll("\r\n", "\n");
      const { deps } = parts;
      deps.control.transaction(() => addRepair(deps, call.principal, { id: call.id, text }));
      return redirect(`${repairsHref({ ...query, note: "" })}#${call.id}`);
    },
    (problem) => page(parts, call, query, refusedForm(values, problem)),
  );
}
