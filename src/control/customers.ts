import type { Statement } from "bun:sqlite";
import { contractNumberSql } from "./contract-number.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Namesakes, namesakesIn } from "./namesakes.ts";
import { type Failure, inUse, invalid, type Result, succeed, taken, together, type Usage } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, emailRule, orNull, type Rule, textRule, timeZoneRule } from "./rules.ts";

/** Who pays. */
export type Customer = RowBase & {
  /** The number that his own billing system knows him by; unique. */
  externalRef: string | null;
  name: string;
  email: string | null;
  /** IANA name; the days of his statements are counted in it. */
  timezone: string;
};

type CustomerFields = Omit<Customer, keyof RowBase>;
export type CustomerPatch = Partial<CustomerFields>;
/** Defaults: no reference, no e-mail, timezone UTC. */
export type CustomerInput = CustomerPatch & Pick<CustomerFields, "name">;

export type CustomerQuery = {
  /** `next` of the page before; null or absent = from the beginning. */
  cursor?: string | null;
  /** 1 to 500 */
  limit: number;
  externalRef?: string;
  /** Part of the name, e-mail or reference; case does not matter for ASCII letters. */
  text?: string;
};

/** A page of customers in the order of their names. */
export type CustomerPage = { rows: Customer[]; next: string | null };

type RawCustomer = RawBase & { external_ref: string | null; name: string; email: string | null; timezone: string };

const mapping: Mapping<Customer, RawCustomer> = {
  table: "customers",
  noun: "customer",
  prefix: "cus",
  columns: ["external_ref", "name", "email", "timezone"],
  read: (raw) => ({ externalRef: raw.external_ref, name: raw.name, email: raw.email, timezone: raw.timezone }),
  write: (customer) => [customer.externalRef, customer.name, customer.email, customer.timezone],
};

const rules = { externalRef: orNull(textRule(100)), name: textRule(200), email: orNull(emailRule), timezone: timeZoneRule };

const usedByText = `
  SELECT 'pool' AS kind, id, name FROM pools WHERE customer_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'profile', id, name FROM profiles WHERE customer_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'rig', id, name FROM rigs WHERE owner_customer_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'contract', id, ${contractNumberSql} FROM contracts WHERE customer_no = ?2 AND state <> 'ended'`;

const limitMax = 500;
const cursorPattern = /^(\d{1,15})\/(.{1,400})$/;

export class Customers {
  readonly namesakes: Namesakes;
  /** For fields that name a customer by id: null, or one that exists. */
  readonly rule: Rule = (value) => {
    if (value === null) return null;
    return typeof value === "string" && this.byId(value) !== null ? null : "names no customer";
  };
  readonly #rows: RowTable<Customer, RawCustomer>;
  readonly #byExternalRef: Statement<RawCustomer, SqlValue[]>;
  readonly #usedBy: Statement<Usage, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#rows = new RowTable(database, mapping);
    this.namesakes = namesakesIn(database, "customers");
    this.#byExternalRef = this.#rows.prepare("external_ref = ? AND removed_at_ms IS NULL");
    this.#usedBy = database.sql.prepare<Usage, SqlValue[]>(usedByText);
  }

  /** All customers that are not removed, oldest first. */
  all(): Customer[] {
    return this.#rows.all();
  }

  /** What to ask for the numbers of customers that were changed or removed since it was last asked. */
  edits(): () => number[] {
    return this.#rows.edits();
  }

  /** Finds removed customers too: contracts go on pointing at them. */
  byNo(no: number): Customer | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Customer | null {
    return this.#rows.byId(id);
  }

  byExternalRef(ref: string): Customer | null {
    return this.#rows.find(this.#byExternalRef, ref);
  }

  /** One page, ordered by name and row number, so that none is missed or shown twice while others come and go. */
  list({ cursor = null, limit, externalRef, text }: CustomerQuery): Result<CustomerPage> {
    const conditions = ["removed_at_ms IS NULL"];
    const values: SqlValue[] = [];
    if (externalRef !== undefined) {
      conditions.push("external_ref = ?");
      values.push(externalRef);
    }
    if (text !== undefined) {
      const pattern = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
      conditions.push("(name LIKE ? ESCAPE '\\' OR email LIKE ? ESCAPE '\\' OR external_ref LIKE ? ESCAPE '\\')");
      values.push(pattern, pattern, pattern);
    }
    if (cursor !== null) {
      const [, no, name] = cursorPattern.exec(cursor) ?? [];
      if (name === undefined || no === undefined) return invalid("cursor", "must be the cursor of a page before");
      conditions.push("(name, no) > (?, ?)");
      values.push(name, Number(no));
    }
    const count = Math.max(1, Math.min(limit, limitMax));
    const found = this.#rows.list(this.#rows.cached(`${conditions.join(" AND ")} ORDER BY name, no LIMIT ?`), ...values, count + 1);
    const last = found.length > count ? found[count - 1] : undefined;
    return succeed({ rows: found.slice(0, count), next: last === undefined ? null : `${last.no}/${last.name}` });
  }

  /** His pools, profiles and rigs, and the contracts that have not ended. */
  usedBy({ id, no }: Pick<Customer, "id" | "no">): Usage[] {
    return this.#usedBy.all(id, no);
  }

  create(input: CustomerInput): Result<Customer> {
    return this.#rows.database.transaction(() => {
      const fields = patched<CustomerFields>({ externalRef: null, name: "", email: null, timezone: "UTC" }, input);
      return this.#check(fields, null) ?? succeed(this.#rows.insert(fields));
    });
  }

  update(id: string, patch: CustomerPatch, expected: ExpectedVersion): Result<Customer> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched<Customer>(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** Refused while he has pools, profiles, rigs or a contract. His history stays. */
  remove(id: string, expected: ExpectedVersion): Result<Customer> {
    return this.#rows.remove(id, expected, (customer) => inUse(this.usedBy(customer)));
  }

  #check(customer: CustomerFields, current: Customer | null): Failure | null {
    const namesake = customer.externalRef === null ? null : this.byExternalRef(customer.externalRef);
    const isTaken = namesake !== null && namesake.no !== current?.no;
    return together<Failure>(checkFields(customer, rules), isTaken ? taken("externalRef", `is the reference of customer ${namesake.name}`) : null);
  }
}
