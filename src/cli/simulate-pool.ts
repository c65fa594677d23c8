import { readEndpoint, UsageError } from "../config.ts";
import { type SimulatedPool, startPool } from "../simulate/pool.ts";
import type { Command } from "./command.ts";
import { numberFlag, textFlag } from "./flags.ts";
import { checkAddress } from "./places.ts";
import { readAlgorithm } from "./simulate-rigs.ts";

export const simulatePool: Command = {
  name: "simulate pool",
  goesOn: true,
  summary: "A pool that checks every share in full: hash, duplicate, time, version bits.",
  details: "Prints one JSON object per second on stdout; the first line names the port, which matters with port 0.",
  flags: [
    { flag: "listen", value: "HOST:PORT", help: "where rigs or a hub connect; port 0 = any free one", required: true },
    { flag: "algorithm", value: "NAME", help: "sha256d (default) or scrypt" },
    { flag: "difficulty", value: "D", help: "share difficulty, any positive number (default 1e-7)" },
    { flag: "extranonce2-size", value: "M", help: "bytes of extranonce2 given to clients, 1 to 16 (default 8)" },
    { flag: "job-every", value: "S", help: "seconds between jobs (default 30)" },
    { flag: "reject-ratio", value: "R", help: "part of the good shares refused by chance, 0 to 1 (default 0)" },
    { flag: "branches", value: "N", help: "merkle branches of a job, 0 to 32 (default 12)" },
    { flag: "seconds", value: "S", help: "end after so many seconds (default: at a signal)" },
  ],
  async run(given, { console }) {
    const ended = console.untilSignal();
    const seconds = given.flags["seconds"] === undefined ? null : numberFlag(given, "seconds", { min: 0.1, max: 1e7 });
    const listen = readListen(textFlag(given, "listen"));
    const options = {
      algorithm: readAlgorithm(given),
      difficulty: numberFlag(given, "difficulty", { min: 1e-12, max: 1e18, fallback: 1e-7 }),
      extranonce2Size: numberFlag(given, "extranonce2-size", { min: 1, max: 16, fallback: 8, whole: true }),
      jobEveryMs: 1000 * numberFlag(given, "job-every", { min: 0.05, max: 86_400, fallback: 30 }),
      rejectRatio: numberFlag(given, "reject-ratio", { min: 0, max: 1, fallback: 0 }),
      branches: numberFlag(given, "branches", { min: 0, max: 32, fallback: 12, whole: true }),
    };
    checkAddress("--listen", listen);
    const pool = startPool({ ...listen, ...options });
    console.out(`${JSON.stringify({ listening: `${pool.host}:${pool.port}` })}\n`);
    const timer = setInterval(() => console.out(`${JSON.stringify(report(pool))}\n`), 1000);
    await (seconds === null ? ended : Promise.race([ended, Bun.sleep(seconds * 1000)]));
    clearInterval(timer);
    console.out(`${JSON.stringify(report(pool))}\n`);
    pool.stop();
    return 0;
  },
};

function report({ stats }: SimulatedPool): Record<string, unknown> {
  const { connections, authorized, jobs, accepted, rejected, acceptedDifficulty, faults } = stats;
  const reasons = Object.fromEntries(Object.entries(stats.byReason).filter(([, count]) => count > 0));
  const workers = Object.fromEntries(stats.workers);
  return {
    at: new Date().toISOString(),
    connections,
    authorized,
    jobs,
    accepted,
    rejected,
    accepted_difficulty: acceptedDifficulty,
    rejected_by: reasons,
    faults,
    workers,
  };
}

function readListen(text: string): { host: string; port: number } {
  const endpoint = readEndpoint(text);
  if ("rule" in endpoint) throw new UsageError(`--listen: ${endpoint.rule} (got ${JSON.stringify(text)})`);
  return endpoint;
}
