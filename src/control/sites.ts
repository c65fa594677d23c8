import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, inUse, type Result, succeed, taken, type Usage } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, type Rule, textRule, timeZoneRule } from "./rules.ts";

/** A place with rigs. Its time zone says what "Monday morning" means there. */
export type Site = RowBase & { name: string; timezone: string };

type SiteFields = Omit<Site, keyof RowBase>;
export type SitePatch = Partial<SiteFields>;
/** Default: the time zone UTC. */
export type SiteInput = SitePatch & Pick<SiteFields, "name">;

type RawSite = RawBase & { name: string; timezone: string };

const mapping: Mapping<Site, RawSite> = {
  table: "sites",
  noun: "site",
  prefix: "sit",
  columns: ["name", "timezone"],
  read: ({ name, timezone }) => ({ name, timezone }),
  write: ({ name, timezone }) => [name, timezone],
};

const rules = { name: textRule(100), timezone: timeZoneRule };

const usedByText = `
  SELECT 'fleet' AS kind, id, name FROM fleets WHERE site_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'rig', id, name FROM rigs WHERE site_id = ?1 AND removed_at_ms IS NULL
  UNION ALL SELECT 'maintenance', id, reason FROM maintenance WHERE subject ->> 'siteId' = ?1 AND to_ms > ?2 AND removed_at_ms IS NULL`;

export class Sites {
  readonly #rows: RowTable<Site, RawSite>;
  readonly #byName: Statement<RawSite, SqlValue[]>;
  readonly #usedBy: Statement<Usage, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#rows = new RowTable(database, mapping);
    this.#byName = this.#rows.prepare("name = ? AND removed_at_ms IS NULL");
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

  /** Its fleets and rigs, and maintenance that is not over. */
  usedBy(id: string): Usage[] {
    return this.#usedBy.all(id, this.#rows.database.now());
  }

  create(input: SiteInput): Result<Site> {
    return this.#rows.database.transaction(() => {
      const fields = patched<SiteFields>({ name: "", timezone: "UTC" }, input);
      return this.#check(fields, null) ?? succeed(this.#rows.insert(fields));
    });
  }

  update(id: string, patch: SitePatch, expected: ExpectedVersion): Result<Site> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** Refused while fleets or rigs are there. */
  remove(id: string, expected: ExpectedVersion): Result<Site> {
    return this.#rows.remove(id, expected, (site) => inUse(this.usedBy(site.id)));
  }

  #check(site: SiteFields, current: Site | null): Failure | null {
    const broken = checkFields(site, rules);
    if (broken !== null) return broken;
    const namesake = this.#rows.find(this.#byName, site.name);
    return namesake === null || namesake.no === current?.no ? null : taken("name", "is the name of another site");
  }
}
