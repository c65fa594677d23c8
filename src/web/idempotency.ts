import { createHash } from "node:crypto";
import type { Control } from "../control/control.ts";
import { canonicalJson } from "./body.ts";
import { webLimits } from "./limits.ts";
import { Problem } from "./problems.ts";

/** One POST: whose key, and what it asks for. */
export type KeyedRequest = { principal: string; key: string; fingerprint: string };

/** Reads the Idempotency-Key. 400 without one. The key counts per token, and only for the same method, path and body. */
export function keyedRequest(request: Request, principal: string, body: unknown): KeyedRequest {
  const key = request.headers.get("idempotency-key") ?? "";
  if (key === "") throw new Problem("idempotency-key-missing", "every POST needs an Idempotency-Key");
  if (!/^[\x20-\x7e]+$/.test(key) || key.length > webLimits.idempotencyKeyCharsMax) {
    throw invalidKey(`must be 1 to ${webLimits.idempotencyKeyCharsMax} printable ASCII characters`);
  }
  const { pathname, search } = new URL(request.url);
  const fingerprint = createHash("sha256").update(`${request.method} ${pathname}${search}\n${canonicalJson(body)}`).digest("hex");
  return { principal, key, fingerprint };
}

/** What is kept of an answer, so that a repeat gets the same one. */
export type KeptAnswer = { status: number; body: unknown; headers: Record<string, string> };

/** Answers by key, kept in the control database in the transaction of their effect; and in memory those that are still being completed. */
export class KeyedAnswers {
  readonly #store: Control["idempotency"];
  readonly #completing = new Set<string>();

  constructor({ idempotency }: Pick<Control, "idempotency">) {
    this.#store = idempotency;
  }

  /** The answer that the same request got before; null when it is new. 422 where the key was used for another request, 409 while the first is still being completed. */
  earlier(asked: KeyedRequest): KeptAnswer | null {
    const kept = this.#store.find(asked.principal, asked.key);
    if (kept === null) return null;
    if (kept.fingerprint !== asked.fingerprint) throw new Problem("idempotency-key-reused", "this Idempotency-Key was used for another request");
    if (this.#completing.has(slotOf(asked))) throw stillRunning();
    return { status: kept.status, ...(JSON.parse(kept.body) as Omit<KeptAnswer, "status">) };
  }

  /** Keeps the answer: in the transaction of the effect, and once more when it was completed. */
  keep(asked: KeyedRequest, { status, body, headers }: KeptAnswer): void {
    this.#store.keep({ ...asked, status, body: JSON.stringify({ body, headers }) });
  }

  /** Until the returned function is called, repeats are told to wait although an answer is kept already. */
  hold(asked: KeyedRequest): () => void {
    this.#completing.add(slotOf(asked));
    return () => this.#completing.delete(slotOf(asked));
  }
}

const slotOf = (asked: KeyedRequest): string => `${asked.principal}\n${asked.key}`;

function stillRunning(): Problem {
  return new Problem("idempotency-in-progress", "the first request with this Idempotency-Key is still being worked on", { headers: { "retry-after": "1" } });
}

function invalidKey(rule: string): Problem {
  return new Problem("invalid", `Idempotency-Key: ${rule}`, { errors: [{ pointer: "#header/idempotency-key", detail: rule }] });
}
