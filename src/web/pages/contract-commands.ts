import type { FormState } from "../../../views/parts/form.tsx";
import type { Contract } from "../../control/contract-row.ts";
import { contractOf, renewContract, resumeContract, suspendContract, terminateContract } from "../actions/contract-commands.ts";
import { Faults } from "../faults.ts";
import { invalidField, type Problem } from "../problems.ts";
import { contractPage } from "./contract.ts";
import { farmOf } from "./farm.ts";
import { type FormValues, orRefused, readForm, refusedForm } from "./form-body.ts";
import { readLocalTime } from "./local-time.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

type Act = (values: FormValues) => Contract;

/** Runs a command in one transaction; what is refused stands beside its own field, and what was typed is kept. */
async function command(parts: PageParts, call: PageCall, verb: string, act: Act): Promise<Response> {
  const values = await readForm(call.request);
  const again = (form: FormState) => contractPage(parts, call, form);
  return orRefused(
    call,
    values,
    () => {
      const contract = parts.deps.control.transaction(() => act(values));
      return contractDone(parts, contract);
    },
    (problem: Problem) => again(refusedForm(values, problem, (field) => `${verb}_${field}`)),
  );
}

/** The record is on disk: hub and planner hear of it. */
export function contractDone(parts: PageParts, contract: Contract): Response {
  parts.deps.hub.configChanged();
  parts.deps.contracts?.changed();
  return redirect(`/contracts/${contract.id}`);
}

export function suspendForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, "suspend", (values) => suspendContract(parts.deps, call.principal, { id: call.id, reason: values["suspend_reason"] ?? "" }));
}

export function resumeForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, "resume", () => resumeContract(parts.deps, call.principal, call.id));
}

/** The moment of a field, or null for an empty one. Throws a problem that names the field. */
export function momentOf({ deps: { control } }: PageParts, field: string, typed: string | undefined): number | null {
  if (typed === undefined || typed === "") return null;
  const atMs = readLocalTime(typed, farmOf(control).zone);
  if (atMs === null) throw invalidField(field, "must be a day and a time, such as 2026-12-01 00:00");
  return atMs;
}

export function renewForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, "renew", (values) =>
    renewContract(parts.deps, call.principal, { id: call.id, endsAtMs: momentOf(parts, "ends_at", values["renew_ends_at"]) }),
  );
}

export function terminateForm(parts: PageParts, call: PageCall): Promise<Response> {
  const act: Act = (values) => {
    const { number } = contractOf(parts.deps, call.id);
    const faults = new Faults();
    if ((values["terminate_number"] ?? "").toUpperCase() !== number) faults.note("number", `must be ${number}, so that no other contract is meant`);
    const atMs = faults.read(() => momentOf(parts, "at", values["terminate_at"])) ?? null;
    return faults.settle(() => terminateContract(parts.deps, call.principal, { id: call.id, atMs, reason: values["terminate_reason"] ?? "" }));
  };
  return command(parts, call, "terminate", act);
}
