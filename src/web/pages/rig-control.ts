import { contractNoOf } from "../../control/contract-number.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { Control } from "../../control/control.ts";
import type { StandingWord } from "../../control/rig-standing.ts";
import { replaceLearnedNominal } from "../actions/rig-details.ts";
import { checkReason, drainRig, parkRig, sayStanding, unparkRig } from "../actions/rig-verbs.ts";
import { type Moved, pinRig, pinToContract, unpinRig } from "../actions/rigs.ts";
import { invalidField } from "../problems.ts";
import { type FormValues, orRefused, readForm, refusedForm } from "./form-body.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigPage } from "./rig.ts";

/** Runs one command on the rig; what is refused is shown in its place on the rig's page. */
async function command(parts: PageParts, call: PageCall, act: (values: FormValues) => Moved, rename?: (field: string) => string): Promise<Response> {
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => moved(parts, () => act(values)),
    (problem) => rigPage(parts, call, refusedForm(values, problem, rename)),
  );
}

/** Holds a rig on the chosen profile. The rig keeps its connection: it gets a job of the other pool. */
export function pinForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, (values) => pinRig(parts.deps, call.principal, { id: call.id, profileId: values["profile_id"] ?? "" }));
}

/** Fixes a rig to the contract whose number was typed. */
export function pinContractForm(parts: PageParts, call: PageCall): Promise<Response> {
  const act = (values: FormValues) => {
    const contract = byNumber(parts.deps.control, values["contract"] ?? "");
    if (contract === null) throw invalidField("contract", "must be the number of a contract, such as C-00042");
    return pinToContract(parts.deps, call.principal, { id: call.id, contractId: contract.id });
  };
  return command(parts, call, act);
}

/** The contract that people call by this number. */
export function byNumber({ contracts }: Pick<Control, "contracts">, typed: string): Contract | null {
  const no = contractNoOf(typed);
  return no === null ? null : contracts.byNo(no);
}

/** Lets the rig go back to what the hub decides. */
export function unpinForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, () => unpinRig(parts.deps, call.principal, call.id));
}

export function drainForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, () => ({ rig: drainRig(parts.deps, call.principal, { id: call.id, draining: true }), moves: [] }));
}

export function undrainForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, () => ({ rig: drainRig(parts.deps, call.principal, { id: call.id, draining: false }), moves: [] }));
}

export function parkForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, () => parkRig(parts.deps, call.principal, call.id));
}

export function unparkForm(parts: PageParts, call: PageCall): Promise<Response> {
  return command(parts, call, () => ({ rig: unparkRig(parts.deps, call.principal, call.id), moves: [] }));
}

/** Why, in the person's words; may be empty. @throws Problem that names the field */
export function reasonOf(values: FormValues): string {
  const reason = values["reason"] ?? "";
  checkReason(reason);
  return reason;
}

/** Quarantines the rig, releases it, or passes it out of vetting. */
export const standingForm =
  (word: StandingWord) =>
  (parts: PageParts, call: PageCall): Promise<Response> =>
    command(parts, call, (values) => ({ rig: sayStanding(parts.deps, call.principal, { id: call.id, word, reason: reasonOf(values) }), moves: [] }));

/** Takes back a nominal that was learned. */
export const nominalForm =
  (by: "catalogue" | "nothing") =>
  (parts: PageParts, call: PageCall): Promise<Response> =>
    command(parts, call, () => ({ rig: replaceLearnedNominal(parts.deps, call.principal, { id: call.id, by }), moves: [] }));

/** The record first, then the hub: what it does must stand on disk. */
function moved(parts: PageParts, act: () => Moved): Response {
  const { control, hub, contracts } = parts.deps;
  const { rig, moves } = control.transaction(act);
  if (moves.length > 0) hub.applyMoves(moves);
  hub.configChanged();
  contracts?.changed();
  return redirect(`/rigs/${rig.id}`);
}
