/** The rigs of a bench, a process of its own: thousands of connections that shake hands, wait for jobs, and send shares. */
import { BenchRig } from "./bench-rig.ts";
import { answerCalls } from "./child.ts";
import { preciseNowMs } from "./clock.ts";
import { type Arrival, JobArrivals } from "./job-arrivals.ts";
import { type RunOptions, ShareRun } from "./share-run.ts";

export type ConnectOptions = { port: number; rigs: number; atOnce: number; keepsJobs: boolean; authorize: boolean };

const arrivals = new JobArrivals();
const run = new ShareRun();
const rigs: BenchRig[] = [];
let up = 0;
let closed = 0;
let lastUpMs = 0;
let ending = false;

const events = {
  up: () => {
    up += 1;
    lastUpMs = preciseNowMs();
  },
  closed: () => {
    closed += ending ? 0 : 1;
  },
  answered: run.answered,
  refused: run.refused,
};

const handlers: Bun.SocketHandler<BenchRig, "buffer"> = {
  binaryType: "buffer",
  data(socket, chunk) {
    socket.data.receive(chunk);
  },
  close(socket) {
    socket.data.closed();
  },
  error(socket) {
    socket.data.closed();
  },
};

async function until(done: () => boolean, what: string, timeoutMs = 60_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!done()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${timeoutMs / 1000} s; ${up} of ${rigs.length} rigs up, ${closed} closed`);
    await Bun.sleep(2);
  }
}

/** Opens the connections, `atOnce` in handshake at a time; with `authorize` each is done when it holds a job, else when it is subscribed. */
async function connect({ port, rigs: count, atOnce, keepsJobs, authorize }: ConnectOptions): Promise<void> {
  const fresh: BenchRig[] = [];
  const isDone = (rig: BenchRig) => (authorize ? rig.up : rig.subscribed);
  while (fresh.length < count) {
    const batch: BenchRig[] = [];
    while (batch.length < atOnce && fresh.length < count) {
      const rig = new BenchRig(`rig${rigs.length}`, { events, arrivals, keepsJobs });
      rigs.push(rig);
      fresh.push(rig);
      batch.push(rig);
    }
    await Promise.all(
      batch.map(async (rig) => {
        rig.socket = await Bun.connect<BenchRig>({ hostname: "127.0.0.1", port, data: rig, socket: handlers });
        rig.socket.setNoDelay(true);
        rig.subscribe();
        if (authorize) rig.authorize();
      }),
    );
    await until(() => batch.every(isDone), "handshake");
  }
}

/** The newest job of a pool when it has come to all rigs. */
async function jobReached(poolTag: number, sinceMs: number): Promise<Arrival> {
  await until(() => (arrivals.newest(poolTag, sinceMs)?.rigs ?? 0) >= rigs.length - closed, "job", 30_000);
  const arrival = arrivals.newest(poolTag, sinceMs);
  if (arrival === null) throw new Error("no job came");
  return arrival;
}

answerCalls({
  connect: (values) => connect(values as ConnectOptions),
  /** All subscribed rigs log in at once; resolves with the milliseconds until the last one held a job. */
  authorizeAll: async () => {
    const startMs = preciseNowMs();
    for (const rig of rigs) rig.authorize();
    await until(() => up >= rigs.length - closed, "log in");
    return lastUpMs - startMs;
  },
  jobReached: ({ poolTag, sinceMs }) => jobReached(Number(poolTag), Number(sinceMs)),
  closedByHub: () => closed,
  prepare: ({ perRig }) => run.prepare(rigs, Number(perRig)),
  run: (values) => run.run(values as RunOptions),
  settled: () => until(() => run.outstanding() === 0, "answers", 10_000),
  disconnect: () => {
    ending = true;
    for (const rig of rigs) rig.socket?.terminate();
  },
});
