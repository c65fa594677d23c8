import { createHash } from "node:crypto";
import type { Control } from "../control/control.ts";
import { canonicalJson } from "./body.ts";
import { webLimits } from "./limits.ts";
import { Problem } from "./problems.ts";

/** One POST as it is remembered: whose key, and what it asked for. */
export type KeyedRequest = { principal: string; key: string; fingerprint: string };

/** Reads the Idempotency-Key. 400 without one. The key counts per token, and only for the same method, path and body. */
export function keyedRequest(request: Request, principal: string, body: unknown): KeyedRequest {
  const key = request.headers.get("idempotency-key") ?? "";
  if (key === "") throw new Problem("idempotency-key-missing", "every POST needs an Idempotency-Key");
  if (!/^[\x20-\x7e]+$/.test(key) || key.length > webLimits.idempotencyKeyCharsMax) {
    const rule = `must be 1 to ${webLimits.idempotencyKeyCharsMax} printable ASCII characters`;
    throw new Problem("invalid", `Idempotency-Key: ${rule}`, { errors: [{ pointer: "#header/idempotency-key", detail: rule }] });
  }
  const { pathname, search } = new URL(request.url);
  const fingerprint = createHash("sha256").update(`${request.method} ${pathname}${search}\n${canonicalJson(body)}`).digest("hex");
  return { principal, key, fingerprint };
}

/** What is kept of an answer, so that a repeat gets the same one. */
export type KeptAnswer = { status: number; body: unknown; headers: Record<string, string> };

/** Remembers answers by key in the control database, in the transaction of their effect; and in memory which requests are not answered yet. */
export class KeyedAnswers {
  readonly #control: Pick<Control, "idempotency">;
  readonly #running = new Set<string>();

  constructor(control: Pick<Control, "idempotency">) {
    this.#control = control;
  }

  /** The answer that the same request got before, or null. 422 where the key was used for another request, 409 while the first is still worked on. */
  earlier(asked: KeyedRequest): KeptAnswer | null {
    const kept = this.#control.idempotency.find(asked.principal, asked.key);
    if (kept !== null && kept.fingerprint !== asked.fingerprint) {
      throw new Problem("idempotency-key-reused", "this Idempotency-Key was used for another request");
    }
    if (this.#running.has(nameOf(asked))) {
      throw new Problem("idempotency-in-progress", "the first request with this Idempotency-Key is still being worked on", { headers: { "retry-after": "1" } });
    }
    return kept === null ? null : { status: kept.status, ...(JSON.parse(kept.body) as Omit<KeptAnswer, "status">) };
  }

  /** Until the returned function is called, repeats are told to wait. */
  begin(asked: KeyedRequest): () => void {
    this.#running.add(nameOf(asked));
    return () => this.#running.delete(nameOf(asked));
  }

  keep(asked: KeyedRequest, answer: KeptAnswer): void {
    this.#control.idempotency.keep({ ...asked, status: answer.status, body: JSON.stringify({ body: answer.body, headers: answer.headers }) });
  }
}

const nameOf = (asked: KeyedRequest): string => `${asked.principal}\n${asked.key}`;
