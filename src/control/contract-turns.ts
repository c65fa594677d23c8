import type { Contract, EndedReason } from "./contract-row.ts";
import { ended } from "./contract-verbs.ts";

/** What time or shares did to a contract. `ended` where the term is over, or a termination that was asked for has come. `atMs` defaults to now. */
export type ContractTurn = { contractNo: number; to: "activating" | "active" | "ended"; atMs?: number };

/** What each turn is called in events and in the history. */
export const turnVerbs = Object.freeze({ activating: "started", active: "activated", ended: "ended" } as const);

/** The contract after the turn; null where the turn does not fit its state. */
export function turned(current: Contract, to: ContractTurn["to"], atMs: number): Contract | null {
  const stateSinceMs = Math.max(atMs, current.stateSinceMs);
  if (to === "activating") return current.state === "scheduled" ? { ...current, state: to, stateSinceMs } : null;
  if (to === "active") return current.state === "activating" ? { ...current, state: to, stateSinceMs, activatedAtMs: current.activatedAtMs ?? atMs } : null;
  if (current.state === "ended") return null;
  const { terminates } = current;
  const isTermination = terminates !== null && terminates.atMs <= atMs;
  const why: EndedReason = isTermination ? "terminated" : "term";
  return ended(current, { why, reason: isTermination ? terminates.reason : null, atMs });
}

/** What the clock has for a contract that is due at `nowMs`. Where both a termination and the term's end are due, the earlier one counts. */
export function dueTurn(contract: Contract, nowMs: number): ContractTurn {
  const endMs = Math.min(contract.terminates?.atMs ?? Number.POSITIVE_INFINITY, contract.endsAtMs ?? Number.POSITIVE_INFINITY);
  if (endMs <= nowMs) return { contractNo: contract.no, to: "ended", atMs: endMs };
  return { contractNo: contract.no, to: "activating", atMs: contract.startsAtMs };
}

/** Completes "contract C-00042 …". */
export function turnText({ state, endedReason }: Contract): string {
  if (state === "activating") return "begins: its rigs go to its pool";
  if (state === "active") return "is active: its pool accepted the first share";
  return endedReason === "term" ? "has ended: its term is over" : "has ended: it was terminated";
}
