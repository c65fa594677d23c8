import { breathe } from "../../views/turns.ts";
import { type Batch, type BatchCounts, type BatchOutcome, noCounts } from "../control/batches.ts";
import type { Control } from "../control/control.ts";
import type { Move } from "../schedule/move.ts";
import type { WebDeps } from "./deps.ts";
import { webLimits } from "./limits.ts";
import { actorName, actorOf, type Principal } from "./principal.ts";
import { type FieldError, Problem, type ProblemKind } from "./problems.ts";
import { carryOutOrder, costOf, type Done, type KeptOrder, type RigOrder } from "./rig-order.ts";

type Deps = Pick<WebDeps, "control" | "hub" | "contracts" | "log">;

export type Refusal = { type: ProblemKind; detail: string; errors: readonly FieldError[] };
/** What became of a rig, or would. `name` is null where there is no such rig. */
export type RigResult = { rigId: string; name: string | null; outcome: BatchOutcome; refusal: Refusal | null };
type Detail = Pick<RigResult, "name" | "refusal">;

const running = new WeakMap<Control, Set<string>>();

function runningOf(control: Control): Set<string> {
  const set = running.get(control) ?? new Set<string>();
  running.set(control, set);
  return set;
}

/** Whether this process is applying it. */
export const isApplying = (control: Control, id: string): boolean => runningOf(control).has(id);

export const orderOf = ({ what }: Pick<Batch, "what">): KeptOrder => JSON.parse(what) as KeptOrder;

/** The results so far, in the order of the batch. */
export function resultsOf({ batches }: Pick<Control, "batches">, { no, done }: Batch): RigResult[] {
  return batches.rigs(no, { fromAt: 0, limit: done }).flatMap(({ rigId, outcome, detail }) => {
    if (outcome === null || detail === null) return [];
    return [{ rigId, outcome, ...(JSON.parse(detail) as Detail) }];
  });
}

export function countResults(results: readonly { outcome: BatchOutcome }[]): BatchCounts {
  const counts = { ...noCounts };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

/** Keeps the order, not yet in force. */
export function keepOrder({ control }: Pick<Deps, "control">, principal: Principal, { order, rigIds }: { order: KeptOrder; rigIds: readonly string[] }): Batch {
  return control.batches.add({ by: actorOf(principal), byName: actorName(principal), what: JSON.stringify(order), rigIds });
}

/** Its rigs, in the order of the batch. */
export function idsOf({ batches }: Pick<Control, "batches">, { no, total }: Batch): string[] {
  return batches.rigs(no, { fromAt: 0, limit: total }).map(({ rigId }) => rigId);
}

/** The order as it is given, with what it costs at this moment and why (empty = as it was kept); one that was given before stays as it is. */
export function giveOrder(deps: Pick<Deps, "control" | "contracts">, batch: Batch, reason = ""): Batch {
  if (batch.state !== "ready") return batch;
  const order = orderOf(batch);
  const kept: KeptOrder = { ...order, cost: costOf(deps, order, idsOf(deps.control, batch)), ...(reason !== "" && { reason }) };
  const what = JSON.stringify(kept);
  deps.control.batches.order(batch.no, what);
  return { ...batch, what };
}

function attempt(deps: Deps, rigId: string, act: () => Done): { result: RigResult; moves: Move[] } {
  const before = deps.control.rigs.byId(rigId);
  const name = before?.name ?? null;
  try {
    const { rig, moves } = deps.control.transaction(act);
    return { result: { rigId, name, outcome: rig.version === before?.version ? "unchanged" : "changed", refusal: null }, moves };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { kind: type, detail, errors } = error;
    return { result: { rigId, name, outcome: "refused", refusal: { type, detail, errors } }, moves: [] };
  }
}

class TakenBack extends Error {
  override name = "TakenBack";
}

/** What the order would do to each rig: it is carried out and taken back, in turns of the event loop. Nothing of it stays, and nobody hears of it. */
export async function tryOrder(deps: Deps, principal: Principal, order: RigOrder, rigIds: readonly string[]): Promise<RigResult[]> {
  const results: RigResult[] = [];
  for (const rigId of rigIds) {
    await breathe();
    try {
      deps.control.transaction(() => {
        results.push(attempt(deps, rigId, () => carryOutOrder(deps, principal, order, rigId)).result);
        throw new TakenBack();
      });
    } catch (error) {
      if (!(error instanceof TakenBack)) throw error;
    }
  }
  return results;
}

/**
 * Carries a batch out rig by rig, or goes on where it was interrupted; resolves when it is through. Each rig is one transaction with its result and its own
 * entry in the audit log; one that is refused leaves the others alone. A batch that is through, or being applied, is left alone.
 */
export async function applyBatch(deps: Deps, principal: Principal, batch: Batch): Promise<void> {
  const busy = runningOf(deps.control);
  if (batch.state === "done" || busy.has(batch.id)) return;
  busy.add(batch.id);
  try {
    await applyRigs(deps, principal, batch);
  } finally {
    busy.delete(batch.id);
    // The rows are on disk: the hub reads them, and the planner plans with them.
    deps.hub.configChanged();
    await breathe();
    deps.contracts?.changed();
  }
}

async function applyRigs(deps: Deps, principal: Principal, batch: Batch): Promise<void> {
  const { control } = deps;
  const order = orderOf(batch);
  control.batches.note(batch.no, { state: "applying", done: batch.done });
  const piece = webLimits.rigsPerTelling;
  for (let at = batch.done; at < batch.total; at += piece) {
    const moves: Move[] = [];
    try {
      for (const { rigId, at: place } of control.batches.rigs(batch.no, { fromAt: at, limit: piece })) {
        // Each is a transaction with a sync of its own: what was said about a rig is on disk whatever happens to the next one, and a slow disk
        // holds up the loop for one sync at a time.
        await breathe();
        moves.push(...applyRig(deps, principal, { batch, order, rigId, at: place }));
      }
    } finally {
      // Together: rigs that come one by one take a prefix each of what a pool leaves.
      if (moves.length > 0) deps.hub.applyMoves(moves);
    }
    if (at + piece < batch.total) deps.contracts?.changed();
  }
  control.batches.note(batch.no, { state: "done", done: batch.total });
}

type OneRig = { batch: Batch; order: RigOrder; rigId: string; at: number };

function applyRig(deps: Deps, principal: Principal, { batch, order, rigId, at }: OneRig): Move[] {
  return deps.control.transaction(() => {
    const { result, moves } = attempt(deps, rigId, () => carryOutOrder(deps, principal, order, rigId));
    const { outcome, name, refusal } = result;
    const detail: Detail = { name, refusal };
    deps.control.batches.note(batch.no, { state: "applying", done: at + 1, rig: { at, outcome, detail: JSON.stringify(detail) } });
    return moves;
  });
}
