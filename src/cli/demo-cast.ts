import type { Farm, FarmRig } from "../simulate/farm.ts";
import type { SimulatedPool } from "../simulate/pool.ts";
import type { DemoApi, Row } from "./demo-api.ts";
import type { Deal } from "./demo-deal.ts";
import type { Stage } from "./demo-stage.ts";

export type Cast = {
  api: DemoApi;
  farm: Farm;
  house: SimulatedPool;
  /** The customer's pools in his order; the first one is another after it was dead. */
  first: SimulatedPool;
  next: SimulatedPool;
  /** Starts the customer's first pool again on its old port. */
  reviveFirst: () => SimulatedPool;
  /** Where the pages are. */
  page: string;
  /** What the customer has bought; null before. */
  deal: Deal | null;
  /** The rig that loses its power; null before. */
  victim: FarmRig | null;
};

/** One part of the story; gives what did not happen, in words, or null when all did. */
export type Act = (stage: Stage, cast: Cast) => Promise<string | null>;

export const often = Object.freeze({ everyMs: 250, patienceMs: 30_000 });

/** The text of a row's reason, as a person reads it. */
export function reasonOf(row: Row | undefined, field = "reason"): string {
  const reason = row?.[field] as Row | undefined;
  return String(reason?.["text"] ?? "");
}

/** All rigs of the inventory, by their names. */
export async function rigRows(api: DemoApi): Promise<Map<string, Row>> {
  return new Map((await api.list("/rigs?limit=100")).map((row) => [String(row["name"]), row]));
}

/** What rigs of a contract are recorded to serve it, as it is now. */
export function allocationsOf(contract: Row): Row[] {
  const { allocations } = contract;
  return Array.isArray(allocations) ? allocations : [];
}

export function nameOf({ rig }: FarmRig): string {
  return rig.options.worker.slice(rig.options.worker.lastIndexOf(".") + 1);
}

/** The simulated rigs of these rows, by id. */
export function farmRigsOf(farm: Farm, rows: ReadonlyMap<string, Row>, ids: ReadonlySet<unknown>): FarmRig[] {
  return farm.rigs.filter((one) => ids.has(rows.get(nameOf(one))?.["id"]));
}

/** Milliseconds until each of the rigs has been given a job of `pool`, told by its previous block hash. */
export async function timeMoves(rigs: readonly FarmRig[], pool: SimulatedPool): Promise<number> {
  const fromMs = performance.now();
  await Promise.all(rigs.map(({ rig }) => rig.until(({ work }) => work !== null && pool.knowsBlock(work.prevHash))));
  return performance.now() - fromMs;
}

/** What the promise gives, or null when it takes longer. */
export async function withDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T | null> {
  return await Promise.race([promise, Bun.sleep(deadlineMs).then(() => null)]);
}

export const kilohashes = (hps: number): string => `${(hps / 1000).toFixed(1)} kH/s`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
