import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { takeFromLower } from "./shortage.ts";
import { takeSurplus } from "./trade.ts";

/**
 * Sends home who should leave a `threshold` contract, as far as the contract does without them: while it is short, a weak rig is better
 * than none, and a dead one may come back.
 */
export function sendReplacedHome(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.leavers === 0 || contract.fact.method === "miners") return;
  const full = contract.stayHps >= contract.promisedHps;
  for (const rig of contract.members.filter((member) => contract.leaves(member)).reverse()) {
    if (!full && (rig.h === 0 || contract.expectedHps - rig.partHps < contract.promisedHps)) continue;
    sendHome(fleet, contract, rig);
  }
}

/**
 * Who was asked to go, or is about to be switched off, is replaced before that also where no spare is left, by what the contract may take
 * without him: else he is never free, or it is done when he has gone.
 */
export function replaceGoing(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.leavers === 0) return;
  for (const rig of contract.members.filter((member) => member.going && member.h > 0 && contract.leaves(member))) {
    const { mark } = fleet;
    const fill = Math.min(1, contract.fill);
    sendHome(fleet, contract, rig);
    takeSurplus(fleet, [contract]);
    takeFromLower(fleet, contract);
    if (contract.fill < fill) fleet.rollBack(mark);
  }
}

function sendHome(fleet: PlannedFleet, contract: PlannedContract, rig: PlannedRig): void {
  const otherNo = fleet.successorOf(rig);
  fleet.move(
    rig,
    { contractNo: 0 },
    { cause: "replace", code: "replaced", optional: false, contractNo: contract.no, otherNo, fill: contract.fill, chosen: "" },
  );
}
