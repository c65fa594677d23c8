import { RigEditPage } from "../../../views/pages/rig-edit.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { RigPlace } from "../../control/racks.ts";
import type { Rig } from "../../control/rig-row.ts";
import { addRepair, changeRig, giveAssetCode } from "../actions/rig-details.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import { placeChoices } from "../place-choices.ts";
import { may } from "../principal.ts";
import { Problem } from "../problems.ts";
import { type CellTexts, cellOf, cellsOf, NameBook, type RigCell, readCells, rigCells } from "../rig-cells.ts";
import { type FormValues, orRefused, readForm, refusedForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { type Present, refusedEdit } from "./stale-edit.ts";

const repairsShown = 100;
/** What who may only place rigs may change. */
const placeCells: readonly RigCell[] = ["site", "building", "row", "rack", "position", "lifecycle", "notes"];

/** What is not his to change is refused in words, and not left out in silence. */
function requireCells({ viewer }: PageCall, values: FormValues): void {
  const beyond = viewer.mayWrite ? undefined : rigCells.find((cell) => values[cell] !== undefined && !placeCells.includes(cell));
  if (beyond === undefined) return;
  throw new Problem("forbidden", `place, lifecycle and notes are yours to change; ${beyond.replaceAll("_", " ")} needs the role operator or owner`);
}

/** For what technicians may do too. */
export function requirePlacing({ principal }: PageCall): void {
  if (!may(principal, "fleet:place")) throw new Problem("forbidden", "this needs the role technician, operator or owner");
}

/** The rig as the form shows it: owner and site by id, for these are picked from lists. */
function valuesOf(book: NameBook, rig: Rig): Record<RigCell, string> {
  return { ...cellsOf(book, rig), owner: rig.ownerCustomerId ?? "", site: rig.siteId ?? "" };
}

/** The place as the form has it by now. */
function placeOf({ site, building, row, rack, position }: FormValues): RigPlace {
  return { siteId: site || null, location: { building: building || null, row: row || null, rack: rack || null, position: position || null } };
}

type Shown = { form?: FormState; repairForm?: FormState; status?: number };

async function page(parts: PageParts, call: PageCall, { form, repairForm = blankForm, status = 200 }: Shown): Promise<Response> {
  const { control } = parts.deps;
  const rig = found(control.rigs.byId(call.id), "rig");
  const shown = form ?? { values: valuesOf(new NameBook(control), rig), errors: {} };
  const rigs = (await parts.snapshots.current()).rigs.map((view) => view.rig);
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, text: name });
  const props = {
    viewer: call.viewer,
    assets: assetUrls,
    rig: { id: rig.id, name: rig.name, version: rig.version, assetCode: rig.assetCode },
    form: shown,
    mayAll: call.viewer.mayWrite,
    owners: control.customers.all().map(named),
    sites: control.sites.all().map(named),
    models: control.models.all().map(({ name }) => name),
    places: await placeChoices({ racks: control.racks, rigs, typed: placeOf(shown.values), selfId: rig.id }),
    repairs: control.repairs.latest(control.rigs.numbersOf(rig.no), repairsShown),
    repairForm,
  };
  return htmlResponse(RigEditPage(props), status);
}

export function rigEditPage(parts: PageParts, call: PageCall): Promise<Response> {
  requirePlacing(call);
  return page(parts, call, {});
}

/** What a rig is now, with names where the form has ids. */
function presentOf(row: Rig, book: NameBook): Present<Rig> {
  const wordsOf = (cell: string, value: string) => {
    if (cell === "owner") return book.ownerText(value || null) || "house";
    return cell === "site" ? book.siteText(value || null) : value;
  };
  return { row, formOf: (rig) => ({ values: valuesOf(book, rig), errors: {} }), wordsOf };
}

function refused(parts: PageParts, call: PageCall, values: FormValues, problem: Problem): Promise<Response> {
  if (problem.kind === "precondition-failed") {
    const rig = found(parts.deps.control.rigs.byId(call.id), "rig");
    const { control } = parts.deps;
    return page(parts, call, { form: refusedEdit({ control, call, values }, problem, { present: presentOf(rig, new NameBook(control)) }), status: 412 });
  }
  return page(parts, call, { form: refusedForm(values, problem, cellOf), status: 422 });
}

export async function rigEditForm(parts: PageParts, call: PageCall): Promise<Response> {
  requirePlacing(call);
  const { deps } = parts;
  const values = await readForm(call.request);
  const rig = found(deps.control.rigs.byId(call.id), "rig");
  requireCells(call, values);
  const cells: CellTexts = Object.fromEntries(rigCells.flatMap((cell) => (values[cell] === undefined ? [] : [[cell, values[cell].replaceAll("\r\n", "\n")]])));
  // What the hub learned by itself is not in the field: left empty, it stays learned.
  if (cells.nominal === "" && rig.nominalSource !== "declared") delete cells.nominal;
  if (cells.nominal === "" && cells.model !== (rig.model ?? "")) delete cells.nominal;
  const { patch, errors } = readCells(new NameBook(deps.control), cells, rig);
  const faults = new Faults();
  for (const [cell, rule] of Object.entries(errors)) faults.note(cell, rule);
  return orRefused(
    call,
    values,
    () => {
      const change = { id: call.id, version: versionOf(values), patch };
      deps.control.transaction(() => faults.settle(() => changeRig(deps, call.principal, change)));
      return changed(parts, `/rigs/${call.id}`);
    },
    (problem) => refused(parts, call, values, problem),
  );
}

export async function giveCodeForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const { deps } = parts;
  return orRefused(
    call,
    values,
    () => {
      deps.control.transaction(() => giveAssetCode(deps, call.principal, call.id));
      return changed(parts, `/rigs/${call.id}/edit`);
    },
    (problem) => page(parts, call, { repairForm: blankForm, ...withErrors(parts, call, problem) }),
  );
}

function withErrors(parts: PageParts, call: PageCall, problem: Problem): Shown {
  const rig = found(parts.deps.control.rigs.byId(call.id), "rig");
  const { errors } = refusedForm({}, problem, cellOf);
  return { form: { values: valuesOf(new NameBook(parts.deps.control), rig), errors }, status: 422 };
}

export async function addRepairForm(parts: PageParts, call: PageCall): Promise<Response> {
  requirePlacing(call);
  const values = await readForm(call.request);
  const { deps } = parts;
  return orRefused(
    call,
    values,
    () => {
      deps.control.transaction(() => addRepair(deps, call.principal, { id: call.id, text: (values["text"] ?? "").replaceAll("\r\n", "\n") }));
      return redirect(`/rigs/${call.id}/edit#repairs`);
    },
    (problem) => page(parts, call, { repairForm: refusedForm(values, problem), status: 422 }),
  );
}

function changed(parts: PageParts, location: string): Response {
  parts.deps.hub.configChanged();
  parts.deps.contracts?.changed();
  return redirect(location);
}
