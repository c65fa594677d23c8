import type { Customer, CustomerPatch } from "../../control/customers.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import type { Principal } from "../principal.ts";
import { recordAct, recordChange } from "./record.ts";

type Deps = Pick<WebDeps, "control">;

/** A customer as he is entered, by a script or in a form. */
export type CustomerEntry = { external_ref?: string | null; name?: string; email?: string | null; timezone?: string };

/** Adds a customer; run it in a transaction. Throws a problem that names the field. */
export function addCustomer({ control }: Deps, principal: Principal, entry: CustomerEntry & { name: string }): Customer {
  const customer = accepted(control.customers.create({ ...patchOf(entry), name: entry.name }), "customer", customerField);
  recordAct(control, principal, { verb: "added", subject: subjectOf(customer), data: recorded(customer) });
  return customer;
}

/** The change to read and the version it is based on; null = whatever is there. */
export type CustomerChange = { id: string; version: number | null; entry: CustomerEntry };

export function changeCustomer({ control }: Deps, principal: Principal, { id, version, entry }: CustomerChange): Customer {
  const before = control.customers.byId(id);
  const after = accepted(control.customers.update(id, patchOf(entry), version), "customer", customerField);
  if (before !== null) recordChange(control, principal, { subject: subjectOf(after), before: recorded(before), after: recorded(after) });
  return after;
}

/** Refused while anything belongs to him. */
export function removeCustomer({ control }: Deps, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const customer = accepted(control.customers.remove(id, version), "customer");
  recordAct(control, principal, { verb: "removed", subject: subjectOf(customer) });
}

const subjectOf = ({ id, name }: Customer) => ({ kind: "customer", id, name });
const customerField = (field: string): string => (field === "externalRef" ? "external_ref" : field);
const recorded = ({ externalRef, name, email, timezone }: Customer) => ({ external_ref: externalRef, name, email, timezone });

function patchOf({ external_ref, name, email, timezone }: CustomerEntry): CustomerPatch {
  return {
    ...(external_ref !== undefined && { externalRef: external_ref }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(timezone !== undefined && { timezone }),
  };
}
