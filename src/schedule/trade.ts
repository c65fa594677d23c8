import { type Hand, handsOf } from "./hand.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { type Between, mayBeTaken, mayLevel } from "./shortage.ts";
import type { Why } from "./why.ts";

/**
 * For a contract that lacks less than another has too much, where no spare is left: rigs change hands, at most two each way, so that both
 * have what they are promised. Whole rigs leave a little over with one that another lacks.
 */
export function trade(fleet: PlannedFleet, receiver: PlannedContract): void {
  if (receiver.fact.method !== "threshold") return;
  for (const giver of fleet.contracts) {
    if (receiver.missingHps === 0) return;
    if (giver !== receiver && giver.inForce && overHps(giver) >= receiver.missingHps) tradeBetween(fleet, { giver, receiver });
  }
}

function overHps(contract: PlannedContract): number {
  return contract.fact.method === "threshold" ? contract.stayHps - contract.promisedHps : 0;
}

type Trade = { there: Hand; back: Hand };

/** What the receiver gains, H/s. */
function gain({ there, back }: Trade): number {
  return there.hps - back.hps;
}

function size({ there, back }: Trade): number {
  return there.rigs.length + back.rigs.length;
}

/** The trade of the fewest rigs, of those the one that leaves the giver most. */
function tradeBetween(fleet: PlannedFleet, { giver, receiver }: Between): void {
  const urgent = receiver.belowTolerance;
  const mayTrade = (between: Between) => (rig: PlannedRig) => rig.fraction === 1 && mayBeTaken(rig, between) && mayLevel(fleet, rig, urgent);
  const given = handsOf(giver.members.filter(mayTrade({ giver, receiver })));
  const returned = handsOf(receiver.members.filter(mayTrade({ giver: receiver, receiver: giver })));
  const suits = ({ there, back }: Trade) => gain({ there, back }) >= receiver.missingHps && gain({ there, back }) <= overHps(giver);
  const trades = given.flatMap((there) => returned.map((back) => ({ there, back })).filter(suits)).filter((one) => fleet.mayMove(size(one)));
  const [best] = trades.sort((one, other) => size(one) - size(other) || gain(one) - gain(other));
  if (best === undefined) return;
  const why: Why = { cause: "level", code: "traded", optional: true, contractNo: receiver.no, otherNo: 0, fill: receiver.fill, chosen: giver.fact.label };
  for (const rig of best.there.rigs) fleet.move(rig, { contractNo: receiver.no }, why);
  for (const rig of best.back.rigs) fleet.move(rig, { contractNo: giver.no }, why);
}
