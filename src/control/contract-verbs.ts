import type { Contract, ContractState, EndedReason } from "./contract-row.ts";
import { reasonRule } from "./contract-row.ts";
import { conflict, invalid, type Result, succeed } from "./result.ts";

/** What each command makes of a contract, at `nowMs`. One that has nothing left to do gives the row as it is: commands may be repeated. */

const hasEnded = () => conflict("has ended; what has ended stays so");

/** The state of one that nobody holds up. */
export function stateAt({ startsAtMs, activatedAtMs }: Pick<Contract, "startsAtMs" | "activatedAtMs">, nowMs: number): ContractState {
  if (startsAtMs > nowMs) return "scheduled";
  return activatedAtMs === null ? "activating" : "active";
}

export function suspended(current: Contract, reason: string, nowMs: number): Result<Contract> {
  const broken = reasonRule(reason);
  if (broken !== null) return invalid("reason", broken);
  if (current.state === "ended") return hasEnded();
  if (current.state === "suspended") return succeed(current);
  return succeed({ ...current, state: "suspended", stateSinceMs: nowMs, stateReason: reason });
}

export function resumed(current: Contract, nowMs: number): Result<Contract> {
  if (current.state === "ended") return hasEnded();
  if (current.state !== "suspended") return succeed(current);
  return succeed({ ...current, state: stateAt(current, nowMs), stateSinceMs: nowMs, stateReason: null });
}

/** A later end; null = open. It takes back a termination that has not come yet. */
export function renewed(current: Contract, endsAtMs: number | null, nowMs: number): Result<Contract> {
  if (current.state === "ended") return hasEnded();
  if (endsAtMs === current.endsAtMs && current.terminates === null) return succeed(current);
  if (endsAtMs !== null && endsAtMs <= nowMs) return invalid("endsAtMs", "must lie in the future");
  const isEarlier = endsAtMs !== null && current.endsAtMs !== null && endsAtMs < current.endsAtMs;
  if (isEarlier) return invalid("endsAtMs", "must not be before the present end; an earlier one is a termination with at");
  return succeed({ ...current, endsAtMs, terminates: null });
}

/** Two clocks may differ by so much, and a form knows whole minutes. */
const clocksApartMsMax = 60_000;

/** Ends it now, or at `atMs` where that is still to come. */
export function terminated(current: Contract, { atMs, reason }: { atMs: number | null; reason: string }, nowMs: number): Result<Contract> {
  const broken = reasonRule(reason);
  if (broken !== null) return invalid("reason", broken);
  if (current.state === "ended") return succeed(current);
  if (atMs !== null && atMs < nowMs - clocksApartMsMax) return invalid("atMs", "must not lie in the past; leave it out to end the contract now");
  if (atMs === null || atMs <= nowMs) return succeed(ended(current, { why: "terminated", reason, atMs: nowMs }));
  if (current.endsAtMs !== null && atMs > current.endsAtMs) return invalid("atMs", "must not be after the contract's end");
  if (current.terminates?.atMs === atMs) return succeed(current);
  return succeed({ ...current, terminates: { atMs, reason } });
}

export function ended(current: Contract, { why, reason, atMs }: { why: EndedReason; reason: string | null; atMs: number }): Contract {
  return { ...current, state: "ended", stateSinceMs: Math.max(atMs, current.stateSinceMs), stateReason: reason, terminates: null, endedReason: why };
}
