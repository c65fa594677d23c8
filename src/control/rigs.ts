import type { Statement } from "bun:sqlite";
import type { Allocations } from "./allocations.ts";
import { AssetCodes, assetCodePatternDefault } from "./asset-codes.ts";
import type { Customers } from "./customers.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Enrolment, Enrolments } from "./enrolments.ts";
import type { Events } from "./events.ts";
import type { Fleets } from "./fleets.ts";
import type { Profiles } from "./profiles.ts";
import type { Racks } from "./racks.ts";
import { inUse, type Result, succeed, type Usage } from "./result.ts";
import { RigChecks } from "./rig-checks.ts";
import { RigClaims } from "./rig-claims.ts";
import { type FoundNominal, RigFindings, type StatusChange } from "./rig-findings.ts";
import { RigIdentity } from "./rig-identity.ts";
import { listRigs, type RigPage, type RigQuery } from "./rig-list.ts";
import { RigNumbers } from "./rig-numbers.ts";
import { newRigFields, type RawRig, type Rig, type RigFields, type RigInput, type RigPatch, type RigStatus, rigMapping, rigStatuses } from "./rig-row.ts";
import { RigStanding, type Said } from "./rig-standing.ts";
import { type ExpectedVersion, patched, RowTable } from "./row-table.ts";
import { tidyMac } from "./rules.ts";
import type { Sites } from "./sites.ts";
import { type WorkerName, WorkerNames } from "./worker-names.ts";

/** `nominalHps`: sum over those that have come and have one; `unrated`: how many have none yet; `unseen`: how many of those that are offline never came. */
export type FleetCount = { fleetNo: number; status: RigStatus; count: number; nominalHps: number | null; unrated: number; unseen: number };
/** How many are drained or parked by somebody's word, and the names of a few. */
export type TakenOut = { count: number; names: string[] };
const takenOutNamed = 3;

type Parts = { customers: Customers; fleets: Fleets; profiles: Profiles; sites: Sites; racks: Racks; allocations: Allocations; events: Events };

export class Rigs {
  readonly #database: ControlDatabase;
  readonly #parts: Parts;
  readonly #rows: RowTable<Rig, RawRig>;
  readonly #allocations: Allocations;
  readonly #findings: RigFindings;
  readonly #numbers: RigNumbers;
  readonly #enrolments: Enrolments;
  readonly #names: WorkerNames;
  readonly #identity: RigIdentity;
  readonly #claims: RigClaims;
  readonly #codes: AssetCodes;
  readonly #checks: RigChecks;
  readonly #standing: RigStanding;
  readonly #byName: Statement<RawRig, SqlValue[]>;
  readonly #byContractPin: Statement<RawRig, SqlValue[]>;
  readonly #countByStatus: Statement<{ status: RigStatus; count: number }, SqlValue[]>;
  readonly #neverSeen: Statement<{ count: number }, SqlValue[]>;
  readonly #piece: Statement<RawRig, SqlValue[]>;
  readonly #ofNumbers: Statement<RawRig, SqlValue[]>;
  readonly #worst: Statement<RawRig, SqlValue[]>;
  readonly #takenOut: Record<"draining" | "parked", Statement<{ name: string; count: number }, SqlValue[]>>;
  readonly #unlisted: Statement<{ model: string; count: number }, SqlValue[]>;
  readonly #countByFleet: Statement<FleetCount, SqlValue[]>;
  readonly #numbersOfFleet: Statement<{ nos: string }, SqlValue[]>;
  readonly #numbersOfIds: Statement<{ no: number }, SqlValue[]>;
  readonly #exists: Statement<{ no: number }, SqlValue[]>;

