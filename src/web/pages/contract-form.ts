import { hashrateText, plural } from "../../../views/format.ts";
import { ChangeContractPage, type ContractChoices, contractPools, NewContractPage } from "../../../views/pages/contract-form.tsx";
import type { Choice, FormState } from "../../../views/parts/form.tsx";
import type { Contract } from "../../control/contract-row.ts";
import { slaPlans } from "../../control/contract-sla.ts";
import { type Fleet, methods } from "../../control/fleets.ts";
import { unratedText } from "../actions/contract-capacity.ts";
import { changeContract, contractOf } from "../actions/contract-commands.ts";
import { addContract, type ContractEntry, type PoolOfContract, type SlaEntry, type TermsEntry } from "../actions/contracts.ts";
import { assetUrls } from "../assets/assets.ts";
import { Faults } from "../faults.ts";
import { webLimits } from "../limits.ts";
import { invalidField, type Problem } from "../problems.ts";
import { timeText } from "../times.ts";
import { contractDone, momentOf } from "./contract-commands.ts";
import { farmOf } from "./farm.ts";
import { typedNumber } from "./fleet-form.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, versionOf } from "./form-body.ts";
import { exactHashrate, readHashrate } from "./hashrate-text.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { type Present, refusedEdit } from "./stale-edit.ts";

const customersShown = 500;
/** Of a name before the address of his pool. */
const ownerChars = 60;
const none: Choice = { value: "", text: "–" };

/** Profiles that may serve: the operator's own, and, where he is known, the customer's. */
function choicesOf({ deps: { control } }: PageParts, customerId: string | null): ContractChoices {
  const customers = control.customers.list({ limit: customersShown });
  const profiles = control.profiles.all().filter((profile) => profile.customerId === null || customerId === null || profile.customerId === customerId);
  return {
    customers: [
      { value: "", text: "– a new one –" },
      ...(customers.ok ? customers.value.rows : []).map(({ id, name, externalRef }) => ({
        value: id,
        text: externalRef === null ? name : `${name} (${externalRef})`,
      })),
    ],
    fleets: control.fleets.all().map(({ id, name, algorithm }) => ({ value: id, text: `${name} (${algorithm})` })),
    profiles: [none, ...profiles.map(({ id, name, algorithm }) => ({ value: id, text: `${name} (${algorithm})` }))],
  };
}

function newForm({ deps: { control } }: PageParts, url: URL): FormState {
  const fleet = control.fleets.byId(url.searchParams.get("fleet") ?? "") ?? control.fleets.all()[0];
  const customer = control.customers.byId(url.searchParams.get("customer") ?? "");
  const values = { customer_id: customer?.id ?? "", fleet_id: fleet?.id ?? "", method: fleet?.method ?? "threshold", plan: "lease" };
  return { values, errors: {} };
}

function showNew(parts: PageParts, { viewer }: PageCall, form: FormState, status = 200): Promise<Response> {
  const customerId = form.values["customer_id"] || null;
  return htmlResponse(NewContractPage({ viewer, assets: assetUrls, choices: choicesOf(parts, customerId), form }), status);
}

export function newContractPage(parts: PageParts, call: PageCall): Promise<Response> {
  return showNew(parts, call, newForm(parts, call.url));
}

/** A number that was typed; undefined where nothing was. Throws a problem that names the field. */
function numberOf(values: FormValues, field: string, rule: string): number | undefined {
  const typed = values[field] ?? "";
  if (typed === "") return undefined;
  const value = typedNumber(typed);
  if (Number.isNaN(value)) throw invalidField(field, rule);
  return value;
}

function hashrateOf(values: FormValues, field: string): number | undefined {
  const typed = values[field] ?? "";
  if (typed === "") return undefined;
  const hps = readHashrate(typed);
  if (hps === null || hps < 1) throw invalidField(field, "must be a hashrate, such as 3 PH/s");
  return hps;
}

/** Ids of the rigs that were named; one that the fleet does not have is told by its name. */
function rigIdsOf({ deps: { control } }: PageParts, values: FormValues, fleet: Fleet | null): string[] | undefined {
  const names = (values["rig_names"] ?? "").split(/[\s,;]+/).filter((name) => name !== "");
  if (names.length === 0) return undefined;
  return names.map((name) => {
    const rig = fleet === null ? null : control.rigs.byName(fleet.no, name);
    if (rig === null) throw invalidField("rig_names", `has a name that no rig of the fleet has: ${name}`);
    return rig.id;
  });
}

