import { UsageError } from "../config.ts";
import { type FarmMember, startFarm } from "../simulate/farm.ts";
import type { RigStats } from "../simulate/rig-stats.ts";
import { algorithmNames } from "../work/algorithm.ts";
import type { Command } from "./command.ts";
import { type Arguments, numberFlag, textFlag } from "./flags.ts";
import { addressOf } from "./places.ts";
import { productName, productVersion } from "./product.ts";

/** A hub answers within 3 s, whatever its pool does. */
const answersMsMax = 4_000;

export const simulateRigs: Command = {
  name: "simulate rigs",
  goesOn: true,
  summary: "Rigs that do real proof of work at the difficulty that they are given.",
  details:
    "Workers are PREFIX-1, PREFIX-2, …. At the end (--seconds, SIGTERM or SIGINT) the counters are printed as one JSON object.\nExit codes: 0 when some rig connected and logged in, 1 when none did, 2 wrong usage.",
  flags: [
    { flag: "url", value: "URL", help: "stratum+tcp://HOST:PORT or stratum+ssl://HOST:PORT", required: true },
    { flag: "count", value: "N", help: "how many rigs (default 1)" },
    { flag: "hashrate-hps", value: "X", help: "hashes per second of each rig (default 1000)" },
    { flag: "worker", value: "PREFIX", help: "start of the worker names (default sim.rig)" },
    { flag: "password", value: "TEXT", help: "password, where hints go: d=DIFFICULTY, h=HASHRATE (default x)" },
    { flag: "algorithm", value: "NAME", help: "sha256d (default) or scrypt" },
    { flag: "version-rolling", help: "ask for version rolling and use it" },
    { flag: "seconds", value: "S", help: "end after so many seconds (default: at a signal)" },
  ],
  async run(given, { console }) {
    const seconds = given.flags["seconds"] === undefined ? null : numberFlag(given, "seconds", { min: 0.1, max: 1e7 });
    const ended = console.untilSignal();
    const began = performance.now();
    const url = readUrl(textFlag(given, "url"));
    const farm = startFarm({
      ...url,
      onUnreachable: once((reason) => console.err(`stratum-hub: could not connect to ${addressOf(url)} (${reason}), trying again\n`)),
      members: readMembers(given),
      algorithm: readAlgorithm(given),
      versionRolling: given.flags["version-rolling"] !== undefined,
      agent: `${productName}-simulate/${productVersion}`,
    });
    await (seconds === null ? ended : Promise.race([ended, Bun.sleep(seconds * 1000)]));
    const ranS = (performance.now() - began) / 1000;
    await farm.settle(answersMsMax);
    const stats = farm.stats();
    farm.stop();
    console.out(`${JSON.stringify(report(stats, ranS))}\n`);
    if (stats.connects > 0) return 0;
    throw new Error(`--url: no rig could connect to ${addressOf(url)} and log in`);
  },
};

/** Passes on the first call alone: a farm of thousands has one reason, thousands of times. */
function once(tell: (reason: string) => void): (reason: string) => void {
  let isTold = false;
  return (reason) => {
    if (!isTold) tell(reason);
    isTold = true;
  };
}

function readMembers(given: Arguments): FarmMember[] {
  const count = numberFlag(given, "count", { min: 1, max: 100_000, fallback: 1, whole: true });
  const hashrateHps = numberFlag(given, "hashrate-hps", { min: 0, max: 1e9, fallback: 1000 });
  const { worker = "sim.rig", password = "x" } = given.flags;
  return Array.from({ length: count }, (_, at) => ({ worker: `${worker}-${at + 1}`, password, hashrateHps }));
}

function report(stats: RigStats, seconds: number): Record<string, unknown> {
  const { accepted, rejected, disconnects, connects, submitted, jobs, hashes, acceptedDifficulty } = stats;
  const unanswered = submitted - accepted - rejected;
  const refusals = Object.fromEntries(stats.refusals);
  return {
    ...{ accepted, rejected, disconnects, connects, submitted, unanswered, jobs, accepted_difficulty: acceptedDifficulty },
    ...{ extranonce_changes: stats.extranonceChanges, hashes, hashrate_hps: Math.round(hashes / seconds), seconds: Math.round(seconds * 10) / 10, refusals },
  };
}

/** The algorithm flag of both simulators. @throws UsageError */
export function readAlgorithm(given: Arguments): "sha256d" | "scrypt" {
  const text = given.flags["algorithm"] ?? "sha256d";
  const name = algorithmNames.find((one) => one === text);
  if (name === undefined) throw new UsageError(`--algorithm: must be one of ${algorithmNames.join(", ")} (got ${JSON.stringify(text)})`);
  return name;
}

function readUrl(text: string): { host: string; port: number; tls: boolean } {
  const match = /^stratum\+(tcp|ssl|tls):\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/\s]+)):(\d{1,5})\/?$/.exec(text);
  const port = Number(match?.[4]);
  if (match === null || port < 1 || port > 65535)
    throw new UsageError(`--url: must be stratum+tcp://HOST:PORT or stratum+ssl://HOST:PORT (got ${JSON.stringify(text)})`);
  return { host: match[2] ?? match[3] ?? "", port, tls: match[1] !== "tcp" };
}
