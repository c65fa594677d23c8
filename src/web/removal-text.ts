import { count, hashrateText, plural } from "../../views/format.ts";
import type { Control } from "../control/control.ts";
import type { ContractLoss, RemovalCost } from "../schedule/removal-cost.ts";

/** What it costs, in sentences: "3 contracts lose 1.2 PH/s: …. 12 of 214 rigs are offline anyway." */
export function costSentences({ contracts }: Pick<Control, "contracts">, cost: RemovalCost): string[] {
  const { rigs, idleRigs, contracts: losses } = cost;
  const idle = idleRigs === 0 ? [] : [`${count(idleRigs)} of ${plural(rigs, "rig")} ${idleRigs === 1 ? "is" : "are"} offline anyway.`];
  if (losses.length === 0) return ["No contract loses anything: none of these rigs serves one.", ...idle];
  const nameOf = (no: number) => contracts.byNo(no)?.number ?? "a contract";
  const named = losses.slice(0, 3).map((loss) => `${nameOf(loss.contractNo)} ${hashrateText(loss.lostHps)} of ${plural(loss.rigs, "rig")}`);
  const others = losses.length > named.length ? `, and ${count(losses.length - named.length)} more` : "";
  const head = `${plural(losses.length, "contract")} ${losses.length === 1 ? "loses" : "lose"} ${hashrateText(cost.lostHps)}: ${named.join(", ")}${others}.`;
  return [head, afterwards(cost, nameOf), ...idle];
}

function afterwards({ contracts, lostHps, spareHps }: RemovalCost, nameOf: (no: number) => string): string {
  if (contracts.some(({ missingHps }) => missingHps === null)) {
    return spareHps >= lostHps
      ? `Spares of ${hashrateText(spareHps)} can make up for it.`
      : `Spares make ${hashrateText(spareHps)} of it; ${hashrateText(lostHps - spareHps)} will be missing.`;
  }
  const short = contracts.filter((loss) => (loss.missingHps ?? 0) > 0 || (loss.missingPlaces ?? 0) > 0);
  if (short.length === 0) return "Spares step in for all of it.";
  const lacks = (loss: ContractLoss) =>
    `${nameOf(loss.contractNo)} ${loss.missingPlaces ? plural(loss.missingPlaces, "place") : hashrateText(loss.missingHps)}`;
  const more = short.length > 3 ? `, and ${count(short.length - 3)} more` : "";
  return `With all spares that fit, there will be missing: ${short.slice(0, 3).map(lacks).join(", ")}${more}.`;
}
