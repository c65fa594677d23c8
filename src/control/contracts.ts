import type { Statement } from "bun:sqlite";
import { type ContractAct, type ContractEntry, ContractHistory } from "./contract-history.ts";
import { type ContractPage, type ContractQuery, listContracts } from "./contract-list.ts";
import { contractNumberSql } from "./contract-number.ts";
import { changedPromise, type PlaceSources, type PromiseAsk, type Promised, promiseOf } from "./contract-places.ts";
import {
  type Contract,
  type ContractFields,
  checkContractFields,
  contractMapping,
  type Place,
  priorityUsual,
  type RawContract,
  usualToleranceBp,
} from "./contract-row.ts";
import { type Sla, type SlaInput, slaAfter } from "./contract-sla.ts";
import { type ContractTurn, dueTurn, turned, turnText, turnVerbs } from "./contract-turns.ts";
import { renewed, resumed, stateAt, suspended, terminated } from "./contract-verbs.ts";
import type { Customer, Customers } from "./customers.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { Events } from "./events.ts";
import type { Fleet, Fleets, Method, Period } from "./fleets.ts";
import type { Profile, Profiles } from "./profiles.ts";
import { conflict, type Failure, failureOf, invalid, type Result, succeed, taken, together } from "./result.ts";
import type { Rigs } from "./rigs.ts";
import { type ExpectedVersion, inForce, patched, RowTable } from "./row-table.ts";

export type ContractParts = { customers: Customers; fleets: Fleets; profiles: Profiles; rigs: Rigs; events: Events };

type OptionalTerms = {
  toleranceBp?: number;
  priority?: number;
  sla?: SlaInput | null;
  allowShort?: boolean;
  sharesPerMinute?: number | null;
  period?: Period | null;
};
/** Defaults: tolerance of the method (1000 or 2000 bp), priority 5, begins now, open end, no SLA. `by`: `user:…` or `token:…`. */
export type ContractInput = OptionalTerms & {
  customerNo: number;
  fleetNo: number;
  method: Method;
  promise: PromiseAsk;
  profileNo: number;
  externalRef?: string | null;
  startsAtMs?: number;
  endsAtMs?: number | null;
  notes?: string;
  by: string;
};
/** What is no promise. */
export type ContractPatch = Partial<Pick<Contract, "externalRef" | "notes">>;
export type ContractChange = OptionalTerms & { promise?: PromiseAsk; profileNo?: number };

/** A rig that serves a contract, since when and why; `code` and `text` are the reason. */
export type ServingRig = { contractNo: number; rigNo: number; rigId: string; fraction: number; sinceMs: number; code: string; text: string };

/** After so long without an accepted share an event says so. */
const activationWaitMs = 10 * 60_000;

/** Customers' claims on a fleet. Whatever changes one is one transaction, checks the row it finds, and is kept in its history with who did it. */
export class Contracts {
  readonly #rows: RowTable<Contract, RawContract>;
  readonly #parts: ContractParts;
  readonly #changes: () => number[];
  #kept: readonly Contract[] | null = null;
  readonly #history: ContractHistory;
  readonly #open: Statement<RawContract, SqlValue[]>;
  readonly #due: Statement<RawContract, SqlValue[]>;
  readonly #late: Statement<RawContract, SqlValue[]>;
  readonly #told: Statement<unknown, SqlValue[]>;
  readonly #byExternalRef: Statement<RawContract, SqlValue[]>;
  readonly #turn: Statement<unknown, SqlValue[]>;
  readonly #clearPlaces: Statement<unknown, SqlValue[]>;
  readonly #addPlaces: Statement<unknown, SqlValue[]>;
  readonly #namedBy: Statement<{ number: string }, SqlValue[]>;
  readonly #nominalOfModel: Statement<{ hps: number }, SqlValue[]>;
  readonly #typicalRig: Statement<{ hps: number }, SqlValue[]>;
  readonly #rigsOf: Statement<ServingRig, SqlValue[]>;
  readonly #rigCounts: Statement<{ contractNo: number; rigs: number }, SqlValue[]>;
  readonly #promised: Statement<{ hps: number | null }, SqlValue[]>;

