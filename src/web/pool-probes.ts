import type { Pool } from "../control/pools.ts";
import type { PoolTest } from "../health/facts.ts";
import type { WebDeps } from "./deps.ts";

/** Fewer bytes than our rigs' extranonce1 and 2 take together (1 + 3). */
const extranonce2BytesWanted = 4;

/** The last trial of each pool, so that a pool that nobody uses yet can still tell what it is like. Forgotten with the process. */
export class PoolProbes {
  readonly #deps: Pick<WebDeps, "hub" | "log">;
  readonly #last = new Map<number, { version: number; test: PoolTest }>();

  constructor(deps: Pick<WebDeps, "hub" | "log">) {
    this.#deps = deps;
  }

  /** Tries the pool for at most `msMax`; what takes longer, or fails in an unforeseen way, is a failed trial with the reason in words. */
  async probe(pool: Pool, msMax: number): Promise<PoolTest> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<PoolTest>((resolve) => {
      timer = setTimeout(() => resolve(failed("connect", `no complete answer within ${msMax / 1_000} s`, msMax)), msMax);
    });
    try {
      const test = explained(await Promise.race([this.#test(pool), late]));
      this.#last.set(pool.no, { version: pool.version, test });
      return test;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the last trial of the pool as it is now has shown; null without one. */
  last(pool: Pool): PoolTest | null {
    const kept = this.#last.get(pool.no);
    return kept?.version === pool.version ? kept.test : null;
  }

  async #test(pool: Pool): Promise<PoolTest> {
    try {
      return await this.#deps.hub.testPool(pool);
    } catch (error) {
      this.#deps.log.warn("web.pool_probe", { pool: pool.id, error: String(error) });
      return failed("connect", "the trial itself failed; the hub's log has the cause", 0);
    }
  }
}

/** Whether a change decides where the pool's sessions go or what they are told there, so that what is known of it holds no more. */
export function leadsElsewhere(before: Pool, after: Pool): boolean {
  return destinationOf(before) !== destinationOf(after);
}

function destinationOf(pool: Pool): string {
  return JSON.stringify([pool.host, pool.port, pool.tls, pool.username, pool.algorithm, pool.password.reveal()]);
}

function failed(name: "connect", text: string, ms: number): PoolTest {
  return { ok: false, steps: [{ name, ok: false, ms, text }], extranonce2Size: null, difficulty: null, warnings: [] };
}

const wordsOfStep = {
  connect: "could not be reached",
  subscribe: "did not take subscribe",
  authorize: "refused authorize",
  first_job: "sent no usable job",
} as const;

/** Adds to the warnings what an operator must know before he relies on the pool. */
function explained(test: PoolTest): PoolTest {
  const warnings = [...test.warnings];
  const size = test.extranonce2Size;
  if (size !== null && size < extranonce2BytesWanted && !warnings.some((text) => text.includes("extranonce"))) warnings.push(extranonceWarning(size));
  const broken = test.steps.find((step) => !step.ok);
  if (broken !== undefined) warnings.push(`${wordsOfStep[broken.name]}${broken.text === "" ? "" : `: ${broken.text}`}`);
  return { ...test, warnings: [...new Set(warnings)] };
}

function extranonceWarning(size: number): string {
  return `extranonce2 has ${size} bytes, fewer than ${extranonce2BytesWanted}: a rig moves here only by set_extranonce or by a reconnect`;
}
