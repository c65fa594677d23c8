/**
 * What people's pages cost a hub that is at work: `bun run bench pages [--only cpu,pages,live] [--rigs 10000] [--contracts 500] [--seconds 80] [--pairs 10]
 * [--paths /,/pools]`, one JSON line per figure. The hub is the product itself on core 0 with a farm of that size; a pool, the rigs and the browsers share core 1.
 * 5,000 shares a second come in while it answers. Times are those of a client on the same machine, CPU is that of all threads of the hub.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { BrowserClient, type LiveStream } from "./support/browser-client.ts";
import { Child, pinSelf } from "./support/child.ts";
import { HubProcess } from "./support/hub-process.ts";
import { benchOwner, configurePagesFarm } from "./support/pages-farm.ts";
import { quantileOf, reporter } from "./support/report.ts";
import type { RunFigures } from "./support/share-run.ts";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "cpu,pages,live" },
    rigs: { type: "string", default: "10000" },
    contracts: { type: "string", default: "500" },
    rows: { type: "string", default: "2000000" },
    seconds: { type: "string", default: "80" },
    pairs: { type: "string", default: "10" },
    /** Only these pages; an address that begins with one of them but goes on counts when it ends with `*`. */
    paths: { type: "string", default: "" },
  },
});
const report = reporter("pages");
const rigs = Number(flags.rigs);
const contracts = Number(flags.contracts);
const perSecond = 5_000;
const warmS = 1;
const liveRunS = 4;
const livePages = 50;
const otherCore = 1;
/** Rounds of single requests for the CPU of a page; Linux counts it in steps of 10 ms. */
const cpuRounds = 20;
const settleMs = 12_000;
/** Between two pages: people read. */
const pauseMs = 20;

/** What people type into lists; each is one more page. */
const filters = [
  "/rigs?q=rig77",
  "/rigs?status=online&sort=-hps900",
  "/rigs?page=7",
  "/contracts?q=customer+4",
  "/contracts?show=delivering&page=2",
  "/events?q=rig77",
  "/customers?q=42",
];
const isFile = (path: string) => path.endsWith(".csv");
/** Leads somewhere else for who is signed in. */
const openPages = new Set(["/login", "/setup", "/welcome"]);

const wanted = flags.paths === "" ? [] : flags.paths.split(",");

function isWanted(path: string): boolean {
  return wanted.length === 0 || wanted.some((one) => (one.endsWith("*") ? path.startsWith(one.slice(0, -1)) : path === one));
}

type Stage = { hub: HubProcess; load: Child; client: BrowserClient; paths: string[] };

