import type { Pool } from "../control/pools.ts";
import type { PoolTest, PoolTestStep } from "../health/facts.ts";
import { limits } from "./limits.ts";
import { sizeWarnings } from "./pool-facts.ts";
import { PoolSession } from "./pool-session.ts";

/** What a test needs of a pool; it may not be saved yet. */
export type PoolToTest = Pick<Pool, "no" | "host" | "port" | "tls" | "username" | "password" | "algorithm">;

const names = ["connect", "subscribe", "authorize", "first_job"] as const;

type Try = { result: PoolTest; hungUpOnConfigure: boolean };
type Parts = { now: () => number; agent: string; waitMsMax: number };

/** Logs in to a pool as the hub would, tells how far it came and how long each step took (milliseconds), and hangs up. Never rejects. */
export async function testPool(pool: PoolToTest, parts: Parts): Promise<PoolTest> {
  const first = await tryPool(pool, parts, true);
  return first.hungUpOnConfigure ? (await tryPool(pool, parts, false)).result : first.result;
}

function tryPool(pool: PoolToTest, { now, agent, waitMsMax }: Parts, configure: boolean): Promise<Try> {
  const steps: PoolTestStep[] = [];
  const { promise, resolve } = Promise.withResolvers<Try>();
  let stepStartedMs = now();
  const finish = (tried: PoolSession, failure: string | null) => {
    clearTimeout(deadline);
    clearInterval(ticking);
    const failed = names[steps.length];
    if (failure !== null && failed !== undefined) steps.push({ name: failed, ok: false, ms: now() - stepStartedMs, text: failure });
    resolve({ result: resultOf(tried, steps), hungUpOnConfigure: tried.hungUpOnConfigure });
    tried.end();
  };
  const { no, host, port, tls, username, password, algorithm } = pool;
  const session: PoolSession = new PoolSession(
    { ...{ host, port, tls, username, algorithm, agent, configure }, poolNo: no, contractNo: 0, password: password.reveal(), passDifficulty: false },
    {
      step: (tried, name, text) => {
        const nowMs = now();
        const wrong = name === "first_job" ? jobFault(tried, nowMs) : null;
        steps.push({ name, ok: wrong === null, ms: nowMs - stepStartedMs, text: wrong ?? text });
        stepStartedMs = nowMs;
      },
      ready: (ready) => finish(ready, null),
      job: () => {},
      closed: (closed, reason) => finish(closed, reason.text),
      leaving: () => {},
      nameRefused: () => {},
      settle: () => {},
    },
    now,
  );
  const ticking = setInterval(() => session.tick(now()), 250);
  const deadline = setTimeout(() => finish(session, `no answer within ${waitMsMax / 1000} s`), waitMsMax);
  return promise;
}

/** A node that has stopped goes on handing out its last job; nobody takes a block of it. */
function jobFault({ current }: PoolSession, nowMs: number): string | null {
  const hours = (nowMs / 1000 - (current?.work.ntime ?? 0)) / 3600;
  if (Math.abs(hours) <= limits.jobClockHoursMax) return null;
  const by = `${Math.round(Math.abs(hours)).toLocaleString("en")} hours ${hours > 0 ? "old" : "ahead"}`;
  return `its job is ${by} by this machine's clock: the pool's node stands still, or one of the clocks is wrong`;
}

function resultOf(session: PoolSession, steps: PoolTestStep[]): PoolTest {
  const extranonce2Size = session.free === 0 ? null : session.free;
  return {
    ok: steps.length === names.length && steps.every(({ ok }) => ok),
    steps,
    extranonce2Size,
    difficulty: session.difficulty === 0 ? null : session.difficulty,
    warnings: [...session.warnings, ...sizeWarnings(extranonce2Size)],
  };
}
