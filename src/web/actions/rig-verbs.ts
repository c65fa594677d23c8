import { isPinned, type Rig } from "../../control/rig-row.ts";
import type { StandingWord } from "../../control/rig-standing.ts";
import { textRule } from "../../control/rules.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { actorName, actorOf, type Principal } from "../principal.ts";
import { invalidField, Problem } from "../problems.ts";
import { recordAct } from "./record.ts";
import { type Moved, movesHome, rigOf, rigSubject } from "./rigs.ts";

type Deps = Pick<WebDeps, "control">;

/** A pin is somebody's word on where the rig works; what contradicts it has to be said to the pin. */
function refusePinned(rig: Rig): void {
  if (isPinned(rig)) throw new Problem("conflict", "the rig is pinned: unpin it first");
}

/**
 * Gives a rig's contracts another rig first and then takes it out of the plan, or ends that. The planner does the moving; here the wish
 * goes on record. Run it in a transaction. A rig that is as wished already stays as it is.
 */
export function drainRig(deps: Deps, principal: Principal, { id, draining }: { id: string; draining: boolean }): Rig {
  const rig = rigOf(deps, id);
  if (rig.draining === draining) return rig;
  if (draining) refusePinned(rig);
  const changed = accepted(deps.control.rigs.update(id, { draining }, null), "rig");
  recordAct(deps.control, principal, { verb: draining ? "drained" : "undrained", subject: rigSubject(rig) });
  return changed;
}

/**
 * Sends a rig to the house at once, whomever it serves, and keeps it there. Writes the allocation and an event; run it in a transaction,
 * then hand `moves` to the hub. A rig that is parked already stays as it is.
 */
export function parkRig(deps: Deps, principal: Principal, id: string): Moved {
  const { control } = deps;
  const rig = rigOf(deps, id);
  if (rig.parked) return { rig, moves: [] };
  refusePinned(rig);
  const parked = accepted(control.rigs.update(id, { parked: true }, null), "rig");
  const reason = { code: "parked", text: `parked by ${actorName(principal)}` };
  control.allocations.assign([{ rigNo: rig.no, reason, decidedBy: actorOf(principal) }]);
  recordAct(control, principal, { verb: "parked", subject: rigSubject(rig) });
  return { rig: parked, moves: movesHome(deps, rig) };
}

/** Gives a parked rig back to the plan; until somebody needs it, it stays where it is. */
export function unparkRig(deps: Deps, principal: Principal, id: string): Rig {
  const rig = rigOf(deps, id);
  if (!rig.parked) return rig;
  const unparked = accepted(deps.control.rigs.update(id, { parked: false }, null), "rig");
  recordAct(deps.control, principal, { verb: "unparked", subject: rigSubject(rig) });
  return unparked;
}

const standingVerbs = { quarantine: "quarantined", release: "released", pass: "passed" } as const;

/**
 * Quarantines a rig (it mines for the house and serves nobody, whatever its shares say), ends that, or passes it out of vetting unseen.
 * `reason`: why, in the person's words; may be empty. Run it in a transaction. A rig that is as wished already stays as it is.
 */
export function sayStanding(deps: Deps, principal: Principal, { id, word, reason = "" }: { id: string; word: StandingWord; reason?: string }): Rig {
  checkReason(reason);
  const before = rigOf(deps, id);
  const how = { quarantine: "quarantined", release: "released from quarantine", pass: "passed out of vetting" }[word];
  const why = `${how} by ${actorName(principal)}${reason === "" ? "" : `: ${reason}`}`;
  const rig = accepted(deps.control.rigs.say(id, { word, why }), "rig");
  if (rig.version !== before.version) recordAct(deps.control, principal, { verb: standingVerbs[word], subject: rigSubject(rig), data: { reason } });
  return rig;
}

/** @throws Problem `invalid` for what is no line of text; empty is one */
export function checkReason(reason: string): void {
  const rule = textRule(200, 0)(reason);
  if (rule !== null) throw invalidField("reason", rule);
}

/** Leads a worker name to the rig, or away from it. Only a change is written down. */
export function claimWorker(deps: Deps, principal: Principal, { id, name, claims }: { id: string; name: string; claims: boolean }): Rig {
  const { rigs } = deps.control;
  const { no } = rigOf(deps, id);
  const before = rigs.workerNames(no);
  const rig = accepted(claims ? rigs.claimWorker(id, name) : rigs.releaseWorker(id, name), "rig");
  if (rigs.workerNames(no).length !== before.length) {
    const words = claims ? `claimed worker ${name} for rig ${rig.name}` : `released worker ${name} from rig ${rig.name}`;
    recordAct(deps.control, principal, { verb: claims ? "claimed-worker" : "released-worker", subject: rigSubject(rig), words, data: { worker: name } });
  }
  return rig;
}

/** Makes one rig of two rows that are one machine; what is answered is the one that stays. */
export function mergeRig(deps: Deps, principal: Principal, { id, into }: { id: string; into: string }): Rig {
  const { control } = deps;
  const rig = control.rigs.byId(id);
  // One that is gone may have become this very rig already; `merge` knows.
  if (rig === null && control.rigs.survivorOf(id)?.id !== into) rigOf(deps, id);
  const survivor = accepted(control.rigs.merge(id, into), "rig");
  if (rig !== null) {
    const words = `merged rig ${rig.name} into rig ${survivor.name}`;
    recordAct(control, principal, { verb: "merged", subject: rigSubject(rig), words, data: { into: survivor.id, into_name: survivor.name } });
    recordAct(control, principal, { verb: "took-over", subject: rigSubject(survivor), words, data: { merged: rig.id, merged_name: rig.name } });
  }
  return survivor;
}
