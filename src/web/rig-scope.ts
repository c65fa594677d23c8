import type { Control } from "../control/control.ts";
import type { HashrateScope } from "../ledger/answers.ts";

/** A rig's shares, with those of rigs that were merged into it. */
export function rigScope({ rigs }: Pick<Control, "rigs">, no: number): HashrateScope {
  const rigNos = rigs.numbersOf(no);
  return rigNos.length === 1 ? { kind: "rig", no } : { kind: "fleet", rigNos };
}
