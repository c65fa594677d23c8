import type { Contract } from "../../control/contract-row.ts";
import type { Profile } from "../../control/profiles.ts";
import { isPinned, type Rig } from "../../control/rig-row.ts";
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
  const pinned = accepted(control.rigs.update(id, { pinnedProfileNo: profile.no, pinnedContractNo: null }, null), "rig");
  const reason = { code: "pinned", text: `pinned to profile ${profile.name} by ${actorName(principal)}` };
  control.allocations.assign([{ rigNo: rig.no, profileNo: profile.no, reason, decidedBy: actorOf(principal) }]);
  recordAct(control, principal, { verb: "pinned", subject: rigSubject(rig), data: { profile_id: profile.id, profile: profile.name } });
  return { rig: pinned, moves: [{ rigNo: rig.no, to: { contractNo: 0, profileNo: profile.no } }] };
}

/**
 * Fixes a rig to a contract, whatever the plan would say; for one that is not in force yet the rig waits at the house. Writes the
 * allocation and an event; run it in a transaction, then hand `moves` to the hub. A rig that is pinned there already stays as it is.
 */
export function pinToContract(deps: Deps, principal: Principal, { id, contractId }: { id: string; contractId: string }): Moved {
  const { control } = deps;
  const rig = rigOf(deps, id);
  const contract = control.contracts.byId(contractId);
  if (contract === null) throw invalidField("contract_id", "must be the id of a contract that exists");
  requireBindable(deps, rig, contract);
  const isInForce = contract.state === "active" || contract.state === "activating";
  const moves = isInForce ? [{ rigNo: rig.no, to: { contractNo: contract.no, profileNo: contract.profileNo } }] : movesHome(deps, rig);
  if (rig.pinnedContractNo === contract.no) return { rig, moves: isInForce ? moves : [] };
  const pinned = accepted(control.rigs.update(id, { pinnedProfileNo: null, pinnedContractNo: contract.no }, null), "rig");
  const reason = { code: "pinned", text: `pinned to contract ${contract.number} by ${actorName(principal)}` };
  const to = isInForce ? { contractNo: contract.no, profileNo: contract.profileNo } : {};
  control.allocations.assign([{ rigNo: rig.no, ...to, reason, decidedBy: actorOf(principal) }]);
  recordAct(control, principal, { verb: "pinned", subject: rigSubject(rig), data: { contract_id: contract.id, contract: contract.number } });
  return { rig: pinned, moves };
}

function requireBindable({ control }: Deps, rig: Rig, contract: Contract): void {
  const refuse = (why: string) => new Problem("conflict", why);
  if (contract.state === "ended") throw refuse(`contract ${contract.number} has ended`);
  if (contract.fleetNo !== rig.fleetNo) throw refuse(`contract ${contract.number} is one of another fleet`);
  if (rig.parked || rig.draining) throw refuse(`the rig is ${rig.parked ? "parked: unpark" : "draining: undrain"} it first`);
  if (rig.lifecycle !== "active") throw refuse(`the rig's lifecycle is ${rig.lifecycle}`);
  const isHis = rig.ownerCustomerId === null || rig.ownerCustomerId === control.customers.byNo(contract.customerNo)?.id;
  if (!isHis && rig.lend !== "all") throw refuse("the rig belongs to another customer, who does not lend it");
}

/** Gives a rig back to the plan: from a profile it goes to its fleet's house, from a contract it goes when the plan says so. */
export function unpinRig(deps: Deps, principal: Principal, id: string): Moved {
  const { control } = deps;
  const rig = rigOf(deps, id);
  if (!isPinned(rig)) return { rig, moves: [] };
  const unpinned = accepted(control.rigs.update(id, { pinnedProfileNo: null, pinnedContractNo: null }, null), "rig");
  if (rig.pinnedProfileNo === null) {
    recordAct(control, principal, { verb: "unpinned", subject: rigSubject(rig) });
    return { rig: unpinned, moves: [] };
  }
  const reason = { code: "unpinned", text: `unpinned by ${actorName(principal)}` };
  control.allocations.assign([{ rigNo: rig.no, profileNo: null, reason, decidedBy: actorOf(principal) }]);
  recordAct(control, principal, { verb: "unpinned", subject: rigSubject(rig) });
  return { rig: unpinned, moves: movesHome(deps, rig) };
}

function requirePinnable({ control }: Deps, rig: Rig, profile: Profile): void {
  if (rig.parked || rig.draining) throw new Problem("conflict", `the rig is ${rig.parked ? "parked: unpark" : "draining: undrain"} it first`);
  const claim = control.profiles.othersClaim(profile, null);
  if (claim !== null) throw new Problem("conflict", `this profile ${claim}: its rigs come from his contracts`);
  // The rig's work would be in the customer's account and on the house's books.
  const contract = control.profiles.contractOf(profile.no);
  if (contract !== null) throw new Problem("conflict", `this profile is that of contract ${contract}: pin the rig to the contract`);
  const fleet = control.fleets.byNo(rig.fleetNo);
  if (fleet?.algorithm === profile.algorithm) return;
  throw new Problem("conflict", `the rig's fleet mines ${fleet?.algorithm}, the profile's pools ${profile.algorithm}`);
}
