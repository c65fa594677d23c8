import { breathe, inPieces } from "../../../views/turns.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { WorkerName } from "../../control/worker-names.ts";
import type { WebDeps } from "../deps.ts";
import { byName } from "./natural-order.ts";

export type Rows = {
  /** In the order of their names. */
  rigs: readonly Rig[];
  /** Names that rigs logged in with before, or may log in with too, by rig number. */
  workerNames: ReadonlyMap<number, readonly string[]>;
};

/** A row takes some 5 µs of the loop that also serves rigs. */
const rowsPerPiece = 100;
const namesAgeMs = 1_000;
const namesAgeMsPerName = 0.5;

/** All rigs on record: read once, and then those that came, changed or went. */
export class RigRows {
  readonly #deps: Pick<WebDeps, "control" | "now">;
  readonly #changes: () => number[];
  readonly #byNo = new Map<number, Rig>();
  #isKnown = false;
  #sorted: readonly Rig[] = [];
  #names: { atMs: number; value: ReadonlyMap<number, readonly string[]> } | null = null;
  /** Names of rigs as they are read, and which of them comes first, second … when they are sorted. */
  #order: { names: string[]; places: number[] } = { names: [], places: [] };
  #reading: Promise<unknown> = Promise.resolve();

  constructor(deps: Pick<WebDeps, "control" | "now">) {
    this.#deps = deps;
    this.#changes = deps.control.rigs.changes();
  }

  /** With all that was changed before this was called: one reading after the other. */
  read(): Promise<Rows> {
    const reading = this.#reading.catch(() => {}).then(() => this.#read());
    this.#reading = reading;
    return reading;
  }

  /** A worker name came or went, of which the table of rigs knows nothing. */
  forgetNames(): void {
    this.#names = null;
  }

  async #read(): Promise<Rows> {
    const changed = this.#changes();
    if (!this.#isKnown) await this.#readAll();
    else if (changed.length > 0) await this.#readThese(changed);
    return { rigs: this.#sorted, workerNames: this.#workerNames(changed.length > 0) };
  }

  async #readAll(): Promise<void> {
    const { rigs } = this.#deps.control;
    this.#byNo.clear();
    for (let piece = rigs.piece(0, rowsPerPiece); piece.length > 0; piece = rigs.piece(piece.at(-1)?.no ?? 0, rowsPerPiece)) {
      for (const rig of piece) this.#byNo.set(rig.no, rig);
      await breathe();
    }
    this.#sorted = this.#inOrder([...this.#byNo.values()]);
    this.#isKnown = true;
  }

  async #readThese(numbers: readonly number[]): Promise<void> {
    // What fails on the way is read whole next time.
    this.#isKnown = false;
    for await (const some of inPieces(numbers, rowsPerPiece)) {
      const rows = new Map(this.#deps.control.rigs.ofNumbers(some).map((rig) => [rig.no, rig]));
      for (const no of some) {
        const rig = rows.get(no);
        if (rig === undefined) this.#byNo.delete(no);
        else this.#byNo.set(no, rig);
      }
    }
    this.#sorted = this.#inOrder([...this.#byNo.values()]);
    this.#isKnown = true;
  }

  #workerNames(isChanged: boolean): ReadonlyMap<number, readonly string[]> {
    const nowMs = this.#deps.now();
    const kept = this.#names;
    const ageMsMax = Math.max(namesAgeMs, (kept?.value.size ?? 0) * namesAgeMsPerName);
    if (kept !== null && !isChanged && nowMs >= kept.atMs && nowMs - kept.atMs < ageMsMax) return kept.value;
    this.#names = { atMs: nowMs, value: namesByRig(this.#deps.control.rigs.aliases()) };
    return this.#names.value;
  }

  /** In the order of their names, which is found anew only when a name came, changed or went: to sort ten thousand takes 20 ms. */
  #inOrder(rigs: readonly Rig[]): Rig[] {
    const { names } = this.#order;
    if (names.length !== rigs.length || rigs.some(({ name }, at) => name !== names[at])) {
      const places = byName(rigs.map(({ name }, place) => ({ name, place }))).map(({ place }) => place);
      this.#order = { names: rigs.map(({ name }) => name), places };
    }
    return this.#order.places.flatMap((place) => rigs[place] ?? []);
  }
}

function namesByRig(aliases: readonly WorkerName[]): Map<number, string[]> {
  const names = new Map<number, string[]>();
  for (const { rigNo, name } of aliases) {
    const known = names.get(rigNo);
    if (known === undefined) names.set(rigNo, [name]);
    else known.push(name);
  }
  return names;
}
