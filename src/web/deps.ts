import type { Control } from "../control/control.ts";
import type { Pool } from "../control/pools.ts";
import type { AnswerQuantiles } from "../health/answer-times.ts";
import type { PoolFact, PoolTest, RigFact } from "../health/facts.ts";
import type { OperationFacts } from "../health/operation-facts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import type { Capacity, CapacityAsk } from "../schedule/capacity.ts";
import type { Move } from "../schedule/move.ts";
import type { RemovalCost } from "../schedule/removal-cost.ts";

export type ListenerPort = { listenerNo: number; address: string | null; fault: string | null };

/** What the pages and the API ask of the hub. Facts are read, never kept; `applyMoves` is the only way to send a rig elsewhere. */
export type HubView = {
  rigs(): Iterable<RigFact>;
  rig(no: number): RigFact | null;
  pools(): Iterable<PoolFact>;
  pool(no: number): PoolFact | null;
  /** How long it took to answer shares over the last hour, or since the hub started; null where it had none to answer. */
  poolAnswers(no: number): AnswerQuantiles | null;
  /** Open rig connections. */
  sessions(): number;
  /** Where each listener listens (`HOST:PORT`), or why it does not. */
  ports(): Iterable<ListenerPort>;
  testPool(pool: Pool): Promise<PoolTest>;
  applyMoves(moves: Move[]): void;
  /** Reads pools, profiles, fleets and listeners again and acts on what changed. Calling it twice is harmless. */
  configChanged(): void;
  ready(): boolean;
  /** Calls `listener` when any fact may have changed; returns what ends that. */
  onChange(listener: () => void): () => void;
};

export type WebLedger = Pick<
  Ledger,
  "shares" | "summary" | "hashrate" | "rates" | "rejects" | "gaps" | "lastShares" | "work" | "deliveredWorks" | "backlog"
> & {
  /** Delivered work of every contract by steps; without it strips have no bars. */
  deliveredSteps?: Ledger["deliveredSteps"];
  /** Effective work of every rig or pool by steps; without it their strips have no bars. */
  effectiveSteps?: Ledger["effectiveSteps"];
  /** Delivered H/s of every contract that had a share, over windows that end at `nowMs`. */
  deliveredRates?: Ledger["deliveredRates"];
};

/** Whether a contract gets what it was promised, and the rule with its numbers. */
export type ContractHealth = { state: (typeof contractHealthStates)[number]; reason: { code: string; text: string } };
export const contractHealthStates = Object.freeze(["delivering", "degraded", "down"] as const);

/** What planner and judge know of contracts. */
export type ContractView = {
  /** What could be promised for the whole term. */
  capacity(ask: CapacityAsk): Pick<Capacity, "availableHps" | "availableRigs">;
  /** What it would cost to take rigs (by number) from all contracts now; tens of milliseconds for ten thousand rigs. */
  removalCost(rigNos: readonly number[]): RemovalCost;
  /** Null while nobody has judged it. */
  health(contractNo: number): ContractHealth | null;
  /** A contract came, changed or went: plan again. Called once it is on disk. */
  changed(): void;
};

export type WebConfig = {
  http: { host: string; port: number };
  /** Where rigs connect; the connect page shows it. */
  stratum: { host: string; port: number };
  /** PEM files; both or neither. */
  httpCert?: string | undefined;
  httpKey?: string | undefined;
  /** CIDRs whose X-Forwarded-* headers are believed. */
  httpTrustProxy: readonly string[];
};

export type WebDeps = {
  control: Control;
  /** Without it nothing is refused for want of capacity, and contracts have no health. */
  contracts?: ContractView;
  ledger: WebLedger;
  hub: HubView;
  /** What the hub counted of its own work; only the metrics ask. */
  operation?: () => OperationFacts;
  /** What is wrong with the ledger's disk at this moment, by code and in words; empty when it is well. */
  diskTroubles?: () => readonly { code: string; text: string }[];
  config: WebConfig;
  log: Log;
  /** Sends one message through a channel and says what became of it; null where there is no such channel. */
  testChannel?: (channelId: string) => Promise<{ ok: boolean; text: string } | null>;
  /** Of the program; shown in the documentation. */
  version?: string;
  /** Milliseconds since 1970. */
  now: () => number;
};
