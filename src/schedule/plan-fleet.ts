import { giveBack, release } from "./give-back.ts";
import type { PlanFacts } from "./plan-facts.ts";
import type { PlannedContract } from "./planned-contract.ts";
import type { PlannedFleet } from "./planned-fleet.ts";
import type { PlannedRig } from "./planned-rig.ts";
import { replaceGoing, sendReplacedHome } from "./replaced.ts";
import { exchange, fillFromSpares, level, shareOut, takeFromLower } from "./shortage.ts";
import { takeSurplus, trade } from "./trade.ts";
import type { Why } from "./why.ts";

/** Rounds after which a plan is taken as it is; two are the rule, the last of which finds nothing. */
const roundsMax = 6;

/** Moves the rigs of a fleet as they should be now. What people decided comes first, also where the fleet is held and in a run's first minute. */
export function planFleet(fleet: PlannedFleet, { nowMs, startGraceUntilMs }: Pick<PlanFacts, "nowMs" | "startGraceUntilMs">): void {
  obey(fleet);
  if (nowMs < startGraceUntilMs) return;
  if (fleet.fact.heldUntilMs !== null && nowMs < fleet.fact.heldUntilMs) return;
  const inForce = fleet.contracts.filter((contract) => contract.inForce && contract.promisedHps > 0);
  const ranks = [...new Set(inForce.map(({ fact }) => fact.priority))].sort((one, other) => one - other);
  const byRank = ranks.map((priority) => inForce.filter(({ fact }) => fact.priority === priority));
  for (let round = 0; round < roundsMax; round++) {
    const mark = fleet.mark;
    for (const contract of inForce) release(fleet, contract);
    for (const contracts of byRank) planRank(fleet, contracts);
    for (const contract of inForce) giveBack(fleet, contract);
    if (fleet.mark === mark) return;
  }
}

function planRank(fleet: PlannedFleet, contracts: readonly PlannedContract[]): void {
  const wanting = contracts.filter((contract) => contract.leavers > 0 || contract.deficitHps > 0);
  if (wanting.length > 0) {
    fillRank(fleet, wanting);
    for (const contract of wanting) {
      sendReplacedHome(fleet, contract);
      replaceGoing(fleet, contract);
    }
  }
  const short = wanting.filter(({ fill }) => fill < 1);
  if (short.length === 0) return;
  for (const contract of short) exchange(fleet, contract);
  trade(fleet, short);
  takeSurplus(fleet, short);
  for (const contract of short) takeFromLower(fleet, contract);
  if (short.some(({ fill }) => fill < 1)) level(fleet, contracts);
  for (const contract of contracts) sendReplacedHome(fleet, contract);
}

/** Places want certain rigs, so they choose first; then the largest deficits, while there is most to choose from. */
function fillRank(fleet: PlannedFleet, wanting: readonly PlannedContract[]): void {
  const deficits = wanting.map((contract) => ({ contract, hps: contract.deficitHps }));
  const missing = deficits.reduce((sum, { hps }) => sum + hps, 0);
  if (missing === 0) return;
  const spareHps = sparesFor(fleet, wanting);
  if (spareHps > 0 && missing > spareHps) shareOut(fleet, wanting);
  const order = deficits.sort((one, other) => placesFirst(one.contract, other.contract) || other.hps - one.hps || one.contract.no - other.contract.no);
  for (const { contract } of order) if (contract.deficitHps > 0) fillFromSpares(fleet, contract);
}

function placesFirst(one: PlannedContract, other: PlannedContract): number {
  return Number(one.fact.method === "threshold") - Number(other.fact.method === "threshold");
}

function sparesFor(fleet: PlannedFleet, contracts: readonly PlannedContract[]): number {
  const customers = new Set(contracts.map(({ fact }) => fact.customerNo));
  return [...customers].reduce((sum, customerNo) => sum + (fleet.ownShelf(customerNo)?.hps ?? 0), fleet.common.hps);
}

/** Carries out what people and terms say: whoever may not serve goes to the house, whoever is pinned goes where it is pinned. */
function obey(fleet: PlannedFleet): void {
  for (const rig of inNumbers(fleet.strays)) command(fleet, rig, { to: 0, code: "gone", contractNo: 0 });
  for (const contract of fleet.contracts) {
    if (!contract.inForce) for (const rig of [...contract.members]) command(fleet, rig, { to: 0, code: "ended", contractNo: contract.no });
    else if (contract.barred > 0) sendBarredHome(fleet, contract);
  }
  for (const rig of inNumbers(fleet.pinned)) takeToPin(fleet, rig);
}

function inNumbers(rigs: ReadonlySet<PlannedRig>): PlannedRig[] {
  return [...rigs].sort((one, other) => one.no - other.no);
}

function sendBarredHome(fleet: PlannedFleet, contract: PlannedContract): void {
  for (const rig of contract.members.filter((member) => contract.bars(member))) {
    const code = rig.barred ?? (rig.servesCustomer(contract.fact.customerNo) ? "pinned" : "not-lent");
    command(fleet, rig, { to: 0, code, contractNo: rig.barred === "pinned" ? 0 : contract.no });
  }
}

function takeToPin(fleet: PlannedFleet, rig: PlannedRig): void {
  const contract = rig.fact.pin?.to === "contract" ? fleet.contractOf.get(rig.fact.pin.contractNo) : undefined;
  if (contract === undefined || !contract.inForce || contract.bars(rig)) return;
  if (rig.contractNo !== contract.no || rig.fraction < 1) command(fleet, rig, { to: contract.no, code: "pinned", contractNo: contract.no });
}

function command(fleet: PlannedFleet, rig: PlannedRig, { to, code, contractNo }: { to: number; code: string; contractNo: number }): void {
  const why: Why = { cause: "command", code, optional: false, contractNo, otherNo: 0, fill: 0, chosen: "" };
  fleet.move(rig, { contractNo: to }, why);
}
