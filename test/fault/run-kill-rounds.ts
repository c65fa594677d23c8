/**
 * `bun test/fault/run-kill-rounds.ts [ROUNDS [SEED]]`: kills a hub under load (100 times by default), damages its files, and counts. One JSON object; ends
 * with 1 where a share that a rig heard `true` for is missing, or one is there twice.
 */
import { seeded } from "../support/seeded.ts";
import { KillRounds } from "./kill-rounds.ts";

const [count = "100", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
using rounds = new KillRounds(seeded(Number(seed)));
const { readyMs, ...result } = await rounds.run(Number(count), [300, 2_500]);
const ready = { p50: Math.round(readyMs[readyMs.length >> 1] ?? 0), max: Math.round(readyMs.at(-1) ?? 0) };
process.stdout.write(`${JSON.stringify({ bench: "kill", seed: Number(seed), ...result, readyMs: ready })}\n`);
process.exitCode = result.violations.length === 0 ? 0 : 1;