async function onStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  try {
    const pool = new Child("bench-pool.ts", ["1"], otherCore);
    stops.push(() => pool.stop());
    const poolPort = await pool.call<number>("port");
    let paths: string[] = [];
    const hub = await HubProcess.start(async (dataDir) => {
      paths = await configurePagesFarm({ dataDir, poolPort, rigs, contracts, rows: Number(flags.rows) });
    });
    stops.push(() => hub.stop());
    const load = new Child("bench-load.ts", [], otherCore);
    stops.push(() => load.stop());
    await load.call("connect", { port: hub.port, rigs, atOnce: 500, keepsJobs: true, authorize: true });
    const client = await BrowserClient.signIn(hub.url, benchOwner);
    // Until the rigs are where their contracts want them.
    await Bun.sleep(settleMs);
    await use({ hub, load, client, paths: [...paths, ...filters].filter((path) => !openPages.has(path) && isWanted(path)) });
    await load.call("disconnect");
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** The same request many times over: what of its figures is shared for a second or two counts once. */
async function benchCpu({ hub, client, paths }: Stage): Promise<void> {
  const assets = await client.assetBytes("/");
  for (const path of paths) {
    const { bytes } = await client.get(path);
    const wireBytes = await client.wireBytes(path);
    const startUs = hub.cpuUs();
    for (let round = 0; round < cpuRounds; round++) await client.get(path);
    report(`${path}: CPU`, (hub.cpuUs() - startUs) / 1_000 / cpuRounds, "ms", {
      kB: Math.round(bytes / 1e3),
      first_view_kB: Math.round((wireBytes + assets) / 1e3),
    });
  }
}

async function shares<T>({ hub, load }: Stage, seconds: number, meanwhile: () => Promise<T>): Promise<{ run: RunFigures; value: T }> {
  await load.call("prepare", { perRig: Math.ceil((perSecond * (warmS + seconds + 1)) / rigs) });
  const running = load.call<RunFigures>("run", { kind: "open", perSecond, warmS, measureS: seconds, hubPid: hub.pid });
  await Bun.sleep(warmS * 1_000);
  const value = await meanwhile();
  const run = await running;
  await load.call("settled");
  return { run, value };
}

async function benchPages(stage: Stage): Promise<void> {
  const seconds = Number(flags.seconds);
  const { client, paths } = stage;
  const taken = new Map<string, number[]>(paths.map((path) => [path, []]));
  /** Nobody has asked for its figures for a while: told apart, as with a few views of each page it would be every page's p99. */
  const first = new Map<string, number>();
  const { run } = await shares(stage, seconds, async () => {
    const endMs = performance.now() + seconds * 1_000;
    while (performance.now() < endMs) {
      for (const path of paths) {
        const { ms } = await client.get(path);
        if (first.has(path)) taken.get(path)?.push(ms);
        else first.set(path, ms);
        await Bun.sleep(pauseMs);
      }
    }
  });
  report("share answer p99 while pages are read", run.p99, "ms", {
    p50: Number(run.p50.toPrecision(3)),
    per_second: Math.round(run.accepted / run.seconds),
    refused: run.refused,
  });
  const pages: number[] = [];
  for (const [path, unsorted] of taken) {
    const times = unsorted.sort((one, other) => one - other);
    const rounded = (ms: number | undefined) => Number((ms ?? Number.NaN).toPrecision(3));
    const more = { p50: rounded(quantileOf(times, 0.5)), max: rounded(times.at(-1)), first: rounded(first.get(path)), of: times.length };
    report(`${path}: p99`, quantileOf(times, 0.99), "ms", more);
    if (!isFile(path)) pages.push(...times);
  }
  report(
    "all pages: p99",
    quantileOf(
      pages.sort((one, other) => one - other),
      0.99,
    ),
    "ms",
    { of: pages.length },
  );
}

/** In turns without and with open pages, so that what else the machine does meets both. */
async function benchLive(stage: Stage): Promise<void> {
  const { client } = stage;
  const watched = await client.livePaths([
    "/",
    "/rigs",
    "/rigs?page=3",
    "/rigs?status=online",
    "/contracts",
    "/contracts?page=2",
    "/fleets",
    "/pools",
    "/events",
    ...stage.paths.filter((path) => /^\/(rigs|contracts|pools)\/\w+$/.test(path)),
  ]);
  const rises: number[] = [];
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const without = (await shares(stage, liveRunS, async () => {})).run.p99;
    const streams: LiveStream[] = [];
    for (let at = 0; at < livePages; at++) streams.push(client.watch(watched[at % watched.length] ?? "/live/overview"));
    const { run } = await shares(stage, liveRunS, async () => {});
    const bytes = streams.reduce((sum, stream) => sum + stream.close(), 0);
    rises.push(run.p99 - without);
    report("share answer p99 with live pages", run.p99, "ms", {
      without: Number(without.toPrecision(3)),
      live_kB: Math.round(bytes / 1e3),
      refused: run.refused,
    });
  }
  report(
    "live pages: median rise of p99",
    quantileOf(
      rises.sort((one, other) => one - other),
      0.5,
    ),
    "ms",
    { pages: livePages, views: watched.length, pairs: rises.length },
  );
}

const scenarios: Readonly<Record<string, (stage: Stage) => Promise<void>>> = { cpu: benchCpu, pages: benchPages, live: benchLive };
/** What else the machine does counts too. */
const reportLoad = (when: string) => report(`load of the machine ${when}`, loadavg()[0] ?? Number.NaN, "processes", { cores: navigator.hardwareConcurrency });

const isPinned = pinSelf(otherCore);
report("cores for hub, and for pool, rigs and browsers", isPinned ? 1 : navigator.hardwareConcurrency, "core", isPinned ? { hub: 0, others: otherCore } : {});
await onStage(async (stage) => {
  reportLoad("before");
  for (const name of flags.only.split(",")) {
    const scenario = scenarios[name];
    if (scenario === undefined) throw new Error(`--only: must be of ${Object.keys(scenarios).join(", ")} (got ${name})`);
    await scenario(stage);
  }
  reportLoad("after");
});
