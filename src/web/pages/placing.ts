import { createHash } from "node:crypto";
import { PlacingPage, type PlacingPreview, type PlacingRow } from "../../../views/pages/placing.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { RigPlace } from "../../control/racks.ts";
import { assetUrls } from "../assets/assets.ts";
import type { HubView } from "../deps.ts";
import { csvLine } from "../inventory-csv.ts";
import { type PlacePattern, readPattern } from "../place-pattern.ts";
import { type PlaceAsk, type PlaceOutcome, type PlannedPlace, placeOutcomes, planPlaces } from "../place-plan.ts";
import { actorName, actorOf } from "../principal.ts";
import { NameBook } from "../rig-cells.ts";
import { readForm, requireOwnForm, sentence } from "./form-body.ts";
import { startImport } from "./imports.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { choiceFields, chosenRigs, readChoice } from "./rig-choice.ts";

const rowsShown = 300;
const targets = ["to_site", "to_building", "to_row", "to_rack"] as const;

/** What the address, or the form that repeats it, asks. */
type Asked = { by: "name" | "address"; pattern: string; to: Record<(typeof targets)[number], string>; fields: Record<string, string>; search: URLSearchParams };

function readAsked(search: URLSearchParams): Asked {
  const get = (name: string) => (search.get(name) ?? "").trim().slice(0, 200);
  const by = get("by") === "address" ? "address" : "name";
  const to = Object.fromEntries(targets.map((name) => [name, get(name)])) as Asked["to"];
  const given = Object.fromEntries(Object.entries(to).filter(([, text]) => text !== ""));
  const pattern = get("pattern");
  return { by, pattern, to, search, fields: { by, pattern, ...given, ...choiceFields(readChoice(search)) } };
}

/** The address without its port. */
function addressOf(hub: Pick<HubView, "rig">, rigNo: number): string | null {
  const address = hub.rig(rigNo)?.sessions.at(-1)?.address;
  return address === undefined ? null : address.replace(/^(\d+(?:\.\d+){3}):\d+$/, "$1");
}

async function plan(parts: PageParts, asked: Asked, pattern: PlacePattern): Promise<PlannedPlace[]> {
  const { control, hub } = parts.deps;
  const all = (await parts.snapshots.current()).rigs.map(({ rig }) => rig);
  const chosen = await chosenRigs(parts, readChoice(asked.search));
  const { to_site: site, to_building: building, to_row: row, to_rack: rack } = asked.to;
  const fixed = { siteId: control.sites.byId(site)?.id ?? null, building: building || null, row: row || null, rack: rack || null };
  const textOf: PlaceAsk["textOf"] = asked.by === "name" ? ({ name }) => name : ({ no }) => addressOf(hub, no);
  return planPlaces(control, { chosen, all }, { pattern, textOf, fixed });
}

function placeText(book: NameBook, { siteId, location: { building, row, rack, position } }: RigPlace): string {
  return [book.siteText(siteId), building, row, rack, position].filter((part) => part !== null && part !== "").join(" · ");
}

/** What would be written, as a word that changes with it. */
function seenOf(planned: readonly PlannedPlace[]): string {
  const moves = planned.filter(({ outcome }) => outcome === "move").map(({ rig, to }) => [rig.id, rig.siteId, rig.location, to]);
  return createHash("sha256").update(JSON.stringify(moves)).digest("hex").slice(0, 32);
}

function previewOf(parts: PageParts, asked: Asked, planned: readonly PlannedPlace[]): PlacingPreview {
  const book = new NameBook(parts.deps.control);
  const counts = Object.fromEntries(placeOutcomes.map((outcome) => [outcome, 0])) as Record<PlaceOutcome, number>;
  for (const { outcome } of planned) counts[outcome] += 1;
  const shown = placeOutcomes.find((outcome) => outcome === asked.search.get("show")) ?? "";
  const matching = shown === "" ? planned : planned.filter(({ outcome }) => outcome === shown);
  const rows = matching.slice(0, rowsShown).map(({ rig, text, to, outcome, why }): PlacingRow => {
    return { id: rig.id, name: rig.name, text: text ?? "", from: placeText(book, rig), to: to === null ? "" : placeText(book, to), outcome, why };
  });
  const links = (["", ...placeOutcomes] as const).map((outcome) => {
    const search = new URLSearchParams({ ...asked.fields, ...(outcome !== "" && { show: outcome }) });
    return { outcome, href: `/inventory/place?${search}#preview` };
  });
  return { counts, shown, rows, more: matching.length - rows.length, links, seen: seenOf(planned), fields: asked.fields };
}

