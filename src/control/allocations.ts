import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { newId } from "./ids.ts";
import { invalid, type Result, succeed } from "./result.ts";

export type Reason = { code: string; text: string };

/** Rig R serves contract K (or the house) from t1 to t2, and why. Half-open: at `toMs` the next one is in force. */
export type Allocation = {
  no: number;
  id: string;
  rigNo: number;
  /** null = the house. */
  contractNo: number | null;
  /** Part of the rig, above 0, at most 1. */
  fraction: number;
  /** null = the house profile of the rig's fleet. */
  profileNo: number | null;
  fromMs: number;
  /** null = in force. */
  toMs: number | null;
  reason: Reason;
  /** `planner`, `user:…`, `token:…` or `restart`. */
  decidedBy: string;
};

/** Defaults: contractNo null (house), profileNo null (its fleet's house), fraction 1. */
export type Assignment = Pick<Allocation, "rigNo" | "reason" | "decidedBy"> & Partial<Pick<Allocation, "contractNo" | "profileNo" | "fraction">>;

export type AllocationQuery = {
  /** Those in force at any moment of [fromMs, toMs). */
  fromMs: number;
  toMs: number;
  /** A rig and those that were merged into it. */
  rigNos?: readonly number[];
  contractNo?: number;
  /** `next` of the page before. */
  cursor?: string | null;
  /** 1 to 500 */
  limit: number;
};

export type AllocationPage = { rows: Allocation[]; next: string | null };

export type RigsBetween = { fromMs: number; toMs: number; afterRigNo: number; limit: number; contractNo?: number | null };

type RawAllocation = {
  no: number;
  id: string;
  rig_no: number;
  contract_no: number | null;
  fraction: number;
  profile_no: number | null;
  from_ms: number;
  to_ms: number | null;
  reason_code: string;
  reason_text: string;
  decided_by: string;
};

const limitMax = 500;

const allocationOf = (raw: RawAllocation): Allocation => ({
  no: raw.no,
  id: raw.id,
  rigNo: raw.rig_no,
  contractNo: raw.contract_no,
  fraction: raw.fraction,
  profileNo: raw.profile_no,
  fromMs: raw.from_ms,
  toMs: raw.to_ms,
  reason: { code: raw.reason_code, text: raw.reason_text },
  decidedBy: raw.decided_by,
});