  constructor(database: ControlDatabase, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#rows = new RowTable(database, rigMapping);
    this.#allocations = parts.allocations;
    this.#findings = new RigFindings(database, { events: parts.events, changed: (rigNos) => this.#rows.changed(rigNos) });
    this.#numbers = new RigNumbers(database);
    this.#enrolments = new Enrolments(this.#rows, { ...parts, numbers: this.#numbers });
    this.#names = new WorkerNames(database);
    this.#claims = new RigClaims(database);
    this.#codes = new AssetCodes(database);
    this.#standing = new RigStanding(this.#rows, parts.events);
    this.#identity = new RigIdentity({
      rows: this.#rows,
      names: this.#names,
      allocations: parts.allocations,
      refuseRemoval: (rig) => inUse(this.#claims.all(rig.no)),
    });
    this.#checks = new RigChecks({ ...parts, rows: this.#rows, identity: this.#identity, claims: this.#claims, codes: this.#codes });
    const { sql } = database;
    this.#byContractPin = this.#rows.prepare("pinned_contract_no = ? AND removed_at_ms IS NULL");
    this.#byName = this.#rows.prepare("fleet_no = ? AND name = ? AND removed_at_ms IS NULL");
    this.#countByStatus = sql.prepare("SELECT status, count(*) AS count FROM rigs WHERE removed_at_ms IS NULL GROUP BY status");
    this.#unlisted = sql.prepare(
      // Counted first: thousands of rigs are of a few models, and each is looked up in the catalogue once.
      `SELECT model, count FROM (
         SELECT model, count(*) AS count FROM rigs WHERE removed_at_ms IS NULL AND lifecycle <> 'retired' AND model IS NOT NULL GROUP BY model COLLATE NOCASE
       ) AS named
       WHERE NOT EXISTS (SELECT 1 FROM models WHERE models.name = named.model COLLATE NOCASE AND models.removed_at_ms IS NULL)
       ORDER BY 2 DESC, 1 LIMIT ?`,
    );
    this.#neverSeen = sql.prepare("SELECT count(*) AS count FROM rigs WHERE removed_at_ms IS NULL AND status = 'offline' AND first_seen_ms IS NULL");
    this.#countByFleet = sql.prepare(
      "SELECT fleet_no AS fleetNo, status, count(*) AS count, sum(nominal_hps) FILTER (WHERE NOT (status = 'offline' AND first_seen_ms IS NULL)) AS nominalHps, sum(nominal_hps IS NULL) AS unrated, sum(status = 'offline' AND first_seen_ms IS NULL) AS unseen FROM rigs WHERE removed_at_ms IS NULL AND lifecycle = 'active' GROUP BY 1, 2",
    );
    this.#piece = this.#rows.prepare("no > ? AND removed_at_ms IS NULL ORDER BY no LIMIT ?");
    this.#ofNumbers = this.#rows.prepare("no IN (SELECT value FROM json_each(?)) AND removed_at_ms IS NULL");
    this.#worst = this.#rows.prepare(
      `removed_at_ms IS NULL AND lifecycle = 'active' AND status IN ('rejecting', 'offline', 'degraded', 'flapping', 'quarantined') AND NOT (status = 'offline' AND first_seen_ms IS NULL)
       ORDER BY CASE status WHEN 'rejecting' THEN 0 WHEN 'offline' THEN 1 WHEN 'degraded' THEN 2 WHEN 'flapping' THEN 3 ELSE 4 END, status_since_ms DESC LIMIT ?`,
    );
    const takenOut = (decision: string) =>
      sql.prepare<{ name: string; count: number }, SqlValue[]>(
        `SELECT name, count(*) OVER () AS count FROM rigs WHERE ${decision} = 1 AND removed_at_ms IS NULL AND lifecycle = 'active' ORDER BY name LIMIT ${takenOutNamed}`,
      );
    this.#takenOut = { draining: takenOut("draining"), parked: takenOut("parked") };
    this.#numbersOfFleet = sql.prepare(
      `WITH own AS (SELECT no FROM rigs WHERE fleet_no = ? AND removed_at_ms IS NULL)
       SELECT json_group_array(no) AS nos FROM (SELECT no FROM own UNION ALL SELECT no FROM rigs WHERE merged_into_no IN (SELECT no FROM own))`,
    );
    this.#numbersOfIds = sql.prepare("SELECT no FROM rigs WHERE id IN (SELECT value FROM json_each(?)) AND removed_at_ms IS NULL");
    this.#exists = sql.prepare("SELECT no FROM rigs WHERE no = ? AND removed_at_ms IS NULL");
  }

  /** All rigs that are not removed, by number. */
  all(): Rig[] {
    return this.#rows.all();
  }

  /** The next of all rigs by number: `all` in pieces, so that whoever serves rigs need not stop for 28 ms. */
  piece(afterNo: number, limit: number): Rig[] {
    return this.#rows.list(this.#piece, afterNo, limit);
  }

  /** What to ask for the numbers of rigs that people changed or removed since it was last asked; what the hub notes itself is not among them. */
  edits(): () => number[] {
    return this.#rows.edits();
  }

  /** The same of all rigs that came, changed or went, be it by people or by the hub. */
  changes(): () => number[] {
    return this.#rows.changes();
  }

  /** Those of these numbers that are not removed. */
  ofNumbers(numbers: readonly number[]): Rig[] {
    return this.#rows.list(this.#ofNumbers, JSON.stringify(numbers));
  }

  /** How many rigs have each status; 0.6 ms for ten thousand, where `all` takes 28 ms. */
  countByStatus(): Record<RigStatus, number> {
    const counts = Object.fromEntries(rigStatuses.map((status) => [status, 0])) as Record<RigStatus, number>;
    for (const { status, count } of this.#countByStatus.all()) counts[status] = count;
    return counts;
  }

  /** Those of them that count as offline because they were entered and have not come yet: they are not down. */
  neverSeen(): number {
    return this.#neverSeen.get()?.count ?? 0;
  }

  /** Models that rigs name and the catalogue does not have, those of most rigs first: at most `limit`. */
  unlistedModels(limit: number): { model: string; count: number }[] {
    return this.#unlisted.all(limit);
  }

  /** The same by fleet, of rigs in use (lifecycle `active`) alone. */
  countByFleet(): FleetCount[] {
    return this.#countByFleet.all();
  }

  /** The worst of those in use whose status wants a look, those that changed last first: at most `limit`. */
  worst(limit: number): Rig[] {
    return this.#rows.list(this.#worst, limit);
  }

  /** Those in use that serve nobody because somebody said so. */
  takenOut(decision: "draining" | "parked"): TakenOut {
    const rows = this.#takenOut[decision].all();
    return { count: rows[0]?.count ?? 0, names: rows.map(({ name }) => name) };
  }

  /** Numbers of a fleet's rigs, in no order; 1.4 ms for ten thousand. */
  numbersOfFleet(fleetNo: number): number[] {
    return JSON.parse(this.#numbersOfFleet.get(fleetNo)?.nos ?? "[]");
  }

  /** Ids that are no rig's are left out. */
  numbersOfIds(ids: readonly string[]): number[] {
    return this.#numbersOfIds.all(JSON.stringify(ids)).map(({ no }) => no);
  }

  /** Finds removed rigs too: shares and allocations go on pointing at them. */
  byNo(no: number): Rig | null {
    return this.#rows.byNo(no);
  }

  /** Whether there is such a rig that is not removed. */
  exists(no: number): boolean {
    return this.#exists.get(no) !== null;
  }

  /** A page of rigs in the order of their names. */
  list(query: RigQuery): Result<RigPage> {
    return listRigs(this.#rows, query);
  }

  byId(id: string): Rig | null {
    return this.#rows.byId(id);
  }

  byName(fleetNo: number, name: string): Rig | null {
    return this.#rows.find(this.#byName, fleetNo, name);
  }

  byAssetCode(code: string): Rig | null {
    return this.#checks.byAssetCode(code);
  }

  /**
   * Rigs that nobody knew: each gets a row (`vetting`), an allocation to the house, and an event, all in one transaction. A name that
   * the fleet has already gives the rig that bears it. In the order of the batch.
   * @throws EnrolmentError for a name that `isRigName` refuses; the listener answers such a miner itself
   */
  enrol(batch: readonly Enrolment[]): Rig[] {
    return this.#enrolments.enrol(batch);
  }

  /** A rig that somebody enters before it connects; it begins `offline`, allocated to the house. `by`: `user:…` or `token:…`. */
  create(input: RigInput, by: string): Result<Rig> {
    return this.#database.transaction(() => {
      const fields = newRigFields(input, this.#database.now());
      const failure = this.#checks.check(fields, null);
      if (failure !== null) return failure;
      const rig = this.#rows.insert(fields, this.#numbers.next(fields.fleetNo));
      this.#allocations.assign([{ rigNo: rig.no, reason: { code: "entered", text: "entered before it connected" }, decidedBy: by }]);
      return succeed(rig);
    });
  }

  update(id: string, patch: RigPatch, expected: ExpectedVersion): Result<Rig> {
    return this.#rows.edit(id, expected, (current) => {
      const next = this.#laidOver(current, patch);
      const failure = this.#checks.check(next, current) ?? this.#checks.checkRest(next, current);
      if (failure !== null) return failure;
      this.#identity.keepNames(current, next);
      return succeed(next);
    });
  }

  /** Gives the rig the next asset code of its site's pattern; one that has a code keeps it. */
  giveAssetCode(id: string): Result<Rig> {
    return this.#rows.edit(id, null, (current) => {
      if (current.assetCode !== null) return succeed(current);
      const site = current.siteId === null ? null : this.#parts.sites.byId(current.siteId);
      const code = this.#codes.next(site?.assetCodePattern ?? assetCodePatternDefault, current.model);
      return code.ok ? succeed({ ...current, assetCode: code.value }) : code;
    });
  }

  /** What `create` or `update` would answer to these fields, with nothing written. */
  tryFields(id: string | null, input: RigPatch): Result<RigFields> {
    const current = id === null ? null : this.byId(id);
    const next: RigFields = current === null ? newRigFields({ name: "", fleetNo: 0, ...input }, this.#database.now()) : this.#laidOver(current, input);
    const failure = this.#checks.check(next, current) ?? (current === null ? null : this.#checks.checkRest(next, current));
    return failure ?? succeed(next);
  }

  #laidOver(current: Rig, patch: RigPatch): Rig {
    const next = patched(current, patch);
    if (patch.mac) next.mac = tidyMac(patch.mac);
    if (patch.nominalHps !== undefined && patch.nominalSource === undefined) next.nominalSource = patch.nominalHps === null ? null : "declared";
    return next;
  }

  /** Refused while it serves a contract, is asked for by one by name, or is pinned to one. Its history stays. */
  remove(id: string, expected: ExpectedVersion): Result<Rig> {
    return this.#rows.remove(id, expected, (rig) => {
      const refusal = inUse(this.#claims.all(rig.no));
      if (refusal !== null) return refusal;
      this.#allocations.end(rig.no);
      this.#names.dropAllOf(rig.no);
      return null;
    });
  }

  /** Takes back that a rig was entered: one that never came is removed with its asset code, so that the same machine can be entered again. */
  takeBack(id: string): Result<Rig> {
    return this.#database.transaction(() => {
      const gone = this.remove(id, null);
      if (gone.ok && gone.value.assetCode !== null && gone.value.firstSeenMs === null) this.#codes.free(gone.value.assetCode, gone.value.no);
      return gone;
    });
  }

  /** Quarantines the rig, releases it, or passes it out of vetting. */
  say(id: string, said: Said): Result<Rig> {
    return this.#standing.say(id, said);
  }

  /** Leads a further worker name of its fleet to the rig, so that a renamed worker makes no second rig. Claiming it again changes nothing. */
  claimWorker(id: string, name: string): Result<Rig> {
    return this.#identity.claim(id, name);
  }

  /** Takes a claimed worker name away again. */
  releaseWorker(id: string, name: string): Result<Rig> {
    return this.#identity.release(id, name);
  }

  /** Further worker names of all rigs; where a login's name is no rig's own, it may be among these. */
  aliases(): WorkerName[] {
    return this.#names.all();
  }

  /** Worker names of one rig beside its own name. */
  workerNames(no: number): string[] {
    return this.#names.ofRig(no).map(({ name }) => name);
  }

  /** Two rows that are one machine become one: `id` goes, `intoId` stays and is answered. Refused while the one that goes serves a contract. */
  merge(id: string, intoId: string): Result<Rig> {
    return this.#identity.merge(id, intoId);
  }

  /** The rig that the merged rig with this id became; null for any other id. */
  survivorOf(id: string): Rig | null {
    return this.#identity.survivorOf(id);
  }

  /** Numbers of merged rigs, each with that of the rig it became. */
  merged(): Map<number, number> {
    return this.#identity.merged();
  }

  /** All numbers under which a rig's shares and allocations stand, its own first. */
  numbersOf(no: number): number[] {
    return this.#identity.numbersOf(no);
  }

  /** Gives all rigs that are pinned to the contract back to the plan. */
  unpinFrom(contractNo: number): void {
    for (const rig of this.#rows.list(this.#byContractPin, contractNo)) this.#rows.write({ ...rig, pinnedContractNo: null });
  }

  /** The contracts that it serves now. */
  usedBy(no: number): Usage[] {
    return this.#claims.serving(no);
  }

  /** What the shares say now, see `RigFindings`. */
  setStatus(changes: readonly StatusChange[]): void {
    this.#findings.setStatus(changes);
  }

  /** When rigs were last connected; also notes the first time. */
  setSeen(list: readonly { rigNo: number; atMs: number }[]): void {
    this.#findings.setSeen(list);
  }

  /** Nominal hashrates that the hub found out itself; what somebody declared stays. */
  setNominal(list: readonly FoundNominal[]): void {
    this.#findings.setNominal(list);
  }
}
