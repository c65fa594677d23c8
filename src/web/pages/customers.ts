import { CustomerPage, CustomersPage } from "../../../views/pages/customers.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import type { Customer } from "../../control/customers.ts";
import { addCustomer, type CustomerEntry, changeCustomer, removeCustomer } from "../actions/customers.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { namesakeWarnings } from "../namesake-warnings.ts";
import { contractLines } from "./contract-list.ts";
import { farmOf } from "./farm.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, sentence, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

const pageSize = 100;
const searchCharsMax = 100;
const contractsShown = 200;
export async function customersPage(parts: PageParts, { url, viewer }: PageCall): Promise<Response> {
  const q = (url.searchParams.get("q") ?? "").trim().slice(0, searchCharsMax);
  const asked = { limit: pageSize, ...(q !== "" && { text: q }) };
  const { customers } = parts.deps.control;
  // A cursor that is none is a link that somebody cut off: it begins again.
  const tried = customers.list({ ...asked, cursor: url.searchParams.get("after") });
  const listed = tried.ok ? tried : customers.list(asked);
  const page = listed.ok ? listed.value : { rows: [], next: null };
  const counts = new Map<number, number>();
  for (const { contract } of await parts.contracts.current()) counts.set(contract.customerNo, (counts.get(contract.customerNo) ?? 0) + 1);
  const rows = page.rows.map(({ no, id, name, externalRef, email }) => ({ id, name, externalRef, email, contracts: counts.get(no) ?? 0 }));
  const nextHref = page.next === null ? null : `/customers?${new URLSearchParams({ ...(q !== "" && { q }), after: page.next })}`;
  return htmlResponse(CustomersPage({ viewer, assets: assetUrls, q, rows, nextHref }));
}

type Shown = { customer: Customer | null; form: FormState; status?: number };

async function show(parts: PageParts, { viewer }: PageCall, { customer, form, status = 200 }: Shown): Promise<Response> {
  const { contracts } = parts.deps.control;
  const list = customer === null ? null : contracts.list({ customerNo: customer.no, limit: contractsShown });
  const own = list?.ok === true ? await parts.contracts.of(list.value.rows) : [];
  const shown = customer === null ? null : { id: customer.id, name: customer.name, version: customer.version };
  const lines = await contractLines(parts, own);
  const warnings = customer === null ? [] : namesakeWarnings(parts.deps.control, "customers", [customer])(customer).map(sentence);
  return htmlResponse(CustomerPage({ viewer, assets: assetUrls, customer: shown, warnings, contracts: lines, facts: factsOf(customer), form }), status);
}

function factsOf(customer: Customer | null): { label: string; value: string }[] {
  if (customer === null) return [];
  const { externalRef, email, timezone } = customer;
  return [
    { label: "Reference", value: externalRef ?? "–" },
    { label: "E-mail", value: email ?? "–" },
    { label: "Time zone", value: timezone },
  ];
}

function formOf({ name, externalRef, email, timezone }: Customer): FormState {
  return { values: { name, external_ref: externalRef ?? "", email: email ?? "", timezone }, errors: {} };
}

export function customerPage(parts: PageParts, call: PageCall): Promise<Response> {
  const customer = found(parts.deps.control.customers.byId(call.id), "customer");
  return show(parts, call, { customer, form: formOf(customer) });
}

export function newCustomerPage(parts: PageParts, call: PageCall): Promise<Response> {
  return show(parts, call, { customer: null, form: { values: { timezone: farmOf(parts.deps.control).zone }, errors: {} } });
}

function entryOf({ deps: { control } }: PageParts, values: FormValues): CustomerEntry & { name: string } {
  return {
    name: values["name"] ?? "",
    external_ref: values["external_ref"] || null,
    email: values["email"] || null,
    timezone: values["timezone"] || farmOf(control).zone,
  };
}

export async function addCustomerForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const again = (form: FormState) => show(parts, call, { customer: null, form, status: 422 });
  return orRefused(
    call,
    values,
    () => {
      const customer = parts.deps.control.transaction(() => addCustomer(parts.deps, call.principal, entryOf(parts, values)));
      return redirect(`/customers/${customer.id}`);
    },
    (problem) => again(refusedForm(values, problem)),
  );
}

export async function changeCustomerForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const customer = found(control.customers.byId(call.id), "customer");
  const again = (form: FormState, status = 422) => show(parts, call, { customer, form, status });
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => changeCustomer(parts.deps, call.principal, { id: customer.id, version: versionOf(values), entry: entryOf(parts, values) }));
      return redirect(`/customers/${customer.id}`);
    },
    (problem) => again(refusedEdit({ control, call, values }, problem, { present: { row: customer, formOf } }), refusedStatus(problem)),
  );
}

export async function removeCustomerForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const customer = found(control.customers.byId(call.id), "customer");
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => removeCustomer(parts.deps, call.principal, { id: customer.id, version: versionOf(values) }));
      return redirect("/customers");
    },
    (problem) => show(parts, call, { customer, form: { ...formOf(customer), errors: { "": `${problem.detail}.` } }, status: problem.status }),
  );
}
