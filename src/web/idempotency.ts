import { createHash } from "node:crypto";
import type { Control } from "../control/control.ts";
import type { IdempotentRequest } from "../control/idempotency.ts";
import { canonicalJson } from "./body.ts";
import { Problem } from "./problems.ts";

/** Reads the Idempotency-Key. 400 without one. The key counts per token, and only for the same method, path and body. */
export function keyedRequest(request: Request, principal: string, body: unknown): IdempotentRequest {
  const key = request.headers.get("idempotency-key") ?? "";
  if (key === "") throw new Problem("idempotency-key-missing", "every POST needs an Idempotency-Key");
  const { pathname, search } = new URL(request.url);
  const fingerprint = createHash("sha256")
    .update(`${request.method} ${pathname}${search}\n${canonicalJson(body)}`)
    .digest("hex");
  return { principal, key, fingerprint };
}

/** What is kept of an answer, so that a repeat gets the same one. */
export type KeptAnswer = { status: number; body: unknown; headers: Record<string, string> };

/** Stands for an answer that is found out again whenever it is asked for. */
const foundOutAgain: KeptAnswer = Object.freeze({ status: 0, body: null, headers: {} });

/** Answers by key: kept in the control database, in the transaction of their effect. In memory, those that are still being completed after it. */
export class KeyedAnswers {
  readonly #store: Control["idempotency"];
  readonly #completing = new Set<string>();

  constructor({ idempotency }: Pick<Control, "idempotency">) {
    this.#store = idempotency;
  }

  /**
   * The answer that the same request got before; null when it is new, or was a dry run, and then `settle` or `giveUp` must follow.
   * 422 where the key was used for another request, 409 while the first is still worked on.
   */
  begin(asked: IdempotentRequest): KeptAnswer | null {
    const verdict = this.#store.begin(asked);
    switch (verdict.state) {
      case "new":
        return null;
      case "running":
        throw stillRunning();
      case "mismatch":
        throw new Problem("idempotency-key-reused", "this Idempotency-Key was used for another request");
      case "invalid":
        throw invalidKey(verdict.failure.rule);
      case "done":
        if (this.#completing.has(slotOf(asked))) throw stillRunning();
        if (verdict.answer.status === foundOutAgain.status) return null;
        return { status: verdict.answer.status, ...(JSON.parse(verdict.answer.body) as Omit<KeptAnswer, "status">) };
    }
  }

  /** Keeps the answer: in the transaction of the effect, and once more when it was completed. */
  settle(asked: IdempotentRequest, { status, body, headers }: KeptAnswer): void {
    this.#store.finish(asked, { status, body: JSON.stringify({ body, headers }) });
  }

  /** Keeps that the key is this request's, and no answer: of a dry run that may be megabytes, and another one tomorrow. */
  settleDry(asked: IdempotentRequest): void {
    this.settle(asked, foundOutAgain);
  }

  /** Nothing was done, so the key may be used again. Harmless after `settle`. */
  giveUp(asked: IdempotentRequest): void {
    this.#store.abandon(asked);
  }

  /** Until the returned function is called, repeats are told to wait although an answer is kept already. */
  hold(asked: IdempotentRequest): () => void {
    this.#completing.add(slotOf(asked));
    return () => this.#completing.delete(slotOf(asked));
  }
}

const slotOf = (asked: IdempotentRequest): string => `${asked.principal}\n${asked.key}`;

function stillRunning(): Problem {
  return new Problem("idempotency-in-progress", "the first request with this Idempotency-Key is still being worked on", { headers: { "retry-after": "1" } });
}

function invalidKey(rule: string): Problem {
  return new Problem("invalid", `Idempotency-Key: ${rule}`, { errors: [{ pointer: "#header/idempotency-key", detail: rule }] });
}
