import type { SqlValue } from "./database.ts";
import { invalid, type Result, succeed } from "./result.ts";
import type { Lend, Lifecycle, RawRig, Rig, RigStatus } from "./rig-row.ts";
import type { RowTable } from "./row-table.ts";

/** What a list of rigs may be narrowed to; lists mean "any of these". */
export type RigFilter = {
  fleetNo?: number;
  siteId?: string;
  /** Those that say they stand in this rack; case does not matter for ASCII letters. */
  rack?: { siteId: string | null; building: string | null; row: string | null; name: string };
  statuses?: readonly RigStatus[];
  lifecycles?: readonly Lifecycle[];
  lends?: readonly Lend[];
  pinned?: boolean;
  draining?: boolean;
  parked?: boolean;
  /** Part of the name, asset code, model, serial or MAC; case does not matter for ASCII letters. */
  text?: string;
  /** Edited by people since then. */
  updatedSinceMs?: number;
};

export type RigQuery = {
  /** `next` of the page before; null or absent = from the beginning. */
  cursor?: string | null;
  /** 1 to 500 */
  limit: number;
  filter?: RigFilter;
};

/** A page of rigs in the order of their names. */
export type RigPage = { rows: Rig[]; next: string | null };

const limitMax = 500;
const cursorPattern = /^([A-Za-z0-9._-]{1,64})\/(\d{1,15})$/;

type Condition = { text: string; values: SqlValue[] };

const anyOf = (column: string, words: readonly string[]): Condition => ({
  text: `${column} IN (SELECT value FROM json_each(?))`,
  values: [JSON.stringify(words)],
});

function searched(text: string): Condition {
  const columns = ["name", "asset_code", "model", "serial", "mac"];
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return { text: `(${columns.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(" OR ")})`, values: columns.map(() => pattern) };
}

/** Words that are compared as `Racks.at` does. */
const inRack = ({ siteId, building, row, name }: NonNullable<RigFilter["rack"]>): Condition => ({
  text: "(coalesce(site_id, '') = ? AND coalesce(building, '') = ? COLLATE NOCASE AND coalesce(row, '') = ? COLLATE NOCASE AND rack = ? COLLATE NOCASE)",
  values: [siteId ?? "", building ?? "", row ?? "", name],
});

function conditionsOf(filter: RigFilter): Condition[] {
  const conditions: Condition[] = [{ text: "removed_at_ms IS NULL", values: [] }];
  if (filter.fleetNo !== undefined) conditions.push({ text: "fleet_no = ?", values: [filter.fleetNo] });
  if (filter.siteId !== undefined) conditions.push({ text: "site_id = ?", values: [filter.siteId] });
  if (filter.rack !== undefined) conditions.push(inRack(filter.rack));
  if (filter.statuses !== undefined) conditions.push(anyOf("status", filter.statuses));
  if (filter.lifecycles !== undefined) conditions.push(anyOf("lifecycle", filter.lifecycles));
  if (filter.lends !== undefined) conditions.push(anyOf("lend", filter.lends));
  if (filter.pinned !== undefined) conditions.push({ text: "(pinned_profile_no IS NOT NULL OR pinned_contract_no IS NOT NULL) = ?", values: [filter.pinned] });
  if (filter.draining !== undefined) conditions.push({ text: "draining = ?", values: [filter.draining] });
  if (filter.parked !== undefined) conditions.push({ text: "parked = ?", values: [filter.parked] });
  if (filter.text !== undefined) conditions.push(searched(filter.text));
  if (filter.updatedSinceMs !== undefined) conditions.push({ text: "updated_at_ms >= ?", values: [filter.updatedSinceMs] });
  return conditions;
}

/** One page, ordered by name and row number, so that no rig is missed or shown twice while others come and go. */
export function listRigs(rows: RowTable<Rig, RawRig>, { cursor = null, limit, filter = {} }: RigQuery): Result<RigPage> {
  const conditions = conditionsOf(filter);
  if (cursor !== null) {
    const [, name, no] = cursorPattern.exec(cursor) ?? [];
    if (name === undefined || no === undefined) return invalid("cursor", "must be the cursor of a page before");
    conditions.push({ text: "(name, no) > (?, ?)", values: [name, Number(no)] });
  }
  const count = Math.max(1, Math.min(limit, limitMax));
  // The text depends on which filters are set; there are few such sets, and the database keeps one statement for each.
  const statement = rows.cached(`${conditions.map(({ text }) => text).join(" AND ")} ORDER BY name, no LIMIT ?`);
  const found = rows.list(statement, ...conditions.flatMap(({ values }) => values), count + 1);
  const last = found.length > count ? found[count - 1] : undefined;
  return succeed({ rows: found.slice(0, count), next: last === undefined ? null : `${last.name}/${last.no}` });
}
