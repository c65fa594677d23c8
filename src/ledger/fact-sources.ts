import { blocksOf } from "./rig-blocks.ts";
import {
  blockMinute,
  type Cells,
  effectiveMinute,
  type Figure,
  hourMs,
  hubAccepted,
  minuteMs,
  rigHour,
  rigMinute,
  rowFigures,
  servedMinute,
} from "./rollup-sql.ts";
import { oneOf, type Picked } from "./scope.ts";
import { type Piece, type Range, rawSources, received } from "./share-sources.ts";

/** Where answers are to be read: the table `rollups`, the files of shares, and the rigs in rig_minute, with commas between them. */
export type Reach = {
  rolledThrough: number;
  hoursThrough: number;
  minutesFrom: number;
  effectiveFrom: number;
  generation: number;
  restoreBelow: number;
  pieces: readonly Piece[];
  countedRigs: string;
};

/**
 * Shares received in [fromMs, toMs) that `picked` picks, and what of them; with steps, the moments `fromMs` + n x `stepMs` part them. Whole milliseconds.
 */
export type Asked = Range & { stepMs?: number; picked: Picked; keys: readonly Key[]; figures: readonly Figure[] };
export type Key = "rig_no" | "contract_no" | "pool_no" | "hub_verdict" | "pool_verdict" | "reason_no";

/**
 * SQL of a subquery with all shares asked for: columns `at_ms`, keys and figures (rollup-sql.ts). Each share is in it exactly once, in a row that lies in one step: from the hours where whole ones lie in the window, else from the
 * minutes, else (ragged ends, and what is not rolled up yet) in a row of its own. `at_ms` is the start of the row's hour or minute.
 */
export function factsSql(reach: Reach, asked: Asked): string {
  const sources = new Sources(reach, asked);
  sources.addAll();
  return sources.sql();
}

/** A condition on a row, given the SQL of its time. */
type Condition = (at: string) => string;
type Rolled = { range: Range; conditions: readonly Condition[] };
/** A table of minutes or hours, and which of its rows. */
type Counted = { cells: Cells; picked: string };

class Sources {
  readonly #reach: Reach;
  readonly #asked: Asked;
  readonly #parts: string[] = [];
  /** Read from rollups, so what came after the last rolling is still to be added. */
  readonly #rolled: Rolled[] = [];
  readonly #minutes: readonly Counted[];

  constructor(reach: Reach, asked: Asked) {
    this.#reach = reach;
    this.#asked = asked;
    this.#minutes = minutesFor(reach, asked);
  }

