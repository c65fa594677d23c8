import type { Socket, TCPSocketListener } from "bun";
import { hexOfBytes } from "../stratum/v1/hex.ts";
import { DuplicateSet } from "../work/duplicate-set.ts";
import { limits } from "./limits.ts";
import { PoolConnection } from "./pool-connection.ts";
import { createJobSource, type PoolJob, randomBytes } from "./pool-job.ts";
import type { PoolOptions, PoolState } from "./pool-state.ts";
import { countShare, emptyPoolStats, type PoolShare, type PoolStats } from "./pool-stats.ts";
import { Signal } from "./signal.ts";

/** A validating Stratum V1 pool on loopback that makes its own chain. */
export type SimulatedPool = {
  host: string;
  port: number;
  /** Live counters; copy to compare. */
  stats: PoolStats;
  /** The last shares, oldest first (a bounded number). */
  shares: PoolShare[];
  /** The job in force. */
  readonly job: PoolJob;
  /** Whether a job with this previous block hash (header order) was made here. */
  knowsBlock(prevHash: Uint8Array): boolean;
  /** Sends a new job to every client; `clean` (default true) = a new block, older shares are stale. */
  newJob(options?: { clean?: boolean }): PoolJob;
  /** For all clients, with a new job (not clean), in force from that job on. */
  setDifficulty(difficulty: number): void;
  /** Part of the good shares that is refused from now on, 0..1. */
  setRejectRatio(ratio: number): void;
  /** The next share, of any fate, that matches. */
  nextShare(matches?: (share: PoolShare) => boolean): Promise<PoolShare>;
  /** Resolves once the counters satisfy `holds`. */
  until(holds: (stats: PoolStats) => boolean): Promise<PoolStats>;
  /** Silent from now on: sockets stay open, nothing is answered, no jobs. */
  freeze(): void;
  /** Answers what came in the meantime, then sends a new job. */
  thaw(): void;
  /** The connections open now. */
  connections: ReadonlySet<PoolConnection>;
  /** Closes every connection without a word and goes on listening. */
  disconnectAll(): void;
  /** As if the machine died: the port refuses, every connection is reset. */
  stop(): void;
};

type PoolSocket = Socket<PoolConnection>;

/** Starts a pool; it listens when this returns. @throws Error when the port is taken. */
export function startPool(given: PoolOptions = {}): SimulatedPool {
  const options = withDefaults(given);
  const source = createJobSource(options);
  const stats = emptyPoolStats();
  const shares: PoolShare[] = [];
  const shareSignal = new Signal<PoolShare>();
  const changeSignal = new Signal<void>();
  const first = source.next({ difficulty: options.difficulty, clean: true });
  const state: PoolState = {
    options,
    jobs: new Map(),
    blocks: new Set(),
    job: first,
    seen: new DuplicateSet(),
    stats,
    frozen: false,
    onShare(share) {
      countShare(stats, share);
      shares.push(share);
      if (shares.length > limits.recentSharesMax) shares.shift();
      shareSignal.emit(share);
      changeSignal.emit();
    },
    onChange: () => changeSignal.emit(),
  };
  takeJob(state, first, true);
  const connections = new Set<PoolConnection>();
  const listener = listen(given, state, connections);

  function newJob({ clean = true }: { clean?: boolean } = {}): PoolJob {
    const job = source.next({ difficulty: options.difficulty, clean });
    takeJob(state, job, clean);
    if (!state.frozen) for (const connection of connections) connection.sendJob();
    state.onChange();
    return job;
  }

  const timer =
    options.jobEveryMs > 0 ? setInterval(() => state.frozen || newJob({ clean: stats.jobs % options.jobsPerBlock === 0 }), options.jobEveryMs) : undefined;
  const disconnectAll = () => {
    for (const connection of [...connections]) connection.terminate();
  };
  return {
    host: options.host,
    port: listener.port,
    stats,
    shares,
    get job() {
      return state.job;
    },
    knowsBlock: (prevHash) => state.blocks.has(hexOfBytes(prevHash)),
    newJob,
    setDifficulty(difficulty) {
      options.difficulty = difficulty;
      newJob({ clean: false });
    },
    setRejectRatio(ratio) {
      options.rejectRatio = ratio;
    },
    nextShare: (matches) => shareSignal.next(matches),
    until: (holds) => changeSignal.until(() => stats, holds),
    connections,
    freeze() {
      state.frozen = true;
    },
    thaw() {
      state.frozen = false;
      for (const connection of connections) connection.thaw();
      newJob({ clean: false });
    },
    disconnectAll,
    stop() {
      clearInterval(timer);
      listener.stop(true);
      disconnectAll();
    },
  };
}

function takeJob(state: PoolState, job: PoolJob, clean: boolean): void {
  if (clean) {
    state.jobs.clear();
    state.seen.clear();
  }
  state.jobs.set(job.id, job);
  state.blocks.add(hexOfBytes(job.work.prevHash));
  const [oldest] = state.jobs.keys();
  if (state.jobs.size > limits.jobsMax && oldest !== undefined) state.jobs.delete(oldest);
  state.job = job;
  state.stats.jobs += 1;
}

function withDefaults(given: PoolOptions): PoolState["options"] {
  const { tls: _tls, ...rest } = given;
  return {
    host: "127.0.0.1",
    port: 0,
    algorithm: "sha256d",
    difficulty: 1e-7,
    extranonce2Size: 8,
    extranonce1Size: 4,
    jobEveryMs: 0,
    jobsPerBlock: 10,
    rejectRatio: 0,
    versionMask: 0x1fffe000,
    branches: 4,
    authorizes: () => true,
    random: Math.random,
    now: Date.now,
    ...rest,
  };
}

function listen(given: PoolOptions, state: PoolState, connections: Set<PoolConnection>): TCPSocketListener<PoolConnection> {
  const { host, port, random, extranonce1Size } = state.options;
  const base = Buffer.from(randomBytes(random, extranonce1Size));
  return Bun.listen<PoolConnection>({
    hostname: host,
    port,
    ...(given.tls === undefined ? {} : { tls: given.tls }),
    socket: {
      binaryType: "buffer",
      open(socket) {
        state.stats.connections += 1;
        state.stats.connectionsEver += 1;
        socket.data = new PoolConnection(socket, state, nextExtranonce1(base, state.stats.connectionsEver));
        connections.add(socket.data);
        state.onChange();
      },
      data: (socket: PoolSocket, chunk: Buffer) => socket.data.read(chunk),
      drain: (socket: PoolSocket) => socket.data.drain(),
      error: (socket: PoolSocket) => socket.terminate(),
      close(socket: PoolSocket) {
        state.stats.connections -= 1;
        state.stats.authorized -= socket.data.workers.size;
        connections.delete(socket.data);
        state.onChange();
      },
    },
  });
}

/** Counts up from a random start, so that no two connections of a pool share one (as far as its bytes go). */
function nextExtranonce1(base: Buffer, connectionNo: number): Uint8Array {
  const own = Uint8Array.from(base);
  let carry = connectionNo;
  for (let at = own.length - 1; at >= 0 && carry > 0; at -= 1) {
    carry += own[at] ?? 0;
    own[at] = carry & 255;
    carry = Math.floor(carry / 256);
  }
  return own;
}