function termsOf(values: FormValues, faults: Faults): TermsEntry {
  const tolerance = faults.read(() => numberOf(values, "tolerance", "must be a percentage, such as 10"));
  const priority = faults.read(() => numberOf(values, "priority", "must be a whole number from 0 to 9"));
  const promised = faults.read(() => hashrateOf(values, "promised"), ["promised_hps"]);
  const count = faults.read(() => numberOf(values, "rig_count", "must be a whole number"));
  return {
    ...(tolerance !== undefined && { tolerance_bp: Math.round(tolerance * 100) }),
    ...(priority !== undefined && { priority }),
    ...(promised !== undefined && { promised_hps: promised }),
    ...(count !== undefined && { rig_count: count }),
    ...(values["profile_id"] && { profile_id: values["profile_id"] }),
    ...(values["allow_short"] === "1" && { allow_short: true }),
  };
}

/** The pools of the form, named by whose they are: two customers often have accounts at one pool. */
function poolsOf({ deps: { control } }: PageParts, values: FormValues): PoolOfContract[] {
  const owner = control.customers.byId(values["customer_id"] ?? "")?.name ?? values["customer_name"] ?? "";
  return contractPools.flatMap((at) => {
    const url = values[`pool_${at}_url`] ?? "";
    const username = values[`pool_${at}_username`] ?? "";
    const password = values[`pool_${at}_password`] ?? "";
    const name = `${owner.slice(0, ownerChars)} ${URL.canParse(url) ? new URL(url).host : ""}`.trim().slice(0, 100);
    return url === "" && username === "" ? [] : [{ url, username, ...(name !== "" && { name }), ...(password !== "" && { password }) }];
  });
}

function slaOf(values: FormValues): SlaEntry | undefined {
  const amount = values["price_amount"] ?? "";
  if (amount === "" && (values["price_currency"] ?? "") === "") return undefined;
  const plan = slaPlans.find((word) => word === values["plan"]) ?? "lease";
  return { plan, price: { amount: amount.replace(",", "."), currency: (values["price_currency"] ?? "").toUpperCase() } };
}

function customerOf({ deps: { control } }: PageParts, values: FormValues): Pick<ContractEntry, "customer_id" | "customer"> {
  const id = values["customer_id"] ?? "";
  if (id !== "") return { customer_id: id };
  const email = values["customer_email"] ?? "";
  return { customer: { name: values["customer_name"] ?? "", timezone: farmOf(control).zone, ...(email !== "" && { email }) } };
}

/** What was typed, as the entry that a script would send, as far as it can be read. */
function entryOf(parts: PageParts, values: FormValues, faults: Faults): ContractEntry {
  const fleet = parts.deps.control.fleets.byId(values["fleet_id"] ?? "");
  const nominal = faults.read(() => hashrateOf(values, "rig_nominal"), ["rig_nominal_hps"]);
  const rigIds = faults.read(() => rigIdsOf(parts, values, fleet), ["rig_count"]);
  const startsAt = faults.read(() => momentOf(parts, "starts_at", values["starts_at"])) ?? null;
  const endsAt = faults.read(() => momentOf(parts, "ends_at", values["ends_at"])) ?? null;
  const sla = slaOf(values);
  const terms = termsOf(values, faults);
  return {
    ...customerOf(parts, values),
    ...terms,
    ...(terms.profile_id === undefined && { pools: poolsOf(parts, values) }),
    fleet_id: values["fleet_id"] ?? "",
    method: methods.find((word) => word === values["method"]) ?? "threshold",
    ...(rigIds !== undefined && { rig_ids: rigIds }),
    ...(nominal !== undefined && { rig_nominal_hps: nominal }),
    ...(values["model"] && { model: values["model"] }),
    ...(startsAt !== null && { starts_at: timeText(startsAt) ?? "" }),
    ...(endsAt !== null && { ends_at: timeText(endsAt) }),
    ...(sla !== undefined && { sla }),
    ...(values["external_ref"] && { external_ref: values["external_ref"] }),
    notes: values["notes"] ?? "",
  };
}

const renamed: Readonly<Record<string, string>> = Object.freeze({
  promised_hps: "promised",
  tolerance_bp: "tolerance",
  rig_nominal_hps: "rig_nominal",
  rig_ids: "rig_names",
  pool_ids: "pool_1_url",
});

/** The field of the form that stands for one of the API, given by its path. */
function formField(pointer: string): string {
  const [field = "", second = "", third = ""] = pointer.split("/");
  // A pool that is entered here is called after its address.
  if (field === "pools") return `pool_${Number(second || 0) + 1}_${third === "" || third === "name" ? "url" : third}`;
  if (field === "customer") return `customer_${second || "name"}`;
  if (field === "sla" || field.startsWith("sla.")) return `${pointer}`.includes("currency") ? "price_currency" : "price_amount";
  return renamed[field] ?? field;
}

/** What is wrong stands beside its field; too little capacity beside the amount, with what there is. */
function refused(values: FormValues, problem: Problem): FormState {
  if (problem.kind === "insufficient-capacity") return tooLittle(values, problem);
  return refusedForm(values, problem, formField);
}

