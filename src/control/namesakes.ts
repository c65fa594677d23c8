import type { ControlDatabase, SqlValue } from "./database.ts";

export type Namesakes = (nos: readonly number[]) => ReadonlySet<number>;

/** Whose names are compared: with all others, or with those of the same owner; a pool that nobody named is called after its address. */
const conditions = Object.freeze({
  customers: "",
  pools: "AND other.customer_id IS own.customer_id AND own.name <> own.host || ':' || own.port",
});

/** Finds those of the rows with these numbers that share their name with another row; the case of ASCII letters does not matter. */
export function namesakesIn({ sql }: ControlDatabase, table: keyof typeof conditions): Namesakes {
  const statement = sql.prepare<{ no: number }, SqlValue[]>(
    `SELECT DISTINCT own.no FROM ${table} own JOIN ${table} other ON other.name = own.name COLLATE NOCASE AND other.no <> own.no
     WHERE own.no IN (SELECT value FROM json_each(?)) AND other.removed_at_ms IS NULL ${conditions[table]}`,
  );
  return (nos) => new Set(statement.all(JSON.stringify(nos)).map(({ no }) => no));
}
