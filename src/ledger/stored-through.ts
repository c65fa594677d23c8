import type { Database } from "./database.ts";

/**
 * Every share up to the returned sequence is in a day file, and all that the journal said of it in the database's own file: the journal may forget it.
 * 0 where the database says nothing of day files.
 */
export async function storedThrough(database: Database): Promise<number> {
  const tables = await database.ask("SELECT table_name FROM duckdb_tables() WHERE table_name IN ('days', 'rollups')");
  if (tables.length < 2) return 0;
  const [row] = await database.ask(
    `SELECT least((SELECT rolled_sequence FROM rollups), coalesce(min(
       CASE WHEN exported_changes <> changes OR exported_through < first_sequence THEN first_sequence - 1 ELSE exported_through END), 9e15::BIGINT))
     FROM days WHERE exported_through < last_sequence OR exported_changes <> changes`,
  );
  const through = Number(row?.[0] ?? 0);
  // Rejects while something else is being written; then the next round asks again.
  if (through > 0) await database.ask("CHECKPOINT");
  return through;
}
