import type { Rig } from "../control/rig-row.ts";
import type { Gap } from "../ledger/answers.ts";
import type { WebDeps } from "./deps.ts";

/** What a rig should have delivered in a window and what it did not, in expected hashes. */
export type LostWork = { expected: bigint; lost: bigint };

type Window = { fromMs: number; toMs: number };

/** Milliseconds of [fromMs, toMs) in which the hub ran: what nobody saw is not held against a rig. */
function seenMs({ fromMs, toMs }: Window, gaps: readonly Gap[]): number {
  const unseen = gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(gap.toMs, toMs) - Math.max(gap.fromMs, fromMs)), 0);
  return Math.max(0, toMs - fromMs - unseen);
}

/**
 * Nominal hashrate x the time since the rig first connected in which the hub ran, less what it delivered: the work of its accepted
 * shares, without that which pools refused. Never below 0. Null where no nominal is known, or the rig was never there.
 */
export function lostWork(rig: Pick<Rig, "nominalHps" | "firstSeenMs">, window: Window, measured: { gaps: readonly Gap[]; delivered: bigint }): LostWork | null {
  if (rig.nominalHps === null || rig.firstSeenMs === null) return null;
  const { gaps, delivered } = measured;
  const ms = seenMs({ fromMs: Math.max(window.fromMs, rig.firstSeenMs), toMs: window.toMs }, gaps);
  const expected = (BigInt(Math.round(rig.nominalHps)) * BigInt(Math.round(ms))) / 1_000n;
  return { expected, lost: expected > delivered ? expected - delivered : 0n };
}

/** What each of these rigs lost, by its number; one question to the ledger. Shares of rigs that were merged into one are its own. */
export async function lostWorks(
  { ledger, control }: Pick<WebDeps, "ledger" | "control">,
  rigs: readonly Rig[],
  window: Window,
): Promise<Map<number, LostWork | null>> {
  if (rigs.length === 0) return new Map();
  const { fromMs, toMs } = window;
  const ownerOf = new Map(rigs.map(({ no }) => [no, no]));
  for (const [mergedNo, no] of control.rigs.merged()) if (ownerOf.has(no)) ownerOf.set(mergedNo, no);
  const scope = { kind: "fleet", rigNos: [...ownerOf.keys()] } as const;
  const [rows, gaps] = await Promise.all([ledger.work({ by: "rig", scope, fromMs, toMs }), ledger.gaps(fromMs, toMs)]);
  const delivered = new Map<number, bigint>();
  for (const { no, held, rejected } of rows) {
    const owner = ownerOf.get(no) ?? no;
    delivered.set(owner, (delivered.get(owner) ?? 0n) + held - rejected);
  }
  return new Map(rigs.map((rig) => [rig.no, lostWork(rig, window, { gaps, delivered: delivered.get(rig.no) ?? 0n })]));
}
