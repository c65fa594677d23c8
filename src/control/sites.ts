import type { Statement } from "bun:sqlite";
import { assetCodePatternRule } from "./asset-codes.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, inUse, type Result, succeed, taken, together, type Usage } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, isSameName, orNull, type Rule, textRule, timeZoneRule } from "./rules.ts";

/** A place with rigs. Its time zone says what "Monday morning" means there. */
export type Site = RowBase & {
  name: string;
  timezone: string;
  /** What asset codes of rigs here look like; null = the default. */
  assetCodePattern: string | null;
};

type SiteFields = Omit<Site, keyof RowBase>;
export type SitePatch = Partial<SiteFields>;
/** Defaults: the time zone UTC, the usual asset codes. */
export type SiteInput = SitePatch & Pick<SiteFields, "name">;

type RawSite = RawBase & { name: string; timezone: string; asset_code_pattern: string | null };

const mapping: Mapping<Site, RawSite> = {
  table: "sites",
  noun: "site",
  prefix: "sit",
  columns: ["name", "timezone", "asset_code_pattern"],
  read: ({ name, timezone, asset_code_pattern }) => ({ name, timezone, assetCodePattern: asset_code_pattern }),
  write: ({ name, timezone, assetCodePattern }) => [name, timezone, assetCodePattern],
};

const rules = { name: textRule(100), timezone: timeZoneRule, assetCodePattern: orNull(assetCodePatternRule) };

const usedByText = `
  SELECT 'fleet' AS kind, id, name FROM fleets WHERE site_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'rig', id, name FROM rigs WHERE site_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'rack', id, name FROM racks WHERE site_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'maintenance', id, reason FROM maintenance WHERE subject ->> 'siteId' = ?1 AND to_ms > ?2 AND removed_at_ms IS NULL`;

export class Sites {
  readonly #rows: RowTable<Site, RawSite>;
  readonly #usedBy: Statement<Usage, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#rows = new RowTable(database, mapping);
    this.#usedBy = database.sql.prepare<Usage, SqlValue[]>(usedByText);
  }

  /** All sites that are not removed, oldest first. */
  all(): Site[] {
    return this.#rows.all();
  }

  byId(id: string): Site | null {
    return this.#rows.byId(id);
  }

  /** For fields that name a site or nobody. */
  readonly rule: Rule = (value) => (value === null || (typeof value === "string" && this.byId(value) !== null) ? null : "must name a site that exists");

  /** Its fleets, rigs and racks, and maintenance that is not over. */
  usedBy(id: string): Usage[] {
    return this.#usedBy.all(id, this.#rows.database.now());
  }

  create(input: SiteInput): Result<Site> {
    return this.#rows.database.transaction(() => {
      const fields = patched<SiteFields>({ name: "", timezone: "UTC", assetCodePattern: null }, input);
      return this.#check(fields, null) ?? succeed(this.#rows.insert(fields));
    });
  }

  update(id: string, patch: SitePatch, expected: ExpectedVersion): Result<Site> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** Refused while fleets, rigs or racks are there. */
  remove(id: string, expected: ExpectedVersion): Result<Site> {
    return this.#rows.remove(id, expected, (site) => inUse(this.usedBy(site.id)));
  }

  #check(site: SiteFields, current: Site | null): Failure | null {
    // A name that stays is not asked again: older hubs took two that differ in case.
    const isTaken = site.name !== current?.name && this.all().some(({ no, name }) => no !== current?.no && isSameName(name, site.name));
    return together<Failure>(checkFields(site, rules), isTaken ? taken("name", "is the name of another site") : null);
  }
}
