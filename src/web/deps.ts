import type { Control } from "../control/control.ts";
import type { Pool } from "../control/pools.ts";
import type { PoolFact, PoolTest, RigFact } from "../health/facts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import type { Move } from "../schedule/move.ts";

export type ListenerPort = { listenerNo: number; address: string | null; fault: string | null };

/** What the pages and the API ask of the hub. Facts are read, never kept; `applyMoves` is the only way to send a rig elsewhere. */
export type HubView = {
  rigs(): Iterable<RigFact>;
  rig(no: number): RigFact | null;
  pools(): Iterable<PoolFact>;
  pool(no: number): PoolFact | null;
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

export type WebLedger = Pick<Ledger, "shares" | "summary" | "hashrate" | "rates" | "rejects" | "gaps" | "lastShares" | "backlog">;

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
  ledger: WebLedger;
  hub: HubView;
  config: WebConfig;
  log: Log;
  /** Of the program; shown in the documentation. */
  version?: string;
  /** Milliseconds since 1970. */
  now: () => number;
};
