import type { DuckDBValue } from "@duckdb/node-api";
import type { HashrateScope } from "./answers.ts";

export type Picked = {
  sql: string;
  value: DuckDBValue;
  /** It needs the rig's number. */
  ofRigs: boolean;
  /** Which ones, where it is nothing but a set of rigs. */
  rigNos?: readonly number[];
};

/** The condition that picks a scope's rows, as SQL with the parameter `$1`, and that parameter. */
export function scopeCondition(scope: HashrateScope): Picked {
  switch (scope.kind) {
    case "rig":
      return { sql: "rig_no = $1", value: scope.no, ofRigs: true };
    case "pool":
      return { sql: "pool_no = $1", value: scope.no, ofRigs: false };
    case "contract":
      return { sql: "contract_no = $1", value: scope.no, ofRigs: false };
    case "fleet":
      return fleetCondition(scope.rigNos);
    case "all":
      return { sql: "$1", value: true, ofRigs: false };
  }
}

const rangesMax = 64;

/** Rigs that enrolled one after the other are a few ranges, which cost nothing to say and let DuckDB skip what lies outside. */
function fleetCondition(rigNos: readonly number[]): Picked {
  const ranges = rangesSql("rig_no", rigNos);
  if (ranges !== null) return { sql: `($1 AND ${ranges})`, value: true, ofRigs: true, rigNos };
  return { sql: "rig_no IN (SELECT unnest($1::VARCHAR::INTEGER[]))", value: `[${rigNos.join(",")}]`, ofRigs: true, rigNos };
}

/** Picks rows by whole numbers in a column. */
export function oneOf(column: string, numbers: readonly number[]): string {
  // As text, which DuckDB reads off the event loop: ten thousand values of a list, bound one by one, hold the loop up for 10 to 20 ms.
  return rangesSql(column, numbers) ?? `${column} IN (SELECT unnest('[${numbers.join(",")}]'::VARCHAR::INTEGER[]))`;
}

/** Null where they are too scattered. */
function rangesSql(column: string, numbers: readonly number[]): string | null {
  const ranges = rangesOf(Int32Array.from(numbers).sort());
  if (ranges.length > rangesMax) return null;
  return ranges.length === 0 ? "false" : `(${ranges.map(([first, last]) => `${column} BETWEEN ${first} AND ${last}`).join(" OR ")})`;
}

function rangesOf(sorted: Int32Array): [first: number, last: number][] {
  const ranges: [first: number, last: number][] = [];
  for (const no of sorted) {
    const current = ranges.at(-1);
    if (current !== undefined && no <= current[1] + 1) current[1] = no;
    else ranges.push([no, no]);
  }
  return ranges;
}

/** Throws RangeError on a window that is no window. */
export function checkWindow(fromMs: number, toMs: number): void {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || toMs < fromMs) throw new RangeError("to: must be a time at or after from");
}

export const asMs = (ms: number): bigint => BigInt(Math.floor(ms));