  constructor(database: ControlDatabase, parts: ContractParts) {
    this.#rows = new RowTable(database, contractMapping);
    this.#parts = parts;
    this.#changes = this.#rows.changes();
    this.#history = new ContractHistory(database);
    const { sql } = database;
    this.#open = this.#rows.prepare("state <> 'ended' ORDER BY no");
    this.#due = this.#rows.prepare(
      "state <> 'ended' AND (ends_at_ms <= ?1 OR terminates_at_ms <= ?1 OR (state = 'scheduled' AND starts_at_ms <= ?1)) ORDER BY no",
    );
    this.#late = this.#rows.prepare("state = 'activating' AND state_since_ms <= ? AND wait_told_of_ms IS NOT state_since_ms ORDER BY no");
    this.#told = sql.prepare("UPDATE contracts SET wait_told_of_ms = state_since_ms WHERE no = ?");
    this.#byExternalRef = this.#rows.prepare("external_ref = ?");
    this.#turn = sql.prepare(
      "UPDATE contracts SET state = ?, state_since_ms = ?, state_reason = ?, activated_at_ms = ?, terminates_at_ms = ?, terminate_reason = ?, ended_reason = ? WHERE no = ?",
    );
    this.#clearPlaces = sql.prepare("DELETE FROM contract_places WHERE contract_no = ?");
    this.#addPlaces = sql.prepare(
      "INSERT INTO contract_places (contract_no, no, rig_no, nominal_hps, model) SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?2)",
    );
    this.#namedBy = sql.prepare(
      `SELECT ${contractNumberSql} AS number FROM contract_places JOIN contracts ON contracts.no = contract_no WHERE rig_no = ? AND contract_no <> ? AND state <> 'ended'`,
    );
    this.#nominalOfModel = sql.prepare(middleNominalOf("fleet_no = ?1 AND model = ?2 COLLATE NOCASE"));
    this.#typicalRig = sql.prepare(middleNominalOf("fleet_no = ?1"));
    this.#rigsOf = sql.prepare(
      `SELECT contract_no AS contractNo, rig_no AS rigNo, rigs.id AS rigId, fraction, from_ms AS sinceMs, reason_code AS code, reason_text AS text
       FROM allocations JOIN rigs ON rigs.no = rig_no
       WHERE to_ms IS NULL AND contract_no IS NOT NULL AND contract_no IN (SELECT value FROM json_each(?)) ORDER BY contract_no, rig_no`,
    );
    this.#rigCounts = sql.prepare(
      "SELECT contract_no AS contractNo, count(*) AS rigs FROM allocations WHERE to_ms IS NULL AND contract_no IN (SELECT value FROM json_each(?)) GROUP BY contract_no",
    );
    this.#promised = sql.prepare("SELECT sum(promised_hps) AS hps FROM contracts WHERE state IN ('activating', 'active')");
  }

  /** All contracts that have not ended, oldest first: read again only when one of them changed. */
  all(): readonly Contract[] {
    // What a transaction has written may yet be taken back.
    if (this.#rows.database.sql.inTransaction) return this.#rows.list(this.#open);
    if (this.#changes().length > 0) this.#kept = null;
    this.#kept ??= this.#rows.list(this.#open);
    return this.#kept;
  }

  /** Finds ended ones too. */
  byNo(no: number): Contract | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Contract | null {
    return this.#rows.byId(id);
  }

  byExternalRef(ref: string): Contract | null {
    return this.#rows.find(this.#byExternalRef, ref);
  }

  list(query: ContractQuery): Result<ContractPage> {
    return listContracts(this.#rows, query);
  }

  /** Its changes, oldest first; the terms of each held until the next. */
  history(no: number): ContractEntry[] {
    return this.#history.of(no);
  }

  /** Those of several, contract by contract. */
  histories(contractNos: readonly number[]): ContractEntry[] {
    return this.#history.ofMany(contractNos);
  }

  /** The rigs that serve these contracts now, by contract and rig. */
  rigsOf(contractNos: readonly number[]): ServingRig[] {
    return this.#rigsOf.all(JSON.stringify(contractNos));
  }

  /** How many rigs serve each of these contracts now, by contract number; none where none does. */
  rigCounts(contractNos: readonly number[]): Map<number, number> {
    return new Map(this.#rigCounts.all(JSON.stringify(contractNos)).map(({ contractNo, rigs }) => [contractNo, rigs]));
  }

  /** Nominal hashrate of the fleet's middle rig, H/s; null where none has one. */
  typicalRigHps(fleetNo: number): number | null {
    return this.#typicalRig.get(fleetNo)?.hps ?? null;
  }

  /** Sum of what is promised now: of those that are active or about to be. */
  promisedHps(): number {
    return this.#promised.get()?.hps ?? 0;
  }

  create(input: ContractInput): Result<Contract> {
    return this.#rows.database.transaction(() => {
      const promised = promiseOf(input.method, input.promise, this.#sources(input, 0));
      const sla = slaAfter(input.sla, null);
      const fields = this.#newFields(input, promised.ok ? promised.value : standIn, sla.ok ? sla.value : null);
      const failure = together<Failure>(failureOf(promised), failureOf(sla), this.#check(fields, null), this.#checkTerm(fields));
      if (failure !== null) return failure;
      const contract = this.#rows.insert({ ...fields, number: "" }, null, (no) => this.#writePlaces(no, fields.places));
      this.#history.add(contract, { verb: "added", by: input.by });
      return succeed(contract);
    });
  }

  /** Changes what is no promise. */
  update(id: string, patch: ContractPatch, { expected, by }: { expected: ExpectedVersion; by: string }): Result<Contract> {
    return this.#edit(id, { verb: "edited", by, expected }, (current) => {
      const next = patched(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** Its rigs go to the house, and its clock stands still. One that is suspended stays as it is. */
  suspend(id: string, { reason, by }: { reason: string; by: string }): Result<Contract> {
    return this.#edit(id, { verb: "suspended", by, reason }, (current, nowMs) => suspended(current, reason, nowMs));
  }

  /** Goes on as it was before; one that is not suspended stays as it is. */
  resume(id: string, { by }: { by: string }): Result<Contract> {
    return this.#edit(id, { verb: "resumed", by }, resumed);
  }

  /** Another promise, tolerance, priority, profile or price from now on. */
  change(id: string, change: ContractChange, { by, expected = null }: { by: string; expected?: ExpectedVersion }): Result<Contract> {
    return this.#edit(id, { verb: "changed", by, expected }, (current) => this.#changed(current, change));
  }

  /** A later end (null = open); it takes back a termination that has not come yet. */
  renew(id: string, { endsAtMs, by }: { endsAtMs: number | null; by: string }): Result<Contract> {
    return this.#edit(id, { verb: "renewed", by }, (current, nowMs) => renewed(current, endsAtMs, nowMs));
  }

  /** Ends it now, or at `atMs` (milliseconds since 1970) where that is still to come. One that has ended stays as it is. */
  terminate(id: string, { atMs, reason, by }: { atMs: number | null; reason: string; by: string }): Result<Contract> {
    const isLater = atMs !== null && atMs > this.#rows.database.now();
    return this.#edit(id, { verb: isLater ? "cancelled" : "terminated", by, reason }, (current, nowMs) => terminated(current, { atMs, reason }, nowMs));
  }

  /**
   * What time or shares did, for many contracts in one transaction, each with an event. A turn that does not fit the state (somebody
   * suspended it meanwhile) is left out. Versions stay: nobody's edit goes stale by it. Gives the contracts that changed.
   */
  setState(turns: readonly ContractTurn[]): Contract[] {
    if (turns.length === 0) return [];
    return this.#rows.database.transaction(() => turns.flatMap((turn) => this.#turnOne(turn) ?? []));
  }

  /**
   * What is due by the clock: starts, ends, terminations; and the event `contract.activation-late` for one whose first accepted share
   * has been waited for ten minutes. To be called every few seconds; gives the contracts whose state changed.
   */
  settle(): Contract[] {
    const nowMs = this.#rows.database.now();
    const due = this.#rows.list(this.#due, nowMs);
    const late = this.#rows.list(this.#late, nowMs - activationWaitMs);
    if (due.length === 0 && late.length === 0) return [];
    return this.#rows.database.transaction(() => {
      for (const contract of late) this.#tellLate(contract);
      return this.setState(due.map((contract) => dueTurn(contract, nowMs)));
    });
  }

  #edit(id: string, act: ContractAct & { expected?: ExpectedVersion }, change: (current: Contract, nowMs: number) => Result<Contract>): Result<Contract> {
    const { database } = this.#rows;
    return database.transaction(() => {
      let before: Contract | null = null;
      const changed = (current: Contract) => {
        before = current;
        return change(current, database.now());
      };
      const edited = this.#rows.edit(id, act.expected ?? null, changed, (next) => {
        if (next.places !== before?.places) this.#writePlaces(next.no, next.places);
      });
      if (edited.ok && edited.value !== before) this.#keep(edited.value, act);
      return edited;
    });
  }

  /** Writes down what became of it; one that has ended holds no rig any more. */
  #keep(contract: Contract, act: ContractAct): void {
    this.#history.add(contract, act);
    if (contract.state === "ended") this.#parts.rigs.unpinFrom(contract.no);
  }

  #changed(current: Contract, change: ContractChange): Result<Contract> {
    if (current.state === "ended") return conflict("has ended; what has ended stays so");
    const asked = changedPromise(current.method, { ask: change.promise ?? {}, now: current }, this.#sources(current, current.no));
    const sla = slaAfter(change.sla, current.sla);
    const promised = asked.ok ? asked.value : current;
    const { toleranceBp, priority, profileNo, allowShort, sharesPerMinute, period } = change;
    const terms = {
      ...(toleranceBp !== undefined && { toleranceBp }),
      ...(priority !== undefined && { priority }),
      ...(profileNo !== undefined && { profileNo }),
      ...(allowShort !== undefined && { allowShort }),
      ...(sharesPerMinute !== undefined && { sharesPerMinute }),
      ...(period !== undefined && { period }),
    };
    const places = Bun.deepEquals(promised.places, current.places) ? current.places : promised.places;
    const next = { ...current, ...terms, promisedHps: promised.promisedHps, places, sla: sla.ok ? sla.value : current.sla };
    return together<Failure>(failureOf(asked), failureOf(sla), this.#check(next, current)) ?? succeed(next);
  }

  #newFields(input: ContractInput, { promisedHps, places }: Promised, sla: Sla | null): ContractFields {
    const nowMs = this.#rows.database.now();
    const { startsAtMs = nowMs } = input;
    return {
      externalRef: input.externalRef ?? null,
      customerNo: input.customerNo,
      fleetNo: input.fleetNo,
      method: input.method,
      promisedHps,
      places,
      toleranceBp: input.toleranceBp ?? usualToleranceBp(input.method),
      priority: input.priority ?? priorityUsual,
      sharesPerMinute: input.sharesPerMinute ?? null,
      period: input.period ?? null,
      profileNo: input.profileNo,
      startsAtMs,
      endsAtMs: input.endsAtMs ?? null,
      sla,
      allowShort: input.allowShort ?? false,
      notes: input.notes ?? "",
      state: stateAt({ startsAtMs, activatedAtMs: null }, nowMs),
      stateSinceMs: nowMs,
      stateReason: null,
      activatedAtMs: null,
      terminates: null,
      endedReason: null,
    };
  }

  #sources({ fleetNo, customerNo }: { fleetNo: number; customerNo: number }, contractNo: number): PlaceSources {
    return {
      fleetNo,
      customerId: this.#parts.customers.byNo(customerNo)?.id ?? "",
      rig: (no) => this.#parts.rigs.byNo(no),
      namedBy: (rigNo) => this.#namedBy.get(rigNo, contractNo)?.number ?? null,
      nominalOfModel: (model) => this.#nominalOfModel.get(fleetNo, model)?.hps ?? null,
    };
  }

  #check(contract: ContractFields, current: Contract | null): Failure | null {
    const namesake = contract.externalRef === null ? null : this.byExternalRef(contract.externalRef);
    const isTaken = namesake !== null && namesake.no !== current?.no;
    return together<Failure>(
      checkContractFields(contract),
      this.#checkOthers(contract),
      isTaken ? taken("externalRef", `is the reference of contract ${namesake.number}`) : null,
    );
  }

  #checkOthers({ customerNo, fleetNo, profileNo }: ContractFields): Failure | null {
    const { customers, fleets, profiles } = this.#parts;
    const customer = inForce(customers, customerNo);
    const fleet = inForce(fleets, fleetNo);
    const profile = inForce(profiles, profileNo);
    return together<Failure>(
      customer === null ? invalid("customerNo", "must name a customer that exists") : null,
      fleet === null ? invalid("fleetNo", "must name a fleet that exists") : null,
      profile === null ? invalid("profileNo", "must name a profile that exists") : this.#checkProfile(profile, { customer, fleet }),
    );
  }

  #checkProfile(profile: Profile, { customer, fleet }: { customer: Customer | null; fleet: Fleet | null }): Failure | null {
    if (fleet !== null && profile.algorithm !== fleet.algorithm)
      return invalid("profileNo", `must name a profile of ${fleet.algorithm} pools, as the fleet mines`);
    const claim = customer === null ? null : this.#parts.profiles.othersClaim(profile, customer.id);
    return claim === null ? null : invalid("profileNo", `must name a profile of his own or of nobody; ${profile.name} ${claim}`);
  }

  #checkTerm({ endsAtMs }: ContractFields): Failure | null {
    return endsAtMs !== null && endsAtMs <= this.#rows.database.now() ? invalid("endsAtMs", "must lie in the future") : null;
  }

  #turnOne({ contractNo, to, atMs = this.#rows.database.now() }: ContractTurn): Contract | null {
    const current = this.byNo(contractNo);
    const next = current === null ? null : turned(current, to, atMs);
    if (next === null) return null;
    const { state, stateSinceMs, stateReason, activatedAtMs, terminates, endedReason } = next;
    this.#turn.run(state, stateSinceMs, stateReason, activatedAtMs, terminates?.atMs ?? null, terminates?.reason ?? null, endedReason, contractNo);
    this.#rows.changed([contractNo]);
    const verb = turnVerbs[to];
    this.#keep(next, { verb, by: "hub", reason: stateReason, atMs: stateSinceMs });
    const data = { state, ...(endedReason !== null && { ended_reason: endedReason }) };
    this.#tell(next, { type: `contract.${verb}`, text: `contract ${next.number} ${turnText(next)}`, data });
    return next;
  }

  #tellLate(contract: Contract): void {
    this.#told.run(contract.no);
    this.#tell(contract, {
      type: "contract.activation-late",
      text: `contract ${contract.number} has waited for ten minutes for the first share that its pool accepts`,
      data: { since_ms: contract.stateSinceMs },
    });
  }

  #tell(contract: Contract, { type, text, data }: { type: string; text: string; data: Record<string, unknown> }): void {
    this.#parts.events.append({ type, subjectKind: "contract", subjectId: contract.id, text, data: { number: contract.number, ...data } });
  }

  #writePlaces(contractNo: number, places: readonly Place[]): void {
    this.#clearPlaces.run(contractNo);
    this.#addPlaces.run(contractNo, JSON.stringify(places.map(({ no, rigNo, nominalHps, model }) => [no, rigNo, nominalHps, model])));
  }
}

function middleNominalOf(condition: string): string {
  const rigs = `FROM rigs WHERE ${condition} AND nominal_hps > 0 AND removed_at_ms IS NULL`;
  return `SELECT nominal_hps AS hps ${rigs} ORDER BY nominal_hps LIMIT 1 OFFSET (SELECT count(*) / 2 ${rigs})`;
}

/** What stands for a promise that was refused, so that the other fields are held against their rules all the same. */
const standIn: Promised = Object.freeze({ promisedHps: 1, places: [] });
