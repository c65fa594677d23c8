import type { ContractVerb } from "../../control/contract-history.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { Result } from "../../control/result.ts";
import type { Move } from "../../schedule/move.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { Faults } from "../faults.ts";
import { noIfAny } from "../paging.ts";
import { termsJson } from "../present-contracts.ts";
import type { Ids } from "../present-rows.ts";
import { actorName, actorOf, type Principal, requireFreshSignIn } from "../principal.ts";
import { notFound } from "../problems.ts";
import { timeText } from "../times.ts";
import { capacityJson, requireCapacity, requireTellable } from "./contract-capacity.ts";
import { contractField, contractSubject, promiseOf, type TermsEntry, termsOf } from "./contracts.ts";
import { recordAct, recordChange } from "./record.ts";

type Deps = Pick<WebDeps, "control" | "now" | "contracts">;

/** Each command is one transaction of the caller's; one that finds nothing left to do answers the contract as it is and records nothing. */
export function suspendContract(deps: Deps, principal: Principal, { id, reason }: { id: string; reason: string }): Contract {
  return command(deps, principal, {
    id,
    act: () => deps.control.contracts.suspend(id, { reason, by: actorOf(principal) }),
    verb: "suspended",
    data: { reason },
  });
}

export function resumeContract(deps: Deps, principal: Principal, id: string): Contract {
  return command(deps, principal, { id, act: () => deps.control.contracts.resume(id, { by: actorOf(principal) }), verb: "resumed" });
}

export function renewContract(deps: Deps, principal: Principal, { id, endsAtMs }: { id: string; endsAtMs: number | null }): Contract {
  const data = { ends_at: timeText(endsAtMs) };
  return command(deps, principal, { id, act: () => deps.control.contracts.renew(id, { endsAtMs, by: actorOf(principal) }), verb: "renewed", data });
}

export type TerminationAsk = { id: string; atMs: number | null; reason: string };

/** Now, or cancelled for a moment that is still to come. */
export function terminateContract(deps: Deps, principal: Principal, { id, atMs, reason }: TerminationAsk): Contract {
  const verb = atMs !== null && atMs > deps.now() ? "cancelled" : "terminated";
  const act = () => deps.control.contracts.terminate(id, { atMs, reason, by: actorOf(principal) });
  return command(deps, principal, { id, act, verb, data: { reason, ...(verb === "cancelled" && { at: timeText(atMs) }) } });
}

type Command = { id: string; act: () => Result<Contract>; verb: ContractVerb; data?: Record<string, unknown> };

function command({ control }: Deps, principal: Principal, { id, act, verb, data }: Command): Contract {
  const before = contractOf({ control }, id);
  const after = accepted(act(), "contract", contractField);
  if (after.version !== before.version) recordAct(control, principal, { verb, subject: contractSubject(after), data: { number: after.number, ...data } });
  return after;
}

/** What a change has decided: the contract's row, and what the hub must do about the rigs that serve it once the record is on disk. */
export type Changed = { contract: Contract; moves: Move[] };

/** `version` is the one that a person saw in a form; null, as for a script: whatever is there. */
export type ChangeAsk = { id: string; version: number | null; entry: TermsEntry; ids: Ids };

/** Changes the promise or the terms. More than before must be there to be promised, or be sold short by a word of this change: an earlier one is no leave. Rigs that serve it follow a new profile at once. */
export function changeContract(deps: Deps, principal: Principal, { id, version, entry, ids }: ChangeAsk): Changed {
  const { control } = deps;
  const before = contractOf(deps, id);
  const faults = new Faults();
  const change = {
    ...termsOf(entry),
    promise: promiseOf(deps, entry, faults),
    ...(entry.profile_id !== undefined && { profileNo: noIfAny(control.profiles.byId(entry.profile_id)) }),
  };
  if (change.profileNo !== undefined && change.profileNo !== before.profileNo) requireFreshSignIn(principal, deps.now());
  const edit = { by: actorOf(principal), expected: version };
  const after = faults.settle(() => accepted(control.contracts.change(id, change, edit), "contract", contractField));
  const isFiner = after.toleranceBp !== before.toleranceBp || after.sharesPerMinute !== before.sharesPerMinute || after.period !== before.period;
  if (isFiner || after.promisedHps < before.promisedHps) requireTellable(deps, after);
  const isMore = after.promisedHps > before.promisedHps || after.places.length > before.places.length;
  const short = isMore ? requireCapacity(deps, after, entry.allow_short === true) : null;
  recordChange(control, principal, { subject: contractSubject(after), before: termsJson(before, ids), after: termsJson(after, ids) });
  if (short !== null)
    recordAct(control, principal, {
      ...{ verb: "sold-short", subject: contractSubject(after), words: `sold contract ${after.number} short` },
      data: { number: after.number, ...capacityJson(short) },
    });
  return { contract: after, moves: after.profileNo === before.profileNo ? [] : followProfile(deps, principal, after) };
}

function followProfile({ control }: Deps, principal: Principal, { no, number, profileNo }: Contract): Move[] {
  const serving = control.contracts.rigsOf([no]);
  const reason = { code: "profile-changed", text: `${number} got another profile from ${actorName(principal)}` };
  control.allocations.assign(serving.map(({ rigNo, fraction }) => ({ rigNo, contractNo: no, profileNo, fraction, reason, decidedBy: actorOf(principal) })));
  return serving.map(({ rigNo }) => ({ rigNo, to: { contractNo: no, profileNo } }));
}

export type EditAsk = { id: string; version: number | null; patch: { external_ref?: string | null; notes?: string }; ids: Ids };

/** Changes what is no promise. */
export function editContract({ control }: Deps, principal: Principal, { id, version, patch, ids }: EditAsk): Contract {
  const before = contractOf({ control }, id);
  const { external_ref, notes } = patch;
  const fields = { ...(external_ref !== undefined && { externalRef: external_ref }), ...(notes !== undefined && { notes }) };
  const after = accepted(control.contracts.update(id, fields, { expected: version, by: actorOf(principal) }), "contract", contractField);
  recordChange(control, principal, { subject: contractSubject(after), before: termsJson(before, ids), after: termsJson(after, ids) });
  return after;
}

export function contractOf({ control }: Pick<Deps, "control">, id: string): Contract {
  const contract = control.contracts.byId(id);
  if (contract === null) throw notFound("contract");
  return contract;
}
