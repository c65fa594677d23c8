import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";

/**
 * Sends home who should leave a `threshold` contract, as far as the contract does without them: while it is short, a weak rig is better
 * than none, and a dead one may come back.
 */
export function sendReplacedHome(fleet: PlannedFleet, contract: PlannedContract): void {
  if (contract.leavers === 0 || contract.fact.method === "miners") return;
  const full = contract.stayHps >= contract.promisedHps;
  for (const rig of contract.members.filter((member) => contract.leaves(member)).reverse()) {
    if (!full && (rig.h === 0 || contract.expectedHps - rig.partHps < contract.promisedHps)) continue;
    const other = fleet.successorOf(rig);
    fleet.move(
      rig,
      { contractNo: 0 },
      { cause: "replace", code: "replaced", optional: false, contractNo: contract.no, otherNo: other, fill: contract.fill, chosen: "" },
    );
  }
}
