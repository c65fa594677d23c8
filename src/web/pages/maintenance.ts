import { MaintenanceFormPage, type MaintenanceFormProps, type MaintenanceLine } from "../../../views/pages/maintenance.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import type { Maintenance, MaintenanceInput, MaintenanceSubject } from "../../control/maintenance.ts";
import { cancelMaintenance, changeMaintenance, planMaintenance } from "../actions/maintenance.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import { invalidField } from "../problems.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, versionOf } from "./form-body.ts";
import { localTimeText, readLocalTime } from "./local-time.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

const hourMs = 3_600_000;
const linesShown = 50;
/** Of the choice of what: rigs by name. */
const byName = "rigs";

/** In people's words: `fleet main`, `Hall B · B1 · R3 · K1`, `rigs s21-01, s21-02`. */
function wordsOf({ deps: { control } }: PageParts, subject: MaintenanceSubject): string {
  if (subject.kind === "fleet") return `fleet ${control.fleets.byNo(subject.fleetNo)?.name ?? ""}`;
  if (subject.kind === "rigs")
    return namesOf({ control }, subject)
      .slice(0, 5)
      .concat(subject.rigNos.length > 5 ? "…" : [])
      .join(", ");
  const site = control.sites.byId(subject.siteId)?.name ?? "";
  if (subject.kind === "site") return `site ${site}`;
  return [site, subject.building, subject.row, subject.rack].filter((part) => part !== null).join(" · ");
}

function namesOf({ control }: Pick<PageParts["deps"], "control">, { rigNos }: { rigNos: readonly number[] }): string[] {
  return rigNos.map((no) => control.rigs.byNo(no)?.name ?? "").filter((name) => name !== "");
}

/** Windows that are on, and those still to come, in the order of their beginnings. */
export function maintenanceLines(parts: PageParts): MaintenanceLine[] {
  const { control, now } = parts.deps;
  const windows = control.maintenance.during(now(), Number.MAX_SAFE_INTEGER).slice(0, linesShown);
  return windows.map(({ id, subject, fromMs, toMs, reason, excused }) => {
    return { id, what: wordsOf(parts, subject), rigs: control.maintenance.rigsOf(subject).length, fromMs, toMs, reason, excused };
  });
}

function valuesOf(
  { deps: { control }, ids }: PageParts,
  { subject, ...window }: Pick<Maintenance, "subject" | "fromMs" | "toMs" | "reason" | "excused">,
  zone: string,
) {
  const ofSite = subject.kind === "site" || subject.kind === "rack" ? subject.siteId : byName;
  const place = subject.kind === "rack" ? subject : { building: null, row: null, rack: null };
  return {
    reason: window.reason,
    subject: subject.kind === "fleet" ? (ids.fleet(subject.fleetNo) ?? "") : ofSite,
    ...{ building: place.building ?? "", row: place.row ?? "", rack: place.rack ?? "" },
    rigs: subject.kind === "rigs" ? namesOf({ control }, subject).join(" ") : "",
    ...{ from: localTimeText(window.fromMs, zone), to: localTimeText(window.toMs, zone) },
    excused: window.excused ? "1" : "",
  };
}

function formOf(parts: PageParts, window: Maintenance, zone: string): FormState {
  return { values: valuesOf(parts, window, zone), errors: {} };
}

/** What it is of; the fields that do not go with the choice, or say nothing that there is, are in `faults`. Undefined where no subject can be read. */
function subjectOf({ deps: { control } }: PageParts, values: FormValues, faults: Faults): MaintenanceSubject | undefined {
  const { subject = "", rigs: typed = "", building = "", row = "", rack = "" } = values;
  const names = typed.split(/[\s,;]+/).filter((name) => name !== "");
  const fleet = control.fleets.byId(subject);
  const isPlace = [building, row, rack].some((part) => part !== "");
  if (subject !== byName && names.length > 0) faults.note("rigs", "go with the choice “rigs by name” alone");
  if (isPlace && (fleet !== null || subject === byName)) faults.note("rack", "is a rack of a site: choose one, or leave building, row and rack empty");
  if (fleet !== null) return { kind: "fleet", fleetNo: fleet.no };
  if (subject === byName) return faults.read(() => ({ kind: "rigs", rigNos: rigNosOf(control, names) }));
  if (!isPlace) return { kind: "site", siteId: subject };
  if (rack === "") faults.note("rack", "must be named where a building or a row is");
  // The building and the row are judged beside any rack.
  return { kind: "rack", siteId: subject, building: building || null, row: row || null, rack: rack || "1" };
}

/** A name that several fleets have means all of them. */
function rigNosOf(control: PageParts["deps"]["control"], names: readonly string[]): number[] {
  if (names.length === 0) throw invalidField("rigs", "must name at least one rig");
  const asked = names.map((name) => ({ name, rigs: control.fleets.all().flatMap(({ no }) => control.rigs.byName(no, name) ?? []) }));
  const missing = asked.find(({ rigs }) => rigs.length === 0);
  if (missing !== undefined) throw invalidField("rigs", `has a name that no rig has: ${missing.name}`);
  return [...new Set(asked.flatMap(({ rigs }) => rigs.map(({ no }) => no)))];
}

