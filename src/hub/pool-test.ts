import type { Pool } from "../control/pools.ts";
import type { PoolTest, PoolTestStep } from "../health/facts.ts";
import { PoolSession } from "./pool-session.ts";
import { sizeWarnings } from "./switchboard.ts";

/** What a test needs of a pool; it may not be saved yet. */
export type PoolToTest = Pick<Pool, "no" | "host" | "port" | "tls" | "username" | "password" | "algorithm">;

const names = ["connect", "subscribe", "authorize", "first_job"] as const;

/** Logs in to a pool as the hub would, tells how far it came and how long each step took (milliseconds), and hangs up. Never rejects. */
export function testPool(pool: PoolToTest, parts: { now: () => number; agent: string; waitMsMax: number }): Promise<PoolTest> {
  const steps: PoolTestStep[] = [];
  const { promise, resolve } = Promise.withResolvers<PoolTest>();
  let stepStartedMs = parts.now();
  const finish = (tried: PoolSession, failure: string | null) => {
    const failed = names[steps.length];
    if (failure !== null && failed !== undefined) steps.push({ name: failed, ok: false, ms: parts.now() - stepStartedMs, text: failure });
    const free = tried.free === 0 ? null : tried.free;
    resolve({
      ok: failure === null,
      steps,
      extranonce2Size: free,
      difficulty: tried.difficulty === 0 ? null : tried.difficulty,
      warnings: [...tried.warnings, ...sizeWarnings(free)],
    });
  };
  const session: PoolSession = new PoolSession(
    {
      poolNo: pool.no,
      contractNo: 0,
      host: pool.host,
      port: pool.port,
      tls: pool.tls,
      username: pool.username,
      password: pool.password.reveal(),
      algorithm: pool.algorithm,
      configure: true,
      passDifficulty: false,
      agent: parts.agent,
    },
    {
      step: (_session, name, text) => {
        steps.push({ name, ok: true, ms: parts.now() - stepStartedMs, text });
        stepStartedMs = parts.now();
      },
      ready: (ready) => {
        clearTimeout(deadline);
        clearInterval(ticking);
        finish(ready, null);
        ready.end();
      },
      job: () => {},
      closed: (closed, reason) => {
        clearTimeout(deadline);
        clearInterval(ticking);
        finish(closed, reason.text);
      },
      nameRefused: () => {},
      settle: () => {},
    },
    parts.now,
  );
  const ticking = setInterval(() => session.tick(parts.now()), 250);
  const deadline = setTimeout(() => {
    clearInterval(ticking);
    finish(session, `no answer within ${parts.waitMsMax / 1000} s`);
    session.end();
  }, parts.waitMsMax);
  return promise;
}
