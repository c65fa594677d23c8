import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { webLimits } from "./limits.ts";
import { Problem } from "./problems.ts";

const windowS = 60;

/** Counts requests per token and refusals per address, in memory: a restart forgives. */
export class RateLimits {
  readonly #perMinute: { token: number; refused: number };
  readonly #tokens: RateLimiterMemory;
  readonly #refused: RateLimiterMemory;

  constructor(perMinute: { token: number; refused: number } = { token: webLimits.tokenRequestsPerMinute, refused: webLimits.refusedRequestsPerMinute }) {
    this.#perMinute = perMinute;
    this.#tokens = new RateLimiterMemory({ points: perMinute.token, duration: windowS });
    this.#refused = new RateLimiterMemory({ points: perMinute.refused, duration: windowS });
  }

  /** Counts one request of a token; gives the headers that say what is left, throws 429 when nothing is. */
  async countToken(tokenId: string): Promise<Record<string, string>> {
    const left = await this.#consume(this.#tokens, tokenId);
    return {
      "ratelimit-policy": `"token";q=${this.#perMinute.token};w=${windowS}`,
      ratelimit: `"token";r=${left.remainingPoints};t=${Math.ceil(left.msBeforeNext / 1_000)}`,
    };
  }

  /** Counts one request that had no valid token; throws 429 for an address that keeps guessing. */
  async countRefused(address: string): Promise<void> {
    await this.#consume(this.#refused, address);
  }

  async #consume(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes> {
    try {
      return await limiter.consume(key);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      const seconds = Math.max(1, Math.ceil(rejected.msBeforeNext / 1_000));
      throw new Problem("rate-limited", `too many requests; try again in ${seconds} s`, { headers: { "retry-after": String(seconds) } });
    }
  }
}