const amountOfRigs = (values: FormValues): string => (values["rig_names"] ? "rig_names" : "rig_count");

function tooLittle(values: FormValues, { members }: Problem): FormState {
  const hps = hashrateText(Number(members["available_hps"] ?? 0));
  const rigs = Number(members["available_rigs"] ?? 0);
  const unrated = Number(members["unrated_rigs"] ?? 0);
  const available = `${hps} and ${plural(rigs, "rig that fits is", "rigs that fit are")} available${unratedText(unrated)}`;
  const field = values["rig_count"] || values["rig_names"] ? amountOfRigs(values) : "promised";
  const errors = { [field]: `Too little capacity for this term: ${available}. Ask for less, or sell it short.` };
  const mend = { href: "/rigs?status=vetting", text: "Look at the rigs in vetting in a new tab: passing them takes a nominal" };
  return { values, errors, ...(unrated > 0 && { mend }) };
}

/** Tries the pools that came with it, all at once; what they are like stands on the contract's page a moment later. */
function testPoolsOf({ deps: { control }, probes }: PageParts, { profileNo }: Contract): void {
  for (const no of control.profiles.byNo(profileNo)?.poolNos ?? []) {
    const pool = control.pools.byNo(no);
    if (pool !== null) void probes.probe(pool, webLimits.poolTestMsMax);
  }
}

export async function addContractForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const again = (form: FormState) => showNew(parts, call, form, 422);
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const entry = entryOf(parts, values, faults);
      const contract = parts.deps.control.transaction(() => faults.settle(() => addContract(parts.deps, call.principal, entry)));
      if (entry.pools !== undefined) testPoolsOf(parts, contract);
      return contractDone(parts, contract);
    },
    (problem) => again(refused(values, problem)),
  );
}

/** Those of its places that name a rig. */
function namesOf({ deps: { control } }: PageParts, { places }: Contract): string[] {
  return places.flatMap(({ rigNo }) => (rigNo === null ? [] : [control.rigs.byNo(rigNo)?.name ?? ""]));
}

function changeFormOf(parts: PageParts, contract: Contract): FormState {
  const values = {
    promised: exactHashrate(contract.promisedHps),
    rig_count: String(contract.places.length),
    rig_names: namesOf(parts, contract).join(" "),
    tolerance: String(contract.toleranceBp / 100),
    priority: String(contract.priority),
    profile_id: parts.ids.profile(contract.profileNo) ?? "",
  };
  return { values, errors: {} };
}

function showChange(parts: PageParts, { viewer }: PageCall, { contract, form, status = 200 }: { contract: Contract; form: FormState; status?: number }) {
  const { id, number, method, customerNo, version } = contract;
  const shown = { id, number, method, version, hasNames: namesOf(parts, contract).length > 0 };
  const choices = choicesOf(parts, parts.ids.customer(customerNo));
  return htmlResponse(ChangeContractPage({ viewer, assets: assetUrls, contract: shown, choices, form }), status);
}

export function changeContractPage(parts: PageParts, call: PageCall): Promise<Response> {
  const contract = contractOf(parts.deps, call.id);
  return showChange(parts, call, { contract, form: changeFormOf(parts, contract) });
}

/** The contract as it is now, in the words of its form. */
function presentOf(parts: PageParts, row: Contract): Present<Contract> {
  const nameOf = (id: string) => parts.deps.control.profiles.byId(id)?.name ?? id;
  return { row, formOf: (contract) => changeFormOf(parts, contract), wordsOf: (field, value) => (field === "profile_id" ? nameOf(value) : value) };
}

export async function changeContractForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps, ids } = parts;
  const values = await readForm(call.request);
  const contract = contractOf(deps, call.id);
  const again = (form: FormState, status = 422) => showChange(parts, call, { contract, form, status });
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const rigIds = faults.read(() => rigIdsOf(parts, values, deps.control.fleets.byNo(contract.fleetNo)), ["rig_count"]);
      const entry = { ...termsOf(values, faults), ...(rigIds !== undefined && { rig_ids: rigIds }) };
      const ask = { id: contract.id, version: versionOf(values), entry, ids };
      const { moves, contract: after } = deps.control.transaction(() => faults.settle(() => changeContract(deps, call.principal, ask)));
      if (moves.length > 0) deps.hub.applyMoves(moves);
      return contractDone(parts, after);
    },
    (problem) => {
      const isStale = problem.kind === "precondition-failed";
      const asked = { control: deps.control, call, values };
      return again(isStale ? refusedEdit(asked, problem, { present: presentOf(parts, contract) }) : refused(values, problem), refusedStatus(problem));
    },
  );
}
