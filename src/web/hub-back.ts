import type { WebDeps } from "./deps.ts";

/** When a hub began to run again (or for the first time) after a moment at which none ran, milliseconds since 1970; null where one ran then. */
export async function hubBackMs({ ledger, now }: Pick<WebDeps, "ledger" | "now">, atMs: number): Promise<number | null> {
  const nowMs = now();
  const [gap] = await ledger.gaps(atMs, nowMs);
  // The books are a second behind: what reaches until now is that.
  return gap !== undefined && gap.fromMs <= atMs && gap.toMs < nowMs ? gap.toMs : null;
}
