import type { DuckDBValue } from "@duckdb/node-api";
import type { HashrateScope } from "./answers.ts";

/** The condition that picks a scope's rows, as SQL with the parameter `$1`, and that parameter. */
export function scopeCondition(scope: HashrateScope): { sql: string; value: DuckDBValue } {
  switch (scope.kind) {
    case "rig":
      return { sql: "rig_no = $1", value: scope.no };
    case "pool":
      return { sql: "pool_no = $1", value: scope.no };
    case "contract":
      return { sql: "contract_no = $1", value: scope.no };
    case "fleet":
      // As text, which DuckDB reads off the event loop: ten thousand values of a list, bound one by one, hold the loop up for 10 to 20 ms.
      return { sql: "rig_no IN (SELECT unnest($1::VARCHAR::INTEGER[]))", value: JSON.stringify(scope.rigNos) };
  }
}

/** Throws RangeError on a window that is no window. */
export function checkWindow(fromMs: number, toMs: number): void {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || toMs < fromMs) throw new RangeError("to: must be a time at or after from");
}

export const asMs = (ms: number): bigint => BigInt(Math.floor(ms));
