import type { DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import type { DuckDb } from "./native-library.ts";

/**
 * An answer column by column: ten thousand rows as JavaScript values hold the event loop up for 10 to 30 ms. A column is read as what it is: `numbers`
 * where it is DOUBLE, `integers` where it is HUGEINT; neither may have NULL.
 */
export type Columns = { rowCount: number; numbers: (column: number) => Float64Array; integers: (column: number) => bigint[] };

const wordBits = 64n;

/** All of a result. */
export async function columnsOfResult({ bindings }: DuckDb, result: DuckDBResult): Promise<Columns> {
  const chunks = await result.fetchAllChunks();
  const rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  const parts = (column: number, width: number) =>
    chunks.map(({ chunk, rowCount: rows }) => bindings.vector_get_data(bindings.data_chunk_get_vector(chunk, column), rows * width));
  return {
    rowCount,
    numbers(column) {
      const numbers = new Float64Array(rowCount);
      let filled = 0;
      for (const { buffer, byteOffset, length } of parts(column, Float64Array.BYTES_PER_ELEMENT)) {
        const part = new Float64Array(buffer, byteOffset, length / Float64Array.BYTES_PER_ELEMENT);
        numbers.set(part, filled);
        filled += part.length;
      }
      return numbers;
    },
    integers: (column) =>
      parts(column, 2 * BigInt64Array.BYTES_PER_ELEMENT).flatMap(({ buffer, byteOffset, length }) => {
        const low = new BigUint64Array(buffer, byteOffset, length / BigInt64Array.BYTES_PER_ELEMENT);
        const high = new BigInt64Array(buffer, byteOffset, low.length);
        return Array.from({ length: low.length / 2 }, (_, row) => ((high[2 * row + 1] as bigint) << wordBits) + (low[2 * row] as bigint));
      }),
  };
}

/** The same of rows that are JavaScript values already. */
export const columnsOfRows = (rows: readonly DuckDBValue[][]): Columns => ({
  rowCount: rows.length,
  numbers: (column) => Float64Array.from(rows, (row) => Number(row[column])),
  integers: (column) => rows.map((row) => row[column] as bigint),
});
