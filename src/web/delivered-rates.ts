import type { Contract } from "../control/contract-row.ts";

/** Of a shorter time chance alone makes the figure. */
const knownAfterMs = 60_000;
/** Beginnings within a window are put together so: many contracts that began at different moments are few windows to ask for. */
const steps = Object.freeze([
  { ageMsMax: 2 * 60_000, stepMs: 5_000 },
  { ageMsMax: 15 * 60_000, stepMs: 60_000 },
  { ageMsMax: 2 * 3_600_000, stepMs: 300_000 },
  { ageMsMax: Number.POSITIVE_INFINITY, stepMs: 3_600_000 },
]);

type Standing = Pick<Contract, "no" | "state" | "stateSinceMs">;

/** From when a contract has been served without a break: its first accepted share or the end of its suspension, whichever is later; null while it is not served. */
export function servedSinceMs({ state, stateSinceMs }: Pick<Contract, "state" | "stateSinceMs">): number | null {
  return state === "active" ? stateSinceMs : null;
}

/** Whether there can be a figure of what it was delivered. */
export function isMeasured(contract: Pick<Contract, "state" | "stateSinceMs">, nowMs: number): boolean {
  const sinceMs = servedSinceMs(contract);
  return sinceMs !== null && nowMs - sinceMs >= knownAfterMs;
}

/** Rates of contracts as they were read: those that have not been served for the whole of `windowS` stand in a column of their own. */
export type OwnRates = { rates: ReadonlyMap<number, readonly (number | null)[]>; atMs: number; own: ReadonlyMap<number, { sinceMs: number; column: number }> };
export type OwnWindows = { windowsS: readonly number[]; own: OwnRates["own"] };

/** The windows to ask for: those given, of which the last is `windowMs` long, and one for each beginning within it. */
export function ownWindows(
  contracts: readonly Standing[],
  { windowsS, windowMs, nowMs }: { windowsS: readonly number[]; windowMs: number; nowMs: number },
): OwnWindows {
  const columns = new Map<number, number>();
  const own = new Map<number, { sinceMs: number; column: number }>();
  for (const contract of contracts) {
    const sinceMs = servedSinceMs(contract);
    if (sinceMs === null || sinceMs <= nowMs - windowMs || !isMeasured(contract, nowMs)) continue;
    const stepMs = steps.find(({ ageMsMax }) => nowMs - sinceMs < ageMsMax)?.stepMs ?? 0;
    const fromMs = Math.ceil(sinceMs / stepMs) * stepMs;
    const column = columns.get(fromMs) ?? windowsS.length + columns.size;
    columns.set(fromMs, column);
    own.set(contract.no, { sinceMs, column });
  }
  return { windowsS: [...windowsS, ...columns.keys().map((fromMs) => (nowMs - fromMs) / 1_000)], own };
}

/** What it was delivered over the last `windowMs`, or since it began to be served where that is later, in H/s; null = not known. */
export function ownRate({ rates, atMs, own }: OwnRates, contract: Standing, { column, windowMs }: { column: number; windowMs: number }): number | null {
  const sinceMs = servedSinceMs(contract);
  if (sinceMs === null || !isMeasured(contract, atMs)) return null;
  if (sinceMs <= atMs - windowMs) return rates.get(contract.no)?.[column] ?? null;
  const known = own.get(contract.no);
  // Suspended and resumed since the table was read.
  if (known?.sinceMs !== sinceMs) return null;
  return rates.get(contract.no)?.[known.column] ?? null;
}
