import { ImportPage, type ImportProps } from "../../../views/pages/import.tsx";
import { ImportsPage } from "../../../views/pages/imports.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { Control } from "../../control/control.ts";
import { type Import, importOutcomes, takenBack } from "../../control/imports.ts";
import { assetUrls } from "../assets/assets.ts";
import { type CsvFile, decodeText } from "../csv-read.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import { countOutcomes, fileOf, type ImportLine, isUndoable, isUndoFile, keepFile, keepUndo, linesOf, readFile, undoFile } from "../import-file.ts";
import { guessMapping, importFields } from "../import-heads.ts";
import { applyImport, isRunning } from "../import-job.ts";
import { csvLine } from "../inventory-csv.ts";
import { webLimits } from "../limits.ts";
import { noIfAny } from "../paging.ts";
import { Problem } from "../problems.ts";
import { recorded } from "../recorded.ts";
import { rigCells } from "../rig-cells.ts";
import { type FormValues, orRefused, readForm, refusedForm, requireOwnForm, sentence } from "./form-body.ts";
import { htmlResponse, isInPlace, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const pageRows = 100;
const sitesNamed = 5;
const nothing: Pick<CsvFile, "head" | "rows"> = Object.freeze({ head: [], rows: [] });

function listPage({ deps }: PageParts, { viewer }: PageCall, form: FormState, status = 200): Promise<Response> {
  const { control } = deps;
  const list = control.imports.latest();
  const gone = takenBack(list);
  const latest = list.map((one) => ({
    ...{ id: one.id, fileName: one.fileName, byName: one.byName, atMs: one.createdAtMs, total: one.total, done: one.done },
    state: gone.has(one.no) ? "undone" : one.state,
  }));
  const fleets = control.fleets.all().map(({ id, name }) => ({ value: id, text: name }));
  return htmlResponse(ImportsPage({ viewer, assets: assetUrls, fleets, latest, form }), status);
}

export function importsPage(parts: PageParts, call: PageCall): Promise<Response> {
  return listPage(parts, call, blankForm);
}

/** The fields of an upload; a file is read as bytes, since nobody knows its encoding. */
async function readUpload(request: Request): Promise<{ values: FormValues; text: string; fileName: string }> {
  const tooLarge = () => new Problem("body-too-large", `a file of rigs may have at most ${webLimits.fileBytesMax} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > webLimits.fileBytesMax + 64_000) throw tooLarge();
  if (!/^multipart\/form-data/i.test(request.headers.get("content-type") ?? "")) {
    const values = await readForm(request);
    return { values, text: values["text"] ?? "", fileName: "pasted text" };
  }
  const form = await request.formData();
  const file = form.get("file");
  const values: Record<string, string> = {};
  for (const [name, value] of form.entries()) if (typeof value === "string") values[name] = value;
  if (!(file instanceof File) || file.size === 0) return { values, text: values["text"] ?? "", fileName: "pasted text" };
  if (file.size > webLimits.fileBytesMax) throw tooLarge();
  const fileName = file.name.replace(/[^\p{L}\p{N} ._()-]/gu, "_").slice(0, 80) || "file";
  return { values, text: decodeText(new Uint8Array(await file.arrayBuffer())), fileName };
}

export async function uploadForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const { values, text, fileName } = await readUpload(call.request);
  const fleet = control.fleets.byId(values["fleet"] ?? "") ?? control.fleets.all()[0];
  return orRefused(
    call,
    values,
    async () => {
      const faults = new Faults();
      if (fleet === undefined) faults.note("fleet", "must be a fleet that exists");
      if (text.trim() === "") faults.note("file", "choose a CSV file, or paste its text below");
      faults.settle(() => undefined);
      const file = await readFile(text);
      return redirect(`/imports/${keepFile(control, call.principal, { fileName, text, fleetNo: noIfAny(fleet ?? null), file }).id}`);
    },
    (problem) =>
      listPage(
        parts,
        call,
        refusedForm(values, problem, (path) => (path === "text" ? "file" : path)),
        422,
      ),
  );
}

/** What each column is, kept for when the file is applied. */
export async function importMapForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  const kept = found(deps.control.imports.byId(call.id), "import");
  const columns = Object.keys(values).filter((name) => /^c\d{1,2}$/.test(name)).length;
  const seen = new Set<string>();
  const mapping = Array.from({ length: columns }, (_, at) => {
    const field = values[`c${at}`] ?? "";
    const isUsable = (importFields as readonly string[]).includes(field) && !seen.has(field);
    seen.add(field);
    return isUsable ? field : "";
  });
  deps.control.imports.map(kept.no, { mapping, giveCodes: values["codes"] === "1", fleetNo: kept.fleetNo });
  // What a changed column comes to is shown where it was changed.
  return isInPlace(call.request) ? importPage(parts, call) : redirect(`/imports/${kept.id}`);
}

/** Names in the column of sites that are no site's: each once, those of the first lines. */
function unknownSites(read: Pick<CsvFile, "rows">, mapping: readonly string[], lines: readonly ImportLine[]): string[] {
  const at = mapping.indexOf("site");
  const refused = new Set(lines.filter(({ errors }) => errors.some(({ cell }) => cell === "site")).map(({ line }) => line));
  const names = new Set(read.rows.flatMap(({ line, cells }) => (refused.has(line) && cells[at] ? [cells[at]] : [])));
  return [...names].slice(0, sitesNamed);
}

/** All columns that a file of rigs may have. */
export function importTemplate(): Response {
  const headers = { "content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="rigs.csv"' };
  return new Response(`\ufeff${csvLine(["fleet", ...rigCells])}`, { headers });
}

const shownOf = (asked: string | null): ImportProps["shown"] => (asked === "warning" ? asked : (importOutcomes.find((known) => known === asked) ?? ""));

/** Those of a page, the ones with an error first, then those with a warning. A page beyond the last one is the last one. */
function rowsOf(all: readonly ImportLine[], { searchParams }: URL): Pick<ImportProps, "counts" | "warned" | "shown" | "rows" | "page" | "pages"> {
  const shown = shownOf(searchParams.get("show"));
  const warned = all.filter(({ warnings }) => warnings.length > 0);
  const ofOutcome = shown === "" ? all : all.filter(({ outcome }) => outcome === shown);
  const chosen = shown === "warning" ? warned : ofOutcome;
  const matching = chosen.toSorted((one, other) => urgency(one) - urgency(other));
  const pages = Math.max(1, Math.ceil(matching.length / pageRows));
  const asked = Number(searchParams.get("page"));
  const page = Number.isSafeInteger(asked) && asked > 0 ? Math.min(asked, pages) : 1;
  return {
    counts: countOutcomes(all),
    warned: warned.length,
    shown,
    rows: matching.slice((page - 1) * pageRows, page * pageRows),
    page,
    pages,
  };
}

function urgency({ outcome, warnings }: ImportLine): number {
  if (outcome === "error") return 0;
  return warnings.length > 0 ? 1 : 2;
}

/** The import and whether its job runs, of one moment; one whose job has begun and noted nothing yet waits no more. */
function importNow(control: Control, id: string): Import & { isRunning: boolean } {
  const kept = { ...found(control.imports.byId(id), "import"), isRunning: isRunning(control, id) };
  return kept.state === "ready" && kept.isRunning ? { ...kept, state: "applying" } : kept;
}

export async function importPage(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const kept = importNow(control, call.id);
  // Once it is applied nobody is asked about its columns any more.
  const file = kept.state === "ready" ? await fileOf(control, kept) : nothing;
  const read = "fault" in file ? nothing : file;
  const all = await linesOf(control, kept);
  const mapping = kept.mapping ?? guessMapping(read.head);
  const props: ImportProps = {
    ...{ viewer: call.viewer, assets: assetUrls, id: kept.id, fileName: kept.fileName, state: kept.state, isRunning: kept.isRunning },
    ...{ done: kept.done, total: kept.total, fault: "fault" in file ? sentence(file.fault) : null, giveCodes: kept.giveCodes },
    columns: read.head.map((title, at) => ({ title, field: mapping[at] ?? "", example: read.rows[0]?.cells[at] ?? "" })),
    fields: importFields.map((field) => ({ value: field, text: field.replaceAll("_", " ") })),
    isUndo: isUndoFile(read.head),
    isUndoable: kept.state === "done" && (await isUndoable(control, all)),
    unknownSites: kept.state === "ready" ? unknownSites(read, mapping, all) : [],
    ...rowsOf(all, call.url),
  };
  return htmlResponse(ImportPage(props));
}

/** Starts the job and shows its page; what goes wrong in it is in the log, and the page offers to go on. */
export async function importApplyForm(parts: PageParts, call: PageCall): Promise<Response> {
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  const kept = found(parts.deps.control.imports.byId(call.id), "import");
  startImport(parts, call, { kept, action: "POST /imports/:id/apply" });
  return redirect(`/imports/${kept.id}`);
}

/** Starts the job that applies a file, in the name of who sent this form. */
export function startImport(parts: PageParts, call: PageCall, { kept, action }: { kept: Import; action: string }): void {
  // The job outlives the request: its changes are his all the same.
  const act = { request: call.request, action, id: kept.id };
  recorded(parts.deps, call.principal, act, () => applyImport(parts.deps, call.principal, kept))
    .catch((error: unknown) => parts.deps.log.error("web.import", { import: kept.id, error: String(error) }))
    .finally(() => parts.snapshots.forget());
}

export function importUndo({ deps }: PageParts, call: PageCall): Promise<Response> {
  return undoFile(deps.control, found(deps.control.imports.byId(call.id), "import"));
}

/** The way back as an import that waits: what it would do is seen before it is done. */
export async function importUndoForm({ deps }: PageParts, call: PageCall): Promise<Response> {
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  const undo = await keepUndo(deps.control, call.principal, found(deps.control.imports.byId(call.id), "import"));
  return redirect(`/imports/${undo.id}`);
}