  /** Where rigs are counted together the minutes are so few that hours do not pay, where there are minutes. */
  addAll(): void {
    const { fromMs, toMs } = this.#asked;
    const ofEachRig = this.#minutes.every(({ cells }) => cells === rigMinute);
    const cutMs = ofEachRig ? toMs : Math.min(toMs, Math.max(fromMs, this.#reach.minutesFrom * minuteMs));
    if (fromMs < cutMs || fromMs >= toMs) this.#addHours({ fromMs, toMs: cutMs }, []);
    if (cutMs < toMs) this.#addMinutes({ fromMs: cutMs, toMs }, []);
  }

  #addHours(range: Range, conditions: readonly Condition[]): void {
    const known = { fromMs: 0, toMs: this.#reach.hoursThrough * hourMs };
    const hours = [{ cells: rigHour, picked: this.#asked.picked.sql }];
    this.#addCells(hours, { range, known, conditions }, (rest, also) => this.#addMinutes(rest, also));
  }

  #addMinutes(range: Range, conditions: readonly Condition[]): void {
    if (!isOfEffective(this.#asked)) return this.#addAllMinutes(range, conditions);
    const known = { fromMs: this.#reach.effectiveFrom * minuteMs, toMs: Number.POSITIVE_INFINITY };
    this.#addCells([{ cells: effectiveMinute, picked: "true" }], { range, known, conditions }, (rest, also) => this.#addAllMinutes(rest, also));
  }

  #addAllMinutes(range: Range, conditions: readonly Condition[]): void {
    const known = { fromMs: this.#reach.minutesFrom * minuteMs, toMs: Number.POSITIVE_INFINITY };
    this.#addCells(this.#minutes, { range, known, conditions }, (rest, also) => this.#addRaw(rest, also));
  }

  /** Takes the cells that lie in the range and in one step; the rest goes to the next finer source. */
  #addCells(
    tables: readonly Counted[],
    part: { range: Range; known: Range; conditions: readonly Condition[] },
    addFiner: (rest: Range, also: readonly Condition[]) => void,
  ): void {
    const { range, known, conditions } = part;
    const { cellMs } = (tables[0] as Counted).cells;
    const whole = wholeCells(range, known, cellMs);
    const fitting = fitOf(this.#asked, cellMs);
    if (whole === null || fitting === "never") return addFiner(range, conditions);
    const inside = fitting === "always" ? conditions : [...conditions, fitting];
    for (const table of tables) this.#parts.push(this.#fromCells(table, whole, inside));
    this.#rolled.push({ range: whole, conditions: inside });
    if (fitting !== "always") addFiner(whole, [...conditions, (at) => `NOT (${fitting(at)})`]);
    if (range.fromMs < whole.fromMs) addFiner({ fromMs: range.fromMs, toMs: whole.fromMs }, conditions);
    if (whole.toMs < range.toMs) addFiner({ fromMs: whole.toMs, toMs: range.toMs }, conditions);
  }

  #fromCells({ cells: { table, column, cellMs }, picked }: Counted, { fromMs, toMs }: Range, conditions: readonly Condition[]): string {
    const at = `(${column}::BIGINT * ${cellMs})`;
    const where = [picked, `${column} >= ${fromMs / cellMs} AND ${column} < ${toMs / cellMs}`, ...conditions.map((condition) => condition(at))];
    return `SELECT ${[`${at} AS at_ms`, ...this.#asked.keys, ...this.#asked.figures].join(", ")} FROM ${table} WHERE ${where.join(" AND ")}`;
  }

  #addRaw(range: Range, conditions: readonly Condition[]): void {
    for (const { from, where } of rawSources(this.#reach.pieces, range))
      this.#parts.push(this.#fromRows(from, [where, ...conditions.map((one) => one("at_ms"))]));
  }

  #fromRows(from: string, where: readonly string[]): string {
    return `SELECT ${["at_ms", ...this.#asked.keys, rowFigures(this.#asked.figures)].join(", ")} FROM ${from} WHERE ${[this.#asked.picked.sql, ...where].join(" AND ")}`;
  }

  sql(): string {
    const youngest = joined(this.#rolled).map(({ range, conditions }) =>
      this.#fromRows("shares", [`sequence > ${this.#reach.rolledThrough}`, received("at_ms", range), ...conditions.map((one) => one("at_ms"))]),
    );
    return [...this.#parts, ...youngest].join("\n UNION ALL ");
  }
}

/** Whether it is the effective rates of rigs and nothing else. */
function isOfEffective({ picked, keys, figures }: Asked): boolean {
  return picked.sql === hubAccepted && keys.join() === "rig_no" && figures.join() === "hashes";
}

/** The smallest table of minutes that has what is asked; or two, where some rigs are left that fill no block. */
function minutesFor({ countedRigs }: Reach, { picked, keys }: Asked): Counted[] {
  if (!picked.ofRigs && !keys.includes("rig_no")) return [{ cells: servedMinute, picked: picked.sql }];
  const isOfFates = !keys.some((key) => key === "rig_no" || key === "contract_no" || key === "pool_no");
  const blocks = isOfFates && picked.rigNos !== undefined ? blocksOf(picked.rigNos, countedRigs) : null;
  if (blocks === null) return [{ cells: rigMinute, picked: picked.sql }];
  const whole = { cells: blockMinute, picked: oneOf("block_no", blocks.blocks) };
  return blocks.rest.length === 0 ? [whole] : [whole, { cells: rigMinute, picked: oneOf("rig_no", blocks.rest) }];
}

/** The part of a range that whole cells fill, or null. */
function wholeCells(range: Range, known: Range, cellMs: number): Range | null {
  const fromMs = Math.max(known.fromMs, Math.ceil(range.fromMs / cellMs) * cellMs);
  const toMs = Math.min(known.toMs, Math.floor(range.toMs / cellMs) * cellMs);
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** Whether cells of this length lie in one step each, or which do. */
function fitOf({ fromMs, stepMs }: Asked, cellMs: number): "always" | "never" | Condition {
  if (stepMs === undefined || (fromMs % cellMs === 0 && stepMs % cellMs === 0)) return "always";
  if (stepMs <= cellMs) return "never";
  const cell = (at: string) => `(${at} // ${cellMs} * ${cellMs} - ${fromMs})`;
  return (at) => `${cell(at)} // ${stepMs} = (${cell(at)} + ${cellMs - 1}) // ${stepMs}`;
}

/** Neighbours without conditions become one, for each part costs a look at the table. */
function joined(rolled: readonly Rolled[]): Rolled[] {
  const free = rolled.filter(({ conditions }) => conditions.length === 0).toSorted((one, other) => one.range.fromMs - other.range.fromMs);
  const result = rolled.filter(({ conditions }) => conditions.length > 0);
  let last: Range | null = null;
  for (const { range } of free) {
    if (last?.toMs === range.fromMs) last.toMs = range.toMs;
    else {
      last = { ...range };
      result.push({ range: last, conditions: [] });
    }
  }
  return result;
}
