import type { Profile } from "../../control/profiles.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { Move } from "../../schedule/move.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { actorName, actorOf, type Principal } from "../principal.ts";
import { invalidField, notFound, Problem } from "../problems.ts";
import { recordAct, type Subject } from "./record.ts";

type Deps = Pick<WebDeps, "control">;

/** What a pin or unpin has decided: the rig's row, and what the hub must do about it once the record is on disk (`applyMoves`, then `configChanged`). */
export type Moved = { rig: Rig; moves: Move[] };

/** The rig with this id; a 404 that names the survivor for one that was merged. */
export function rigOf({ control }: Deps, id: string): Rig {
  const rig = control.rigs.byId(id);
  if (rig !== null) return rig;
  const survivor = control.rigs.survivorOf(id);
  throw survivor === null ? notFound("rig") : new Problem("not-found", `this rig was merged into rig ${survivor.name} (${survivor.id})`);
}

export const rigSubject = ({ id, name }: Rig): Subject => ({ kind: "rig", id, name });

/** What the hub must do about a rig that goes back to its fleet's house; nothing where none is chosen: it takes the work away when it reads the rigs again. */
export function movesHome({ control }: Deps, rig: Rig): Move[] {
  const houseNo = control.fleets.byNo(rig.fleetNo)?.houseProfileNo ?? null;
  return houseNo === null ? [] : [{ rigNo: rig.no, to: { contractNo: 0, profileNo: houseNo } }];
}

/**
 * Takes a rig out of the plan and sends it through a profile, booked to the house. Writes the allocation and an event; run it in a
 * transaction, then hand `moves` to the hub. A rig that is pinned there already stays as it is.
 */
export function pinRig(deps: Deps, principal: Principal, { id, profileId }: { id: string; profileId: string }): Moved {
  const { control } = deps;
  const rig = rigOf(deps, id);
  const profile = control.profiles.byId(profileId);
  if (profile === null) throw invalidField("profile_id", "must be the id of a profile that exists");
  requirePinnable(deps, rig, profile);
  if (rig.pinnedProfileNo === profile.no) return { rig, moves: [{ rigNo: rig.no, to: { contractNo: 0, profileNo: profile.no } }] };
  const pinned = accepted(control.rigs.update(id, { pinnedProfileNo: profile.no }, null), "rig");
  const reason = { code: "pinned", text: `pinned to profile ${profile.name} by ${actorName(principal)}` };
  control.allocations.assign([{ rigNo: rig.no, profileNo: profile.no, reason, decidedBy: actorOf(principal) }]);
  recordAct(control, principal, { verb: "pinned", subject: rigSubject(rig), data: { profile_id: profile.id, profile: profile.name } });
  return { rig: pinned, moves: [{ rigNo: rig.no, to: { contractNo: 0, profileNo: profile.no } }] };
}

/** Gives a rig back to the plan: without a contract that needs it, it mines through its fleet's house profile. */
export function unpinRig(deps: Deps, principal: Principal, id: string): Moved {
  const { control } = deps;
  const rig = rigOf(deps, id);
  if (rig.pinnedProfileNo === null) return { rig, moves: [] };
  const unpinned = accepted(control.rigs.update(id, { pinnedProfileNo: null }, null), "rig");
  const reason = { code: "unpinned", text: `unpinned by ${actorName(principal)}` };
  control.allocations.assign([{ rigNo: rig.no, profileNo: null, reason, decidedBy: actorOf(principal) }]);
  recordAct(control, principal, { verb: "unpinned", subject: rigSubject(rig) });
  return { rig: unpinned, moves: movesHome(deps, rig) };
}

function requirePinnable({ control }: Deps, rig: Rig, profile: Profile): void {
  if (rig.parked || rig.draining) throw new Problem("conflict", `the rig is ${rig.parked ? "parked: unpark" : "draining: undrain"} it first`);
  if (profile.customerId !== null) throw new Problem("conflict", "this profile belongs to a customer: its rigs come from his contracts");
  const fleet = control.fleets.byNo(rig.fleetNo);
  if (fleet?.algorithm === profile.algorithm) return;
  throw new Problem("conflict", `the rig's fleet mines ${fleet?.algorithm}, the profile's pools ${profile.algorithm}`);
}
