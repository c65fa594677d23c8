import type { Statement } from "bun:sqlite";
import type { Contract, ContractState } from "./contract-row.ts";
import { type Sla, slaOfText, slaText } from "./contract-sla.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { Period } from "./fleets.ts";

/** What people (or tokens) did; the last three are what time and shares did. */
export const contractVerbs = Object.freeze([
  "added",
  "edited",
  "changed",
  "suspended",
  "resumed",
  "renewed",
  "cancelled",
  "terminated",
  "started",
  "activated",
  "ended",
] as const);
export type ContractVerb = (typeof contractVerbs)[number];

/** What was in force from that moment on. */
export type ContractTerms = {
  state: ContractState;
  promisedHps: number;
  /** Places of a `miners` contract, else 0. */
  places: number;
  toleranceBp: number;
  /** null = as the fleet says; so was what came before there was a choice. */
  sharesPerMinute: number | null;
  period: Period | null;
  priority: number;
  profileNo: number;
  startsAtMs: number;
  endsAtMs: number | null;
  terminatesAtMs: number | null;
  sla: Sla | null;
};

export type ContractEntry = {
  no: number;
  contractNo: number;
  atMs: number;
  verb: ContractVerb;
  /** `user:…`, `token:…` or `hub`. */
  decidedBy: string;
  reason: string | null;
  terms: ContractTerms;
};

export type ContractAct = { verb: ContractVerb; by: string; reason?: string | null; atMs?: number };

type RawEntry = { no: number; contract_no: number; at_ms: number; verb: ContractVerb; decided_by: string; reason: string | null; terms: string };
type StoredTerms = Omit<ContractTerms, "sla"> & { sla: string | null };

/** Every change of every contract, in order, with the terms that followed. */
export class ContractHistory {
  readonly #database: ControlDatabase;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #ofMany: Statement<RawEntry, SqlValue[]>;
  readonly #of: Statement<RawEntry, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#insert = database.sql.prepare("INSERT INTO contract_history (contract_no, at_ms, verb, decided_by, reason, terms) VALUES (?, ?, ?, ?, ?, ?)");
    this.#of = database.sql.prepare("SELECT * FROM contract_history WHERE contract_no = ? ORDER BY no");
    this.#ofMany = database.sql.prepare("SELECT * FROM contract_history WHERE contract_no IN (SELECT value FROM json_each(?)) ORDER BY contract_no, no");
  }

  add(contract: Contract, { verb, by, reason = null, atMs = this.#database.now() }: ContractAct): void {
    this.#insert.run(contract.no, atMs, verb, by, reason, termsText(contract));
  }

  /** Oldest first; the terms of each hold until the next. */
  of(contractNo: number): ContractEntry[] {
    return this.#of.all(contractNo).map(entryOf);
  }

  /** Those of several contracts in one question, contract by contract. */
  ofMany(contractNos: readonly number[]): ContractEntry[] {
    return this.#ofMany.all(JSON.stringify(contractNos)).map(entryOf);
  }
}

function entryOf(raw: RawEntry): ContractEntry {
  const { no, verb, reason } = raw;
  return { no, contractNo: raw.contract_no, atMs: raw.at_ms, verb, decidedBy: raw.decided_by, reason, terms: termsOfText(raw.terms) };
}

function termsText(contract: Contract): string {
  const { state, promisedHps, toleranceBp, sharesPerMinute, period, priority, profileNo, startsAtMs, endsAtMs, sla } = contract;
  const stored: StoredTerms = {
    ...{ state, promisedHps, places: contract.places.length, toleranceBp, sharesPerMinute, period, priority, profileNo, startsAtMs, endsAtMs },
    terminatesAtMs: contract.terminates?.atMs ?? null,
    sla: sla === null ? null : slaText(sla),
  };
  return JSON.stringify(stored);
}

function termsOfText(text: string): ContractTerms {
  const stored = JSON.parse(text) as StoredTerms;
  return { ...{ sharesPerMinute: null, period: null }, ...stored, sla: stored.sla === null ? null : slaOfText(stored.sla) };
}
