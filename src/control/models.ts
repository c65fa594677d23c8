import type { Statement } from "bun:sqlite";
import { type AlgorithmName, algorithmNames } from "../work/algorithm.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, type Result, succeed, taken, together } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, integerRule, numberRule, oneOfRule, orNull, textRule } from "./rules.ts";

/** A kind of machine. A rig names it by its text, which stays what it is when the catalogue changes. */
export type Model = RowBase & {
  name: string;
  algorithm: AlgorithmName;
  /** Nameplate hashrate, H/s. */
  nominalHps: number;
  /** At the plug; null = not known. */
  watts: number | null;
};

export type ModelFields = Omit<Model, keyof RowBase>;
export type ModelPatch = Partial<ModelFields>;

type RawModel = RawBase & { name: string; algorithm: AlgorithmName; nominal_hps: number; watts: number | null };

const mapping: Mapping<Model, RawModel> = {
  table: "models",
  noun: "model",
  prefix: "mdl",
  columns: ["name", "algorithm", "nominal_hps", "watts"],
  read: (raw) => ({ name: raw.name, algorithm: raw.algorithm, nominalHps: raw.nominal_hps, watts: raw.watts }),
  write: (model) => [model.name, model.algorithm, model.nominalHps, model.watts],
};

const rules = {
  name: textRule(100),
  algorithm: oneOfRule(algorithmNames),
  nominalHps: numberRule(1, 1e24),
  watts: orNull(integerRule(1, 1_000_000)),
};

/** The catalogue of models. */
export class Models {
  readonly #rows: RowTable<Model, RawModel>;
  readonly #byName: Statement<RawModel, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#rows = new RowTable(database, mapping);
    this.#byName = this.#rows.prepare("name = ? COLLATE NOCASE AND removed_at_ms IS NULL");
  }

  /** All that are not removed, oldest first. */
  all(): Model[] {
    return this.#rows.all();
  }

  byId(id: string): Model | null {
    return this.#rows.byId(id);
  }

  /** Case does not matter for ASCII letters. */
  byName(name: string): Model | null {
    return this.#rows.find(this.#byName, name);
  }

  create(fields: ModelFields): Result<Model> {
    return this.#rows.database.transaction(() => this.#check(fields, null) ?? succeed(this.#rows.insert(fields)));
  }

  update(id: string, patch: ModelPatch, expected: ExpectedVersion): Result<Model> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched<Model>(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** Rigs keep the name that they have. */
  remove(id: string, expected: ExpectedVersion): Result<Model> {
    return this.#rows.remove(id, expected, () => null);
  }

  #check(model: ModelFields, current: Model | null): Failure | null {
    const namesake = this.byName(model.name);
    const isTaken = namesake !== null && namesake.no !== current?.no;
    return together<Failure>(checkFields(model, rules), isTaken ? taken("name", "is the name of another model") : null);
  }
}
