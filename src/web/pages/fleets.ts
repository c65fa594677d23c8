import { count, hashrate, hashrateText, percent, plural } from "../../../views/format.ts";
import { type FleetChoices, FleetPage, fleetFormId, holdChoices } from "../../../views/pages/fleet.tsx";
import { type FleetRow, FleetsPage, FleetTable } from "../../../views/pages/fleets.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import type { MeaningProps } from "../../../views/parts/health-meaning.tsx";
import type { TileProps } from "../../../views/parts/text.tsx";
import { type Fleet, holdAt } from "../../control/fleets.ts";
import type { HashrateScope } from "../../ledger/answers.ts";
import { algorithmNames } from "../../work/algorithm.ts";
import { addFleet, changeFleet, holdFleet, removeFleet } from "../actions/fleets.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import type { LiveView } from "../live.ts";
import { entryOf, formFields, meaningFor, newFleetForm, valuesOf } from "./fleet-form.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, requireOwnForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { wordCounts } from "./rig-word.ts";
import { openedRange, scopeChart } from "./scope-chart.ts";
import { refusedEdit } from "./stale-edit.ts";
import { pickerOf } from "./time-range.ts";

/** Every fleet with its counts: three questions, whatever the number of rigs. */
async function fleetRows(parts: PageParts): Promise<FleetRow[]> {
  const { control, now } = parts.deps;
  const open = (await parts.contracts.current()).map(({ contract }) => contract);
  const counts = Map.groupBy(control.rigs.countByFleet(), ({ fleetNo }) => fleetNo);
  const contracts = Map.groupBy(open, ({ fleetNo }) => fleetNo);
  return control.fleets.all().map((fleet) => {
    const own = counts.get(fleet.no) ?? [];
    const sold = contracts.get(fleet.no) ?? [];
    const inForce = sold.filter(({ state }) => state === "active" || state === "activating");
    return {
      id: fleet.id,
      name: fleet.name,
      algorithm: fleet.algorithm,
      siteName: fleet.siteId === null ? null : (control.sites.byId(fleet.siteId)?.name ?? null),
      houseName: fleet.houseProfileNo === null ? null : (control.profiles.byNo(fleet.houseProfileNo)?.name ?? null),
      rigs: own.reduce((sum, { count: rigs }) => sum + rigs, 0),
      statusCounts: wordCounts(own),
      promisedHps: inForce.reduce((sum, { promisedHps }) => sum + promisedHps, 0),
      contracts: sold.length,
      held: holdAt(fleet, now()),
    };
  });
}

export async function fleetsPage(parts: PageParts, { viewer }: PageCall): Promise<Response> {
  return htmlResponse(FleetsPage({ viewer, assets: assetUrls, fleets: await fleetRows(parts), live: "/live/fleets" }));
}

export function fleetsLive(parts: PageParts, { zone }: WatchCall): LiveView {
  const render = async () => {
    const clock = { nowMs: parts.deps.now(), zone };
    return { parts: [{ id: "fleet-table", html: await FleetTable({ fleets: await fleetRows(parts), clock }) }] };
  };
  return { key: "fleets", everyMs: 2_000, render };
}

type Shown = { fleet: Fleet | null; form: FormState; holdForm?: FormState; status?: number };

async function show(parts: PageParts, { viewer, url }: PageCall, { fleet, form, holdForm, status = 200 }: Shown): Promise<Response> {
  const { control, now } = parts.deps;
  const row = fleet === null ? null : ((await fleetRows(parts)).find(({ id }) => id === fleet.id) ?? null);
  const props = {
    ...{ viewer, assets: assetUrls, form, choices: choicesOf(parts) },
    chart: fleet === null ? null : await chartOf(parts, fleet, { url, zone: viewer.zone }),
    fleet: fleet === null ? null : { id: fleet.id, name: fleet.name, version: fleet.version, held: holdAt(fleet, now()) },
    tiles: row === null || fleet === null ? [] : tilesOf(parts, fleet, row),
    holdForm: holdForm ?? { values: { hold_s: "3600" }, errors: {} },
    meaning: await meaningOf(viewer.mayWrite, { fleet, form, rigs: row?.rigs ?? 0 }),
    facts: fleet === null ? [] : factsOf(fleet, row, control.profiles.byNo(fleet.houseProfileNo ?? 0)?.name ?? null),
  };
  return htmlResponse(FleetPage(props), status);
}