/** The durable history of who served whom. A rig that is not removed has exactly one allocation in force, at every moment since it enrolled. */
export class Allocations {
  readonly #database: ControlDatabase;
  readonly #insert: Statement<{ no: number; rig_no: number }, SqlValue[]>;
  readonly #close: Statement<unknown, SqlValue[]>;
  readonly #closeAll: Statement<unknown, SqlValue[]>;
  readonly #openOfAll: Statement<RawAllocation, SqlValue[]>;
  readonly #openOf: Statement<RawAllocation, SqlValue[]>;
  readonly #open: Statement<RawAllocation, SqlValue[]>;
  readonly #at: Statement<RawAllocation, SqlValue[]>;
  readonly #range: Statement<RawAllocation, SqlValue[]>;
  readonly #rangeOfRigs: Statement<RawAllocation, SqlValue[]>;
  readonly #rangeOfContract: Statement<RawAllocation, SqlValue[]>;
  readonly #latestOfRigs: Statement<RawAllocation, SqlValue[]>;
  readonly #latestOfContract: Statement<RawAllocation, SqlValue[]>;
  readonly #ofRigs: Statement<RawAllocation, SqlValue[]>;
  readonly #rigsBetween: Statement<{ rig_no: number }, SqlValue[]>;
  readonly #rigsOfContractBetween: Statement<{ rig_no: number }, SqlValue[]>;
  readonly #replacements: Statement<{ rows: number }, SqlValue[]>;
  readonly #pageAt: Statement<RawAllocation, SqlValue[]>;
  readonly #pageAtOfContract: Statement<RawAllocation, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    // Lists go in as one JSON text: half the time of a statement per row, and a thousand rigs may move in one turn.
    this.#insert = sql.prepare(
      `INSERT INTO allocations (id, rig_no, contract_no, fraction, profile_no, from_ms, reason_code, reason_text, decided_by, owner_customer_id)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
         (SELECT owner_customer_id FROM rigs WHERE no = value ->> 1) FROM json_each(?)
       RETURNING no, rig_no`,
    );
    this.#close = sql.prepare("UPDATE allocations SET to_ms = ? WHERE no = ?");
    this.#closeAll = sql.prepare("UPDATE allocations SET to_ms = max(?1, from_ms) WHERE no IN (SELECT value FROM json_each(?2))");
    this.#openOfAll = sql.prepare("SELECT * FROM allocations WHERE to_ms IS NULL AND rig_no IN (SELECT value FROM json_each(?))");
    this.#openOf = sql.prepare("SELECT * FROM allocations WHERE rig_no = ? AND to_ms IS NULL");
    this.#open = sql.prepare("SELECT * FROM allocations WHERE to_ms IS NULL ORDER BY no");
    this.#at = sql.prepare("SELECT * FROM allocations WHERE from_ms <= ?1 AND (to_ms IS NULL OR to_ms > ?1) ORDER BY rig_no");
    const range = "to_ms IS NOT from_ms AND from_ms < ?1 AND (to_ms IS NULL OR to_ms > ?2) AND no > ?3 ORDER BY no LIMIT ?4";
    this.#range = sql.prepare(`SELECT * FROM allocations WHERE ${range}`);
    this.#rangeOfRigs = sql.prepare(
      `SELECT * FROM allocations WHERE rig_no IN (SELECT value FROM json_each(?5)) AND (?6 IS NULL OR contract_no = ?6) AND ${range}`,
    );
    this.#rangeOfContract = sql.prepare(`SELECT * FROM allocations WHERE contract_no = ?5 AND ${range}`);
    const latest = "to_ms IS NOT from_ms ORDER BY from_ms DESC, no DESC LIMIT ?2";
    this.#latestOfRigs = sql.prepare(`SELECT * FROM allocations WHERE rig_no IN (SELECT value FROM json_each(?1)) AND ${latest}`);
    this.#latestOfContract = sql.prepare(`SELECT * FROM allocations WHERE contract_no = ?1 AND ${latest}`);
    const within = "to_ms IS NOT from_ms AND from_ms < ?1 AND (to_ms IS NULL OR to_ms > ?2)";
    this.#ofRigs = sql.prepare(
      `SELECT * FROM allocations WHERE rig_no IN (SELECT value FROM json_each(?3)) AND ${within} ORDER BY rig_no, from_ms, no LIMIT ?4`,
    );
    this.#rigsBetween = sql.prepare(
      `SELECT DISTINCT rig_no FROM allocations INDEXED BY allocations_by_rig WHERE rig_no > ?3 AND ${within}
       AND NOT EXISTS (SELECT 1 FROM rigs WHERE no = rig_no AND status = 'offline' AND first_seen_ms IS NULL) ORDER BY rig_no LIMIT ?4`,
    );
    this.#rigsOfContractBetween = sql.prepare(
      `SELECT DISTINCT rig_no FROM allocations WHERE contract_no = ?5 AND rig_no > ?3 AND ${within} ORDER BY rig_no LIMIT ?4`,
    );
    this.#replacements = sql.prepare(
      "SELECT count(*) AS rows FROM allocations WHERE contract_no = ?1 AND from_ms >= ?2 AND to_ms IS NOT from_ms AND reason_code = 'replaces'",
    );
    // Walked in the order of (rig, from), so that a page ends after its own rigs, however long the history is.
    this.#pageAt = sql.prepare(
      `SELECT * FROM allocations INDEXED BY allocations_by_rig WHERE rig_no > ?2 AND from_ms <= ?1 AND (to_ms IS NULL OR to_ms > ?1)
       ORDER BY rig_no LIMIT ?3`,
    );
    this.#pageAtOfContract = sql.prepare(
      `SELECT * FROM allocations WHERE contract_no = ?4 AND rig_no > ?2 AND from_ms <= ?1 AND (to_ms IS NULL OR to_ms > ?1) ORDER BY rig_no LIMIT ?3`,
    );
  }

  /**
   * Gives rigs to contracts or the house, all or none, and returns what is in force for each, in the order of the list. A rig that is
   * there already keeps its row. Should the clock have been set back, the new row begins where the old one did.
   * @throws when a rig or profile does not exist: that is for the caller to know
   */
  assign(list: readonly Assignment[]): Allocation[] {
    return this.#database.transaction(() => {
      const settled = new Map<Assignment, Allocation>();
      // A list may name a rig twice; each round takes a rig once, so the later entry finds the earlier one in force.
      for (let waiting = [...list]; waiting.length > 0; ) {
        const round = new Map<number, Assignment>();
        for (const assignment of waiting) if (!round.has(assignment.rigNo)) round.set(assignment.rigNo, assignment);
        this.#assignRound(round, settled);
        waiting = waiting.filter((assignment) => !settled.has(assignment));
      }
      return list.flatMap((assignment) => settled.get(assignment) ?? []);
    });
  }

  /** Ends a removed rig's allocation; what comes after is nobody's. */
  end(rigNo: number): void {
    const open = this.openOf(rigNo);
    if (open !== null) this.#close.run(Math.max(this.#database.now(), open.fromMs), open.no);
  }

  /** What is in force for one rig; null only for a rig that does not exist any more. */
  openOf(rigNo: number): Allocation | null {
    const raw = this.#openOf.get(rigNo);
    return raw === null ? null : allocationOf(raw);
  }

  /** What is in force for every rig. */
  open(): Allocation[] {
    return this.#open.all().map(allocationOf);
  }

  /** Who had which rig at that moment, ordered by rig. */
  at(atMs: number): Allocation[] {
    return this.#at.all(atMs).map(allocationOf);
  }

  /** One page of `at`: rigs after `afterRigNo`, of one contract only where one is named. */
  pageAt({ atMs, afterRigNo, limit, contractNo = null }: { atMs: number; afterRigNo: number; limit: number; contractNo?: number | null }): Allocation[] {
    const asked = [atMs, afterRigNo, Math.min(limit, limitMax)];
    return (contractNo === null ? this.#pageAt.all(...asked) : this.#pageAtOfContract.all(...asked, contractNo)).map(allocationOf);
  }

  /** The last ones of a rig, newest first; what never was in force is left out. */
  latestOfRigs(rigNos: readonly number[], limit: number): Allocation[] {
    return this.#latestOfRigs.all(JSON.stringify(rigNos), Math.min(limit, limitMax)).map(allocationOf);
  }

  /** The last ones of a contract, newest first. */
  latestOfContract(contractNo: number, limit: number): Allocation[] {
    return this.#latestOfContract.all(contractNo, Math.min(limit, limitMax)).map(allocationOf);
  }

  /** How often a rig stepped in for another of the contract since `fromMs`, whether it still serves or not. */
  replacementsSince(contractNo: number, fromMs: number): number {
    return this.#replacements.get(contractNo, fromMs)?.rows ?? 0;
  }

  /** Whom these rigs served in [fromMs, toMs), rig by rig, oldest first; at most `limit` rows. */
  ofRigs(rigNos: readonly number[], { fromMs, toMs, limit }: { fromMs: number; toMs: number; limit: number }): Allocation[] {
    return this.#ofRigs.all(toMs, fromMs, JSON.stringify(rigNos), limit).map(allocationOf);
  }

  /** Numbers of rigs after `afterRigNo` that served anybody (or this contract) in [fromMs, toMs), rising; one that has never come has served nobody. */
  rigsBetween({ fromMs, toMs, afterRigNo, limit, contractNo = null }: RigsBetween): number[] {
    const asked = [toMs, fromMs, afterRigNo, Math.min(limit, limitMax)];
    const rows = contractNo === null ? this.#rigsBetween.all(...asked) : this.#rigsOfContractBetween.all(...asked, contractNo);
    return rows.map(({ rig_no }) => rig_no);
  }

  /** The history of a range, in the order in which it was decided. */
  range({ fromMs, toMs, rigNos, contractNo, cursor, limit }: AllocationQuery): Result<AllocationPage> {
    const afterNo = Number(cursor ?? 0);
    if (!Number.isSafeInteger(afterNo) || afterNo < 0) return invalid("cursor", "must be the cursor of a page before");
    const count = Math.max(1, Math.min(limit, limitMax));
    const window = [toMs, fromMs, afterNo, count + 1];
    const rows = this.#rowsOf(window, rigNos, contractNo).map(allocationOf);
    const last = rows.length > count ? rows[count - 1] : undefined;
    return succeed({ rows: rows.slice(0, count), next: last === undefined ? null : String(last.no) });
  }

  #rowsOf(window: number[], rigNos: readonly number[] | undefined, contractNo: number | undefined): RawAllocation[] {
    if (rigNos !== undefined) return this.#rangeOfRigs.all(...window, JSON.stringify(rigNos), contractNo ?? null);
    return contractNo === undefined ? this.#range.all(...window) : this.#rangeOfContract.all(...window, contractNo);
  }

  #assignRound(round: Map<number, Assignment>, settled: Map<Assignment, Allocation>): void {
    const nowMs = this.#database.now();
    const opens = new Map(this.#openOfAll.all(JSON.stringify([...round.keys()])).map((raw) => [raw.rig_no, allocationOf(raw)]));
    const next: Allocation[] = [];
    for (const [rigNo, assignment] of round) {
      const { contractNo = null, profileNo = null, fraction = 1, reason, decidedBy } = assignment;
      const open = opens.get(rigNo);
      const isThere = open !== undefined && open.contractNo === contractNo && open.profileNo === profileNo && open.fraction === fraction;
      const fromMs = Math.max(nowMs, open?.fromMs ?? nowMs);
      const fresh: Allocation = { no: 0, id: newId("alc", fromMs), rigNo, contractNo, fraction, profileNo, fromMs, toMs: null, reason, decidedBy };
      settled.set(assignment, isThere ? open : fresh);
      if (isThere) opens.delete(rigNo);
      else next.push(fresh);
    }
    this.#closeAll.run(nowMs, JSON.stringify([...opens.values()].map(({ no }) => no)));
    this.#insertAll(next);
  }

  #insertAll(next: Allocation[]): void {
    const rows = next.map((row) => [
      row.id,
      row.rigNo,
      row.contractNo,
      row.fraction,
      row.profileNo,
      row.fromMs,
      row.reason.code,
      row.reason.text,
      row.decidedBy,
    ]);
    const nos = new Map(this.#insert.all(JSON.stringify(rows)).map(({ no, rig_no }) => [rig_no, no]));
    for (const row of next) row.no = nos.get(row.rigNo) ?? 0;
  }
}
