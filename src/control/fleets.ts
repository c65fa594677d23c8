import type { Statement } from "bun:sqlite";
import { healthLimits } from "../health/health-settings.ts";
import { type AlgorithmName, algorithmNames } from "../work/algorithm.ts";
import { contractNumberSql } from "./contract-number.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { Profiles } from "./profiles.ts";
import { type Failure, inside, inUse, invalid, type Result, succeed, taken, together, type Usage } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, integerRule, isSameName, numberRule, oneOfRule, textRule } from "./rules.ts";
import type { Sites } from "./sites.ts";

export const methods = Object.freeze(["threshold", "miners"] as const);
export type Method = (typeof methods)[number];
export const periods = Object.freeze(["quick", "normal", "sure"] as const);
export type Period = (typeof periods)[number];

/** No automatic moves of rigs until then; pool failover goes on. */
export type Hold = { untilMs: number; reason: string };

/** The hold that is in force at a moment; one that is over stays in the row until the next. */
export const holdAt = ({ held }: Pick<Fleet, "held">, nowMs: number): Hold | null => (held !== null && held.untilMs > nowMs ? held : null);

/** One algorithm at one place. Fields in `Bp` are basis points (1/100 of a percent). */
export type Fleet = RowBase & {
  name: string;
  algorithm: AlgorithmName;
  siteId: string | null;
  /** Where rigs mine that no contract needs; null = not chosen yet. */
  houseProfileNo: number | null;
  method: Method;
  toleranceBp: number;
  /** Share of its rigs that may be down before people are woken. */
  alarmThresholdBp: number;
  reserveBp: number;
  /** What vardiff aims at, per rig. */
  sharesPerMinute: number;
  period: Period;
  /** Below this part of its nominal hashrate a rig counts as degraded. */
  degradedBelowBp: number;
  disconnectGraceS: number;
  held: Hold | null;
};

type FleetFields = Omit<Fleet, keyof RowBase>;
export type FleetPatch = Partial<FleetFields>;
/** Defaults: sha256d, threshold with 1000 bp (miners: 2000), alarm 3000, reserve 0, 12 shares per minute, normal, 8460, 15 s. */
export type FleetInput = FleetPatch & Pick<FleetFields, "name">;

type RawFleet = RawBase & {
  name: string;
  algorithm: AlgorithmName;
  site_id: string | null;
  house_profile_no: number | null;
  method: Method;
  tolerance_bp: number;
  alarm_threshold_bp: number;
  reserve_bp: number;
  shares_per_minute: number;
  period: Period;
  degraded_below_bp: number;
  disconnect_grace_s: number;
  held_until_ms: number | null;
  held_reason: string | null;
};

const mapping: Mapping<Fleet, RawFleet> = {
  table: "fleets",
  noun: "fleet",
  prefix: "flt",
  columns: [
    ...["name", "algorithm", "site_id", "house_profile_no", "method", "tolerance_bp", "alarm_threshold_bp", "reserve_bp"],
    ...["shares_per_minute", "period", "degraded_below_bp", "disconnect_grace_s", "held_until_ms", "held_reason"],
  ],
  read: (raw) => ({
    name: raw.name,
    algorithm: raw.algorithm,
    siteId: raw.site_id,
    houseProfileNo: raw.house_profile_no,
    method: raw.method,
    toleranceBp: raw.tolerance_bp,
    alarmThresholdBp: raw.alarm_threshold_bp,
    reserveBp: raw.reserve_bp,
    sharesPerMinute: raw.shares_per_minute,
    period: raw.period,
    degradedBelowBp: raw.degraded_below_bp,
    disconnectGraceS: raw.disconnect_grace_s,
    held: raw.held_until_ms === null || raw.held_reason === null ? null : { untilMs: raw.held_until_ms, reason: raw.held_reason },
  }),
  write: (fleet) => [
    ...[fleet.name, fleet.algorithm, fleet.siteId, fleet.houseProfileNo, fleet.method, fleet.toleranceBp, fleet.alarmThresholdBp, fleet.reserveBp],
    ...[fleet.sharesPerMinute, fleet.period, fleet.degradedBelowBp, fleet.disconnectGraceS, fleet.held?.untilMs ?? null, fleet.held?.reason ?? null],
  ],
};

/** Latest time that a JavaScript date can hold. */
const timeMsMax = 8_640_000_000_000_000;

const rules = {
  name: textRule(100),
  algorithm: oneOfRule(algorithmNames),
  method: oneOfRule(methods),
  toleranceBp: integerRule(100, 5_000),
  alarmThresholdBp: integerRule(1, 10_000),
  reserveBp: integerRule(0, 10_000),
  sharesPerMinute: numberRule(1, 120),
  period: oneOfRule(periods),
  // The severe detector looks for 45 % of nominal, so a "degraded" line at or below it would never be the first to speak.
  degradedBelowBp: integerRule(healthLimits.degradedBelowBpMin, healthLimits.degradedBelowBpMax),
  disconnectGraceS: integerRule(0, 3_600),
};
const holdRules = { untilMs: integerRule(0, timeMsMax), reason: textRule(500) };

