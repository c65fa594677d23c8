import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, invalid, type Result, succeed, taken } from "./result.ts";
import { type ExpectedVersion, type Mapping, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, oneOfRule, textRule } from "./rules.ts";

/** Lists that may be saved as somebody looks at them. */
export const viewedLists = Object.freeze(["rigs", "contracts", "events"] as const);
export type ViewedList = (typeof viewedLists)[number];

/** A list as one user looks at it. */
export type SavedView = RowBase & {
  userNo: number;
  list: ViewedList;
  /** Unique among his views of this list. */
  name: string;
  /** What follows the `?` of the list's address; empty = the list as it is. */
  query: string;
  /** Whether the list opens with it; true of at most one view of a list. */
  opensFirst: boolean;
};

/** What a person chooses himself. */
export type ViewWords = Pick<SavedView, "name" | "opensFirst">;

type RawView = RawBase & { user_no: number; list: ViewedList; name: string; query: string; opens_first: number };

const mapping: Mapping<SavedView, RawView> = {
  table: "saved_views",
  noun: "view",
  prefix: "viw",
  columns: ["user_no", "list", "name", "query", "opens_first"],
  read: (raw) => ({ userNo: raw.user_no, list: raw.list, name: raw.name, query: raw.query, opensFirst: raw.opens_first === 1 }),
  write: (view) => [view.userNo, view.list, view.name, view.query, Number(view.opensFirst)],
};

/** They stand in a row above the list. */
const viewsMax = 20;
const rules = { list: oneOfRule(viewedLists), name: textRule(40), query: textRule(2_000, 0) };

export class SavedViews {
  readonly #rows: RowTable<SavedView, RawView>;
  readonly #ofList: Statement<RawView, SqlValue[]>;
  readonly #byName: Statement<RawView, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#rows = new RowTable(database, mapping);
    this.#ofList = this.#rows.prepare("user_no = ? AND list = ? AND removed_at_ms IS NULL ORDER BY no");
    this.#byName = this.#rows.prepare("user_no = ? AND list = ? AND name = ? COLLATE NOCASE AND removed_at_ms IS NULL");
  }

  /** A user's views of a list, oldest first. */
  of(userNo: number, list: ViewedList): SavedView[] {
    return this.#rows.list(this.#ofList, userNo, list);
  }

  /** Null also where it is somebody else's. */
  ofUser(userNo: number, id: string): SavedView | null {
    const view = this.#rows.byId(id);
    return view?.userNo === userNo ? view : null;
  }

  /** Under a name that he has already, the view of that name shows this from now on; the one that opens first still does. */
  save(fields: Omit<SavedView, keyof RowBase>): Result<SavedView> {
    return this.#rows.database.transaction(() => {
      const { userNo, list, name } = fields;
      const broken = checkFields(fields, rules);
      if (broken !== null) return broken;
      const known = this.#rows.find(this.#byName, userNo, list, name);
      if (known === null && this.of(userNo, list).length >= viewsMax) return invalid("name", `would be one view more than ${viewsMax}: delete another first`);
      this.#makeWay(fields, known);
      return succeed(known === null ? this.#rows.insert(fields) : this.#rows.write({ ...known, ...fields, opensFirst: fields.opensFirst || known.opensFirst }));
    });
  }

  change(id: string, words: ViewWords, expected: ExpectedVersion): Result<SavedView> {
    return this.#rows.edit(id, expected, (current) => {
      const next = { ...current, ...words };
      const refusal = checkFields(next, rules) ?? this.#nameTaken(next);
      if (refusal !== null) return refusal;
      this.#makeWay(next, current);
      return succeed(next);
    });
  }

  remove(id: string, expected: ExpectedVersion): Result<SavedView> {
    return this.#rows.remove(id, expected, () => null);
  }

  #nameTaken({ no, userNo, list, name }: SavedView): Failure | null {
    const namesake = this.#rows.find(this.#byName, userNo, list, name);
    return namesake === null || namesake.no === no ? null : taken("name", "is the name of another view of yours");
  }

  /** Only one can open first. */
  #makeWay({ userNo, list, opensFirst }: Pick<SavedView, "userNo" | "list" | "opensFirst">, self: SavedView | null): void {
    const other = opensFirst ? this.of(userNo, list).find((view) => view.opensFirst && view.no !== self?.no) : undefined;
    if (other !== undefined) this.#rows.write({ ...other, opensFirst: false });
  }
}