/** Of the only fleet all that was recorded is its own: that costs the ledger far less than to ask for each of its rigs. */
async function chartOf(parts: PageParts, fleet: Fleet, { url, zone }: { url: URL; zone: string }) {
  const { control } = parts.deps;
  const asked = await openedRange(parts, { url, zone, bornMs: fleet.createdAtMs });
  const scope: HashrateScope = control.fleets.all().length === 1 ? { kind: "all" } : { kind: "fleet", rigNos: control.rigs.numbersOfFleet(fleet.no) };
  const levelHps = control.rigs.countByFleet().reduce((sum, { fleetNo, nominalHps }) => sum + (fleetNo === fleet.no ? (nominalHps ?? 0) : 0), 0);
  const chart = await scopeChart(parts, { scope, figure: "effectiveHps", level: levelHps > 0 ? levelHps : null, bornMs: fleet.createdAtMs }, asked);
  return { chart, picker: pickerOf(`/fleets/${fleet.id}`, asked.range, zone) };
}

function choicesOf({ deps: { control } }: PageParts): FleetChoices {
  const profiles = control.profiles.all().filter(({ customerId }) => customerId === null);
  return {
    algorithms: algorithmNames.map((name) => ({ value: name, text: name })),
    sites: [{ value: "", text: "–" }, ...control.sites.all().map(({ id, name }) => ({ value: id, text: name }))],
    profiles: [{ value: "", text: "–" }, ...profiles.map(({ id, name, algorithm }) => ({ value: id, text: `${name} (${algorithm})` }))],
  };
}

/** The promised and what could be promised more, where somebody plans. */
function tilesOf(parts: PageParts, fleet: Fleet, row: FleetRow): TileProps[] {
  const { online } = row.statusCounts;
  const promised = hashrate(row.promisedHps);
  const spare = parts.deps.contracts?.capacity({
    fleetNo: fleet.no,
    customerNo: 0,
    startsAtMs: parts.deps.now(),
    endsAtMs: null,
    exceptContractNo: 0,
    place: null,
  });
  const free = hashrate(spare === undefined ? null : Math.max(0, spare.availableHps));
  return [
    {
      label: "Rigs online",
      value: count(online),
      unit: `of ${count(row.rigs)}`,
      note: `${fleet.algorithm}; people are woken at ${fleet.alarmThresholdBp / 100} % down`,
    },
    { label: "Promised", value: promised.value, unit: promised.unit, note: `in ${plural(row.contracts, "contract")}` },
    {
      label: "Can be promised",
      value: free.value,
      unit: free.unit,
      note: spare === undefined ? "nobody plans yet" : `${plural(Math.max(0, spare.availableRigs), "rig is", "rigs are")} free`,
    },
  ];
}

function factsOf(fleet: Fleet, row: FleetRow | null, houseName: string | null): { label: string; value: string }[] {
  return [
    { label: "Algorithm", value: fleet.algorithm },
    { label: "Site", value: row?.siteName ?? "–" },
    { label: "House profile", value: houseName ?? "–" },
    { label: "Period", value: fleet.period },
    { label: "Degraded below", value: percent(fleet.degradedBelowBp / 10_000) },
    { label: "Shares per minute", value: String(fleet.sharesPerMinute) },
    { label: "Disconnect grace", value: `${fleet.disconnectGraceS} s` },
    { label: "Alarm threshold", value: percent(fleet.alarmThresholdBp / 10_000) },
    { label: "Method", value: fleet.method },
    { label: "Tolerance", value: percent(fleet.toleranceBp / 10_000) },
    { label: "Reserve", value: percent(fleet.reserveBp / 10_000) },
    { label: "Contracts", value: `${count(row?.contracts ?? 0)}, ${hashrateText(row?.promisedHps ?? 0)}` },
  ];
}

/** Of what the form says, so that a setting can be tried before it is saved. */
async function meaningOf(isForm: boolean, { fleet, form, rigs }: { fleet: Fleet | null; form: FormState; rigs: number }): Promise<MeaningProps> {
  const from = isForm ? { action: fleet === null ? "/fleets/meaning" : `/fleets/${fleet.id}/meaning`, formId: fleetFormId } : null;
  const typed = typedKnobs(form.values);
  const unknown = { sharesPerMinute: 0, degradedBelowBp: 0, disconnectGraceS: 0 };
  if (typed === null) return { from, meaning: null, rigs, ...unknown };
  const { sharesPerMinute, degradedBelowBp, disconnectGraceS, period } = typed;
  return { from, meaning: await meaningFor({ sharesPerMinute, period, degradedBelowBp }), rigs, sharesPerMinute, degradedBelowBp, disconnectGraceS };
}

