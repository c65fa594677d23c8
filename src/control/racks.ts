import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { positionIn, positionWords } from "./rack-position.ts";
import { type Failure, type Invalid, invalid, type Result, succeed, taken, together } from "./result.ts";
import type { RigLocation } from "./rig-row.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, integerRule, orNull, textRule } from "./rules.ts";
import type { Sites } from "./sites.ts";

/** A frame that rigs stand in. The rigs that name its place in words are its own; how large it is makes their positions ones that can be checked. */
export type Rack = RowBase & {
  /** Null = where rigs name no site. */
  siteId: string | null;
  building: string | null;
  row: string | null;
  /** What rigs say as their rack. */
  name: string;
  levels: number;
  slots: number;
};

export type RackFields = Omit<Rack, keyof RowBase>;
export type RackPatch = Partial<RackFields>;
/** A place of a rig, in words. */
export type RigPlace = { siteId: string | null; location: RigLocation };

type RawRack = RawBase & { site_id: string | null; building: string | null; row: string | null; name: string; levels: number; slots: number };

const mapping: Mapping<Rack, RawRack> = {
  table: "racks",
  noun: "rack",
  prefix: "rck",
  columns: ["site_id", "building", "row", "name", "levels", "slots"],
  read: ({ site_id: siteId, building, row, name, levels, slots }) => ({ siteId, building, row, name, levels, slots }),
  write: ({ siteId, building, row, name, levels, slots }) => [siteId, building, row, name, levels, slots],
};

export const levelsMax = 50;
export const slotsMax = 100;

const label = textRule(100);
const rules = {
  building: orNull(label),
  row: orNull(label),
  name: label,
  levels: integerRule(1, levelsMax),
  slots: integerRule(1, slotsMax),
};

/** Racks of all sites. */
export class Racks {
  readonly #rows: RowTable<Rack, RawRack>;
  readonly #sites: Sites;
  readonly #byPlace: Statement<RawRack, SqlValue[]>;

  constructor(database: ControlDatabase, sites: Sites) {
    this.#rows = new RowTable(database, mapping);
    this.#sites = sites;
    // The expressions are those of the index.
    this.#byPlace = this.#rows.prepare(
      `coalesce(site_id, '') = ? AND coalesce(building, '') = ? COLLATE NOCASE AND coalesce(row, '') = ? COLLATE NOCASE AND name = ? COLLATE NOCASE
       AND removed_at_ms IS NULL`,
    );
  }

  /** All that are not removed, oldest first. */
  all(): Rack[] {
    return this.#rows.all();
  }

  byId(id: string): Rack | null {
    return this.#rows.byId(id);
  }

  /** The rack that a rig's words mean; case does not matter for ASCII letters. Null where none is described. */
  at({ siteId, location: { building, row, rack } }: RigPlace): Rack | null {
    return rack === null ? null : this.#rows.find(this.#byPlace, siteId ?? "", building ?? "", row ?? "", rack);
  }

  create(fields: RackFields): Result<Rack> {
    return this.#rows.database.transaction(() => this.#check(fields, null) ?? succeed(this.#rows.insert(fields)));
  }

  update(id: string, patch: RackPatch, expected: ExpectedVersion): Result<Rack> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched<Rack>(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** What `update` would say of these fields, whatever version they are based on; null = nothing against them. */
  faultOf(rack: Rack, patch: RackPatch): Failure | null {
    return this.#check(patched<Rack>(rack, patch), rack);
  }

  /** Its rigs keep the words that they have. */
  remove(id: string, expected: ExpectedVersion): Result<Rack> {
    return this.#rows.remove(id, expected, () => null);
  }

  /**
   * Whether a rig may be said to stand there: where a rack is described, its position must be one that the rack has. A place that the rig
   * has already is left alone, so that a rack described later makes no rig unchangeable.
   */
  checkPlace(rig: RigPlace, current: RigPlace | null): Invalid | null {
    const { position } = rig.location;
    if (position === null || (current !== null && rig.siteId === current.siteId && Bun.deepEquals(rig.location, current.location))) return null;
    const rack = this.at(rig);
    return rack === null || positionIn(rack, position) !== null ? null : invalid("location.position", positionWords(rack.name, rack));
  }

  #check(rack: RackFields, current: Rack | null): Failure | null {
    const broken = together(checkFields(rack, rules), checkFields(rack, { siteId: this.#sites.rule }));
    const { siteId, building, row, name } = rack;
    const namesake = this.at({ siteId, location: { building, row, rack: name, position: null } });
    const isTaken = namesake !== null && namesake.no !== current?.no;
    return together<Failure>(broken, isTaken ? taken("name", "is the name of another rack in this row") : null);
  }
}
