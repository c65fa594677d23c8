import type { DuckDBConnection } from "@duckdb/node-api";

/** What a pool said after a share was noted, by the share's sequence. All numbers come out of the journal's own bytes. */
export type Late = { poolCode: number; reasonNo: number; answeredMs: number };
export type LateRows = readonly (readonly [sequence: number, late: Late])[];

/** They go into one statement up to this many. */
export const lateRowsMax = 500;

/** Picks their shares. The bounds let DuckDB skip every row group but those concerned. */
export function pickLate(late: LateRows): string {
  const sequences = late.map(([sequence]) => sequence);
  return `sequence BETWEEN ${Math.min(...sequences)} AND ${Math.max(...sequences)} AND sequence IN (${sequences.join(", ")})`;
}

/** Changes the rows of those shares that `picked` picks, in the table of shares or in one like it. */
export async function writeLate(connection: DuckDBConnection, late: LateRows, picked: string, table = "shares"): Promise<void> {
  const values = late.map(([sequence, { poolCode, reasonNo, answeredMs }]) => `(${sequence}, ${poolCode}, ${reasonNo}, ${answeredMs})`).join(", ");
  await connection.run(`UPDATE ${table} SET pool_verdict = new_verdict, reason_no = new_reason, answered_ms = new_answered
    FROM (VALUES ${values}) late(late_sequence, new_verdict, new_reason, new_answered) WHERE sequence = late_sequence AND ${picked}`);
}