/** What is wrong with what was asked; null = nothing. */
function faultOf(parts: PageParts, asked: Asked, pattern: PlacePattern | { rule: string }): FormState["errors"] | null {
  const isLost = asked.to.to_site !== "" && parts.deps.control.sites.byId(asked.to.to_site) === null;
  const errors = { ...("rule" in pattern && { pattern: sentence(pattern.rule) }), ...(isLost && { to_site: "Must be a site that exists." }) };
  return Object.keys(errors).length === 0 ? null : errors;
}

type Shown = { errors?: FormState["errors"]; preview?: PlacingPreview; status?: number };

function page({ deps }: PageParts, { viewer }: PageCall, asked: Asked, { errors = blankForm.errors, preview, status = 200 }: Shown): Promise<Response> {
  const sites = deps.control.sites.all().map(({ id, name }) => ({ value: id, text: name }));
  return htmlResponse(PlacingPage({ viewer, assets: assetUrls, form: { values: asked.fields, errors }, sites, preview: preview ?? null }), status);
}

export async function placingPage(parts: PageParts, call: PageCall): Promise<Response> {
  const asked = readAsked(call.url.searchParams);
  if (asked.pattern === "") return page(parts, call, asked, {});
  const pattern = readPattern(asked.pattern);
  const errors = faultOf(parts, asked, pattern);
  if (errors !== null || "rule" in pattern) return page(parts, call, asked, { ...(errors !== null && { errors }), status: 422 });
  return page(parts, call, asked, { preview: previewOf(parts, asked, await plan(parts, asked, pattern)) });
}

const cells = ["id", "site", "building", "row", "rack", "position"] as const;

/** The moves as a file of rigs: the import applies it in turns, rig by rig, shows how far it is, and has an undo file. */
function fileOf(planned: readonly PlannedPlace[]): { text: string; total: number } {
  const lines = planned.flatMap(({ rig, to, outcome }) => {
    if (outcome !== "move" || to === null) return [];
    const { building, row, rack, position } = to.location;
    return [csvLine([rig.id, to.siteId ?? "", building ?? "", row ?? "", rack ?? "", position ?? ""])];
  });
  return { text: csvLine(cells) + lines.join(""), total: lines.length };
}

/** Applies what the preview showed, and nothing else: where rigs changed meanwhile, it is shown again. */
export async function placingForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const asked = readAsked(new URLSearchParams(values));
  const pattern = readPattern(asked.pattern);
  const errors = faultOf(parts, asked, pattern);
  if (errors !== null || "rule" in pattern) return page(parts, call, asked, { ...(errors !== null && { errors }), status: 422 });
  parts.snapshots.forget();
  const planned = await plan(parts, asked, pattern);
  const { text, total } = fileOf(planned);
  const isSeen = values["seen"] === seenOf(planned);
  if (!isSeen || total === 0) {
    const why = total === 0 ? "No rig would move." : "Rigs changed since this was shown. This is what it would do now; nothing was written.";
    return page(parts, call, asked, { errors: { "": why }, preview: previewOf(parts, asked, planned), status: 409 });
  }
  const { control } = parts.deps;
  const by = { by: actorOf(call.principal), byName: actorName(call.principal) };
  const fileName = `placed by ${asked.by} ${asked.pattern}`.slice(0, 80);
  const kept = control.imports.add({
    ...by,
    fileName,
    text,
    fleetNo: planned.find(({ outcome }) => outcome === "move")?.rig.fleetNo ?? 0,
    giveCodes: false,
    total,
  });
  startImport(parts, call, { kept, action: "POST /inventory/place" });
  return redirect(`/imports/${kept.id}`);
}
