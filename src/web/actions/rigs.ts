import type { Profile } from "../../control/profiles.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { Move } from "../../schedule/move.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { actorName, actorOf, type Principal } from "../principal.ts";
import { invalidField, notFound, Problem } from "../problems.ts";
import { recordAct } from "./record.ts";

type Deps = Pick<WebDeps, "control">;

/** What a pin or unpin has decided: the rig's row, and what the hub must do about it once the record is on disk (`applyMoves`, then `configChanged`). */
export type Moved = { rig: Rig; moves: Move[] };

const rigOf = ({ control }: Deps, id: string): Rig => {
  const rig = control.rigs.byId(id);
  if (rig === null) throw notFound("rig");
  return rig;
};

const subjectOf = ({ id, name }: Rig) => ({ kind: "rig", id, name });

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
  recordAct(control, principal, { verb: "pinned", subject: subjectOf(rig), data: { profile_id: profile.id, profile: profile.name } });
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
  recordAct(control, principal, { verb: "unpinned", subject: subjectOf(rig) });
  const houseNo = control.fleets.byNo(rig.fleetNo)?.houseProfileNo ?? null;
  // Without a house profile there is nowhere to move to: the hub takes its work away when it reads the rigs again.
  return { rig: unpinned, moves: houseNo === null ? [] : [{ rigNo: rig.no, to: { contractNo: 0, profileNo: houseNo } }] };
}

function requirePinnable({ control }: Deps, rig: Rig, profile: Profile): void {
  if (profile.customerId !== null) throw new Problem("conflict", "this profile belongs to a customer: its rigs come from his contracts");
  const fleet = control.fleets.byNo(rig.fleetNo);
  if (fleet?.algorithm === profile.algorithm) return;
  throw new Problem("conflict", `the rig's fleet mines ${fleet?.algorithm}, the profile's pools ${profile.algorithm}`);
}