const usedByText = `
  SELECT 'rig' AS kind, id, name FROM rigs WHERE fleet_no = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'listener', id, bind FROM listeners WHERE fleet_no = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'contract', id, ${contractNumberSql} FROM contracts WHERE fleet_no = ?1 AND state <> 'ended'

  UNION ALL SELECT 'maintenance', id, reason FROM maintenance WHERE subject ->> 'fleetNo' = ?1 AND to_ms > ?2 AND removed_at_ms IS NULL`;

export class Fleets {
  readonly #rows: RowTable<Fleet, RawFleet>;
  readonly #profiles: Profiles;
  readonly #sites: Sites;
  readonly #byName: Statement<RawFleet, SqlValue[]>;
  readonly #usedBy: Statement<Usage, SqlValue[]>;

  constructor(database: ControlDatabase, { profiles, sites }: { profiles: Profiles; sites: Sites }) {
    this.#rows = new RowTable(database, mapping);
    this.#profiles = profiles;
    this.#sites = sites;
    this.#byName = this.#rows.prepare("name = ? AND removed_at_ms IS NULL");
    this.#usedBy = database.sql.prepare<Usage, SqlValue[]>(usedByText);
  }

  /** All fleets that are not removed, oldest first. */
  all(): Fleet[] {
    return this.#rows.all();
  }

  byNo(no: number): Fleet | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Fleet | null {
    return this.#rows.byId(id);
  }

  byName(name: string): Fleet | null {
    return this.#rows.find(this.#byName, name);
  }

  /** Its rigs, its listeners, its contracts that have not ended, and maintenance that is not over. */
  usedBy(no: number): Usage[] {
    return this.#usedBy.all(no, this.#rows.database.now());
  }

  /** The fleet `main` of the first start; any other one if the operator renamed it. */
  ensureMain(): Fleet {
    return this.#rows.database.transaction(() => {
      const existing = this.byName("main") ?? this.all()[0];
      if (existing !== undefined) return existing;
      const created = this.create({ name: "main" });
      if (!created.ok) throw new Error(`fleet main: ${created.rule}`);
      return created.value;
    });
  }

  create(input: FleetInput): Result<Fleet> {
    const defaults: FleetFields = {
      name: "",
      algorithm: "sha256d",
      siteId: null,
      houseProfileNo: null,
      method: "threshold",
      toleranceBp: input.method === "miners" ? 2_000 : 1_000,
      alarmThresholdBp: 3_000,
      reserveBp: 0,
      sharesPerMinute: 12,
      period: "normal",
      degradedBelowBp: 8_460,
      disconnectGraceS: 15,
      held: null,
    };
    return this.#rows.database.transaction(() => {
      const fields = patched(defaults, input);
      return this.#check(fields, null) ?? succeed(this.#rows.insert(fields));
    });
  }

  update(id: string, patch: FleetPatch, expected: ExpectedVersion): Result<Fleet> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /**
   * Stops automatic moves of rigs until then (milliseconds since 1970, after now); pool failover goes on. Null lets them go on at once.
   * Being held so already, or not at all, changes nothing.
   */
  hold(id: string, held: Hold | null): Result<Fleet> {
    if (held === null || held.untilMs > this.#rows.database.now()) return this.update(id, { held }, null);
    const over = invalid("held.untilMs", "must lie in the future");
    return together<Failure>(over, inside("held", checkFields(held, holdRules))) ?? over;
  }

  /** Refused while it has rigs, listeners or contracts. */
  remove(id: string, expected: ExpectedVersion): Result<Fleet> {
    return this.#rows.remove(id, expected, (fleet) => inUse(this.usedBy(fleet.no)));
  }

  #check(fleet: FleetFields, current: Fleet | null): Failure | null {
    // A name that stays is not asked again: older hubs took two that differ in case.
    const isTaken = fleet.name !== current?.name && this.all().some(({ no, name }) => no !== current?.no && isSameName(name, fleet.name));
    return together<Failure>(
      checkFields(fleet, rules),
      checkFields(fleet, { siteId: this.#sites.rule }),
      inside("held", fleet.held === null ? null : checkFields(fleet.held, holdRules)),
      isTaken ? taken("name", "is the name of another fleet") : null,
      this.#checkAlgorithm(fleet, current),
      this.#checkHouse(fleet, current),
    );
  }

  #checkAlgorithm({ algorithm }: FleetFields, current: Fleet | null): Failure | null {
    if (current === null || current.algorithm === algorithm) return null;
    const isUsed = this.usedBy(current.no).some(({ kind }) => kind !== "maintenance");
    return isUsed ? invalid("algorithm", "cannot change while the fleet has rigs, listeners or contracts") : null;
  }

  #checkHouse(fleet: FleetFields, current: Fleet | null): Failure | null {
    if (fleet.houseProfileNo === null) return null;
    const profile = this.#profiles.all().find(({ no }) => no === fleet.houseProfileNo);
    if (profile === undefined) return invalid("houseProfileNo", "must name a profile that exists");
    if (profile.algorithm !== fleet.algorithm) return invalid("houseProfileNo", `must name a profile of ${fleet.algorithm} pools`);
    const claim = current?.houseProfileNo === fleet.houseProfileNo ? null : this.#profiles.othersClaim(profile, null);
    return claim === null ? null : invalid("houseProfileNo", `must name a profile of the house; ${profile.name} ${claim}`);
  }
}
