import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** `stand-in`: a house rig in the place of one that failed. `lent`: one customer's rig for another's contract. */
export type LoanKind = "stand-in" | "lent";

/** A rig that serves a contract for somebody else's sake: an allocation, seen by who lends and who borrows. */
export type Loan = {
  /** Number and id of the allocation. */
  no: number;
  id: string;
  kind: LoanKind;
  rigNo: number;
  /** Whose rig it was when the allocation began; null = the house's. */
  ownerCustomerId: string | null;
  contractNo: number;
  /** Whose contract it is. */
  borrowerCustomerId: string;
  fraction: number;
  fromMs: number;
  /** null = it goes on. */
  toMs: number | null;
  reason: { code: string; text: string };
};

export type LoanQuery = { fromMs: number; toMs: number; afterNo: number; limit: number };

type RawLoan = {
  no: number;
  id: string;
  rig_no: number;
  owner: string | null;
  contract_no: number;
  borrower: string;
  fraction: number;
  from_ms: number;
  to_ms: number | null;
  reason_code: string;
  reason_text: string;
};

const loanOf = (raw: RawLoan): Loan => ({
  no: raw.no,
  id: raw.id,
  kind: raw.owner === null ? "stand-in" : "lent",
  rigNo: raw.rig_no,
  ownerCustomerId: raw.owner,
  contractNo: raw.contract_no,
  borrowerCustomerId: raw.borrower,
  fraction: raw.fraction,
  fromMs: raw.from_ms,
  toMs: raw.to_ms,
  reason: { code: raw.reason_code, text: raw.reason_text },
});

/** What the planner calls an allocation that stands in for another rig's. */
const standInCode = "replaces";

/** Who lent what to whom. Every loan is an allocation, and those are kept, each with whose rig it was when it began. */
export class Loans {
  readonly #range: Statement<RawLoan, SqlValue[]>;

  constructor({ sql }: ControlDatabase) {
    this.#range = sql.prepare(
      `SELECT held.no, held.id, rig_no, held.owner_customer_id AS owner, contract_no, customers.id AS borrower, fraction, from_ms, to_ms, reason_code, reason_text
       FROM allocations AS held JOIN contracts ON contracts.no = contract_no JOIN customers ON customers.no = customer_no
       WHERE to_ms IS NOT from_ms AND from_ms < ?2 AND (to_ms IS NULL OR to_ms > ?1) AND held.no > ?3
         AND CASE WHEN held.owner_customer_id IS NULL THEN reason_code = '${standInCode}' ELSE held.owner_customer_id <> customers.id END
       ORDER BY held.no LIMIT ?4`,
    );
  }

  /** Loans in force at any moment of [fromMs, toMs), in the order in which they were decided, after the one with the number `afterNo`. */
  range({ fromMs, toMs, afterNo, limit }: LoanQuery): Loan[] {
    return this.#range.all(fromMs, toMs, afterNo, limit).map(loanOf);
  }
}