function typedKnobs(values: FormValues) {
  const faults = new Faults();
  const { shares_per_minute, degraded_below_bp, disconnect_grace_s, period } = entryOf(values, faults);
  if (faults.any) return null;
  return {
    ...{ sharesPerMinute: shares_per_minute ?? 12, degradedBelowBp: degraded_below_bp ?? 8_460 },
    ...{ disconnectGraceS: disconnect_grace_s ?? 15, period: period ?? "normal" },
  };
}

function formOf(parts: PageParts, fleet: Fleet): FormState {
  return { values: valuesOf(fleet, parts.ids.profile(fleet.houseProfileNo)), errors: {} };
}

export function fleetPage(parts: PageParts, call: PageCall): Promise<Response> {
  const fleet = found(parts.deps.control.fleets.byId(call.id), "fleet");
  return show(parts, call, { fleet, form: formOf(parts, fleet) });
}

export function newFleetPage(parts: PageParts, call: PageCall): Promise<Response> {
  return show(parts, call, { fleet: null, form: newFleetForm });
}

/** The same page with what was typed and what it would mean; nothing is saved. */
export async function meaningForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const fleet = call.id === "" ? null : found(parts.deps.control.fleets.byId(call.id), "fleet");
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      entryOf(values, faults);
      faults.settle(() => undefined);
      return show(parts, call, { fleet, form: { values, errors: {} } });
    },
    (problem) => show(parts, call, { fleet, form: refusedForm(values, problem), status: 422 }),
  );
}

/** What people call what a field chooses by id. */
function wordOf({ deps: { control } }: PageParts, field: string, value: string): string {
  if (field === "site_id") return control.sites.byId(value)?.name ?? "";
  return field === "house_profile_id" ? (control.profiles.byId(value)?.name ?? "") : value;
}

const formField = (field: string): string => formFields[field] ?? field;

export async function addFleetForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const again = (form: FormState) => show(parts, call, { fleet: null, form, status: 422 });
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const entry = entryOf(values, faults);
      const fleet = parts.deps.control.transaction(() => faults.settle(() => addFleet(parts.deps, call.principal, entry)));
      return done(parts, `/fleets/${fleet.id}`);
    },
    (problem) => again(refusedForm(values, problem, formField)),
  );
}

export async function changeFleetForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const fleet = found(control.fleets.byId(call.id), "fleet");
  const again = (form: FormState, status = 422) => show(parts, call, { fleet, form, status });
  const present = { row: fleet, formOf: (was: Fleet) => formOf(parts, was), wordsOf: (field: string, id: string) => wordOf(parts, field, id) };
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const change = { id: fleet.id, version: versionOf(values), entry: entryOf(values, faults), ids: parts.ids };
      control.transaction(() => faults.settle(() => changeFleet(parts.deps, call.principal, change)));
      return done(parts, `/fleets/${fleet.id}`);
    },
    (problem) => again(refusedEdit({ control, call, values }, problem, { present, rename: formField }), refusedStatus(problem)),
  );
}

export async function removeFleetForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const fleet = found(control.fleets.byId(call.id), "fleet");
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => removeFleet(parts.deps, call.principal, { id: fleet.id, version: versionOf(values) }));
      return done(parts, "/fleets");
    },
    (problem) => show(parts, call, { fleet, form: { ...formOf(parts, fleet), errors: { "": `${problem.detail}.` } }, status: problem.status }),
  );
}

export async function holdFleetForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control, now } = parts.deps;
  const values = await readForm(call.request);
  const fleet = found(control.fleets.byId(call.id), "fleet");
  const seconds = Number(holdChoices.find(({ value }) => value === values["hold_s"])?.value ?? 0);
  return orRefused(
    call,
    values,
    () => {
      const held = { untilMs: now() + seconds * 1_000, reason: values["reason"] ?? "" };
      control.transaction(() => holdFleet(parts.deps, call.principal, { id: fleet.id, held, ids: parts.ids }));
      return done(parts, `/fleets/${fleet.id}`);
    },
    (problem) => {
      const holdForm = refusedForm(values, problem, (field) => (field === "until" ? "hold_s" : field));
      return show(parts, call, { fleet, form: formOf(parts, fleet), holdForm, status: 422 });
    },
  );
}

export async function releaseFleetForm(parts: PageParts, call: PageCall): Promise<Response> {
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  parts.deps.control.transaction(() => holdFleet(parts.deps, call.principal, { id: call.id, held: null, ids: parts.ids }));
  return done(parts, `/fleets/${call.id}`);
}

function done(parts: PageParts, place: string): Response {
  parts.deps.hub.configChanged();
  parts.deps.contracts?.changed();
  return redirect(place);
}
