import { algorithms } from "../work/algorithm.ts";
import { algorithmCodes, hubCodes, journalAlgorithms, poolCodes } from "./journal-format.ts";
import { blockRigs } from "./rig-blocks.ts";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Squares are sums over (work / 2^32)^2. */
export const squareUnit = 2 ** 64;

export const forwarded = `pool_verdict IN (${poolCodes.accepted}, ${poolCodes.rejected}, ${poolCodes.unanswered})`;
export const lost = `pool_verdict IN (${poolCodes.rejected}, ${poolCodes.unanswered})`;
export const isPoolAccepted = `pool_verdict = ${poolCodes.accepted}`;
export const hubAccepted = `hub_verdict = ${hubCodes.accepted}`;

const keysServed = "contract_no, pool_no, hub_verdict, pool_verdict, reason_no";
export const keys = `rig_no, ${keysServed}`;

/** The tables of rollups: what one row of each is about. Rows of one rig lie together where they can, for DuckDB reads 2,048 at a time. */
export const rigMinute = { table: "rig_minute", column: "minute", cellMs: minuteMs, keys, order: "rig_no, minute" };
export const servedMinute = { table: "served_minute", column: "minute", cellMs: minuteMs, keys: keysServed, order: "minute" };
export const blockMinute = {
  table: "block_minute",
  column: "minute",
  cellMs: minuteMs,
  keys: `rig_no // ${blockRigs} AS block_no, hub_verdict, pool_verdict, reason_no`,
  order: "minute, block_no",
};
/** Of rows that the hub accepted, `hashes` alone; younger ones than `Reach.effectiveFrom`. */
export const effectiveMinute = { table: "effective_minute", column: "minute", cellMs: minuteMs, keys: "rig_no", order: "minute, rig_no" };
export const rigHour = { table: "rig_hour", column: "hour", cellMs: hourMs, keys, order: "rig_no, hour" };
export type Cells = { table: string; column: string; cellMs: number; keys: string; order: string };
const counted = ["shares", "work", "hashes", "pool_work", "squares", "pool_squares", "answers", "answers_ms"] as const;

/** Work is an integer that a double holds exactly, and so is its 2^32nd part before it is rounded. */
const unit = (work: string) => `greatest(round(${work}::DOUBLE / 4294967296), 1)`;
const square = (work: string) => `CASE WHEN ${work} = 0 THEN 0::DOUBLE ELSE ${unit(work)} * ${unit(work)} END`;

/** Factors are powers of two, so the product with a double is exact. */
const product = `difficulty * (CASE ${journalAlgorithms.map((name, code) => `WHEN algorithm = ${code} THEN ${algorithms[name].hashesPerDifficulty}::DOUBLE`).join(" ")} END)`;

/** Whose work is 2^32 hashes at least, so that rounding it to a whole number changes nothing that a rate shows; the cheap comparison comes first. */
const isLarge = `difficulty <= 1e18 AND (difficulty >= 65536 OR (difficulty >= 1 AND algorithm = ${algorithmCodes.sha256d}))`;

/**
 * The same number as `work` but a double, within a part in 2^32: for rates of ten thousand rigs out of millions of rows, since a 128-bit integer
 * takes ten times as long to read from the table (33 ns, measured) as a double does.
 */
const hashes = `CASE WHEN ${isLarge} THEN ${product} WHEN difficulty = 0 THEN 0 ELSE least(greatest(round_even(${product}, 0), 1), 2::DOUBLE ** 92) END`;

/** The figures of one raw row, by the names of the rollups' columns. */
const ofRow = {
  shares: "1::BIGINT",
  work: "work",
  hashes,
  pool_work: `CASE WHEN ${forwarded} THEN pool_work ELSE 0::HUGEINT END`,
  squares: `CASE WHEN ${hubAccepted} THEN ${square("work")} ELSE 0::DOUBLE END`,
  pool_squares: `CASE WHEN ${forwarded} THEN ${square("pool_work")} ELSE 0::DOUBLE END`,
  largest: `CASE WHEN ${hubAccepted} THEN work ELSE 0::HUGEINT END`,
  answers: "CASE WHEN answered_ms >= 0 THEN 1::BIGINT ELSE 0::BIGINT END",
  answers_ms: "greatest(answered_ms, 0)::BIGINT",
  slowest_ms: "answered_ms",
};
export type Figure = keyof typeof ofRow;
export const allFigures = Object.keys(ofRow) as Figure[];
export const figures = allFigures.join(", ");

/** Columns of raw rows; no more of them than a question needs, since each costs time to plan. */
export const rowFigures = (names: readonly Figure[]): string => names.map((name) => `${ofRow[name]} AS ${name}`).join(", ");

/** The same columns, folded over the rows of a group. */
export const figuresOfGroup = `sum(shares)::BIGINT AS shares, sum(work) AS work, sum(hashes) AS hashes, sum(pool_work) AS pool_work, sum(squares) AS squares,
  sum(pool_squares) AS pool_squares, max(largest) AS largest, sum(answers)::BIGINT AS answers, sum(answers_ms)::BIGINT AS answers_ms, max(slowest_ms) AS slowest_ms`;

/** The same columns, as a row that takes them out again; what is no sum stays as it is. */
export const figuresTakenOut = `${counted.map((name) => `-${name} AS ${name}`).join(", ")}, 0::HUGEINT AS largest, -1 AS slowest_ms`;
