import { contractNumberSql } from "./contract-number.ts";
import type { Contract, ContractState, RawContract } from "./contract-row.ts";
import type { SqlValue } from "./database.ts";
import { invalid, type Result, succeed } from "./result.ts";
import type { RowTable } from "./row-table.ts";

export type ContractQuery = {
  /** `next` of the page before; null or absent = from the beginning. */
  cursor?: string | null;
  /** 1 to 500 */
  limit: number;
  /** Any of these. */
  states?: readonly ContractState[];
  customerNo?: number;
  fleetNo?: number;
  /** Part of the number, the reference or the customer's name; case does not matter for ASCII letters. */
  text?: string;
};

/** A page of contracts, oldest first. */
export type ContractPage = { rows: Contract[]; next: string | null };

const limitMax = 500;

const searchText = `(${contractNumberSql} LIKE ? ESCAPE '\\' OR external_ref LIKE ? ESCAPE '\\'
  OR customer_no IN (SELECT customers.no FROM customers WHERE customers.name LIKE ? ESCAPE '\\'))`;

export function listContracts(rows: RowTable<Contract, RawContract>, query: ContractQuery): Result<ContractPage> {
  const afterNo = Number(query.cursor ?? 0);
  if (!Number.isSafeInteger(afterNo) || afterNo < 0) return invalid("cursor", "must be the cursor of a page before");
  const conditions = ["contracts.no > ?"];
  const values: SqlValue[] = [afterNo];
  const add = (condition: string, ...own: SqlValue[]) => {
    conditions.push(condition);
    values.push(...own);
  };
  if (query.states !== undefined) add("state IN (SELECT value FROM json_each(?))", JSON.stringify(query.states));
  if (query.customerNo !== undefined) add("customer_no = ?", query.customerNo);
  if (query.fleetNo !== undefined) add("fleet_no = ?", query.fleetNo);
  if (query.text !== undefined) {
    const pattern = `%${query.text.replace(/[\\%_]/g, "\\$&")}%`;
    add(searchText, pattern, pattern, pattern);
  }
  const count = Math.max(1, Math.min(query.limit, limitMax));
  const found = rows.list(rows.cached(`${conditions.join(" AND ")} ORDER BY contracts.no LIMIT ?`), ...values, count + 1);
  const last = found.length > count ? found[count - 1] : undefined;
  return succeed({ rows: found.slice(0, count), next: last === undefined ? null : String(last.no) });
}