/** What was typed, as far as it can be read; the rest is in `faults`, and stands in for itself so that all of it is told at once. */
function inputOf(parts: PageParts, { viewer: { zone } }: PageCall, { values, faults }: { values: FormValues; faults: Faults }): MaintenanceInput {
  const time = (name: "from" | "to", follows: readonly string[] = []): number | undefined =>
    faults.read(() => {
      const atMs = readLocalTime(values[name] ?? "", zone);
      if (atMs === null) throw invalidField(name, "must be a day and a time, such as 2026-12-01 02:13");
      return atMs;
    }, follows);
  const fromMs = time("from", ["to"]) ?? parts.deps.now();
  const standIn: MaintenanceSubject = { kind: "fleet", fleetNo: parts.deps.control.fleets.ensureMain().no };
  return {
    subject: subjectOf(parts, values, faults) ?? standIn,
    ...{ fromMs, toMs: time("to") ?? fromMs + hourMs },
    reason: values["reason"] ?? "",
    excused: values["excused"] === "1",
  };
}

const formFields: Readonly<Record<string, string>> = Object.freeze({ rig_ids: "rigs", building: "building", row: "row", rack: "rack" });

/** `subject/rack/row` is the field of the row; a subject as a whole is the choice. */
function formField(path: string): string {
  const parts = path.split("/");
  return parts[0] === "subject" ? (formFields[parts.at(-1) ?? ""] ?? "subject") : (parts[0] ?? "");
}

type Shown = { window: Maintenance | null; form: FormState; status?: number };

function show({ deps: { control } }: PageParts, { viewer }: PageCall, { window, form, status = 200 }: Shown): Promise<Response> {
  const subjects: MaintenanceFormProps["subjects"] = [
    ...control.fleets.all().map(({ id, name }) => ({ value: id, text: `fleet ${name}` })),
    ...control.sites.all().map(({ id, name }) => ({ value: id, text: `site ${name}` })),
    { value: byName, text: "rigs by name" },
  ];
  return htmlResponse(MaintenanceFormPage({ viewer, assets: assetUrls, window, subjects, form }), status);
}

const windowOf = ({ deps: { control } }: PageParts, { id }: PageCall): Maintenance => found(control.maintenance.byId(id), "maintenance window");

/** An hour that begins with the next whole one, of rigs by name: those that the address names. */
export function newMaintenancePage(parts: PageParts, call: PageCall): Promise<Response> {
  const fromMs = Math.ceil(parts.deps.now() / hourMs) * hourMs;
  const blank = { subject: { kind: "rigs", rigNos: [] } as MaintenanceSubject, fromMs, toMs: fromMs + hourMs, reason: "", excused: true };
  const rigs = call.url.searchParams.get("rigs") ?? "";
  return show(parts, call, { window: null, form: { values: { ...valuesOf(parts, blank, call.viewer.zone), rigs }, errors: {} } });
}

export function maintenancePage(parts: PageParts, call: PageCall): Promise<Response> {
  const window = windowOf(parts, call);
  return show(parts, call, { window, form: formOf(parts, window, call.viewer.zone) });
}

export async function planMaintenanceForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const input = inputOf(parts, call, { values, faults });
      parts.deps.control.transaction(() => faults.settle(() => planMaintenance(parts, call.principal, input)));
      return done(parts);
    },
    (problem) => show(parts, call, { window: null, form: refusedForm(values, problem, formField), status: 422 }),
  );
}

export async function changeMaintenanceForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const window = windowOf(parts, call);
  const present = { row: window, formOf: (row: Maintenance) => formOf(parts, row, call.viewer.zone) };
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const change = { id: window.id, version: versionOf(values), patch: inputOf(parts, call, { values, faults }) };
      control.transaction(() => faults.settle(() => changeMaintenance(parts, call.principal, change)));
      return done(parts);
    },
    (problem) => {
      const form = refusedEdit({ control, call, values }, problem, { present, rename: formField });
      return show(parts, call, { window, form, status: refusedStatus(problem) });
    },
  );
}

export async function cancelMaintenanceForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const window = windowOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      parts.deps.control.transaction(() => cancelMaintenance(parts, call.principal, { id: window.id, version: versionOf(values) }));
      return done(parts);
    },
    (problem) =>
      show(parts, call, { window, form: { ...formOf(parts, window, call.viewer.zone), errors: { "": `${problem.detail}.` } }, status: problem.status }),
  );
}

function done({ deps }: PageParts): Response {
  deps.hub.configChanged();
  deps.contracts?.changed();
  return redirect("/schedule#maintenance");
}
