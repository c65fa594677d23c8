import type { ServedTime } from "./answers.ts";
import { factsSql, type Reach } from "./fact-sources.ts";
import { figureSql } from "./hashrate.ts";
import type { Questions } from "./questions.ts";
import { dayMs, hourMs, minuteMs } from "./rollup-sql.ts";
import { checkWindow } from "./scope.ts";
import type { Range } from "./share-sources.ts";

/**
 * What a time is made of, coarsest first: hours and minutes are counted in advance, of what is left each share is read. To read the rows
 * of `bridgedMs` that are nobody's costs less than one more look at the tables.
 */
const levels = [
  { cellMs: hourMs, bridgedMs: dayMs },
  { cellMs: minuteMs, bridgedMs: hourMs },
  { cellMs: 1, bridgedMs: 600_000 },
];
/** Each look at a table holds memory until its question ends; with two hundred of them DuckDB had not enough. */
const looksMax = 16;

/** And with so many a question takes as long as it may: ten seconds. */
const looksInAllMax = 4_096;

/** The times asked for lie in too many places of the books. */
export class TooScattered extends RangeError {
  constructor(looks: number) {
    super(`the times asked for lie in ${looks} places of the books, more than the ${looksInAllMax} that are read for one answer`);
  }
}

/** A part of one of the times asked for, in whole cells. */
type Part = Range & Pick<ServedTime, "rigNo" | "contractNo"> & { index: number; cellMs: number };
/** Parts of one level that are near each other, and the range that holds them. */
type Look = Range & { cellMs: number; parts: Part[] };

/**
 * Delivered work (D = H - R, may be negative) of each of these rigs for its contract in its time, exactly, in the order of the list.
 * Throws RangeError on a time that is none, TooScattered.
 */
export async function deliveredWorksOf(questions: Questions, list: readonly ServedTime[]): Promise<bigint[]> {
  const works = list.map(() => 0n);
  const parts = list.flatMap(({ rigNo, contractNo, fromMs, toMs }, index) => {
    checkWindow(fromMs, toMs);
    return cut({ fromMs: Math.floor(fromMs), toMs: Math.floor(toMs) }).map((part): Part => ({ ...part, rigNo, contractNo, index }));
  });
  const looks = looksAt(parts);
  if (looks.length > looksInAllMax) throw new TooScattered(looks.length);
  for (let first = 0; first < looks.length; first += looksMax) {
    const some = looks.slice(first, first + looksMax);
    // As text, which DuckDB reads off the event loop.
    const asked = some.flatMap((look) => look.parts.map((part) => [part.index, part.rigNo, part.contractNo, part.cellMs, part.fromMs, part.toMs]));
    for (const [index, work] of await questions.ask((reach) => worksSql(reach, some), [JSON.stringify(asked)])) {
      works[Number(index)] = (works[Number(index)] ?? 0n) + (work as bigint);
    }
  }
  return works;
}

/** Whole hours, whole minutes before and after them, and what is left at the ends. */
function cut(range: Range, [level, ...finer] = levels): (Range & { cellMs: number })[] {
  if (level === undefined || range.fromMs >= range.toMs) return [];
  const { cellMs } = level;
  const fromMs = Math.ceil(range.fromMs / cellMs) * cellMs;
  const toMs = Math.floor(range.toMs / cellMs) * cellMs;
  if (fromMs >= toMs) return cut(range, finer);
  return [...cut({ fromMs: range.fromMs, toMs: fromMs }, finer), { fromMs, toMs, cellMs }, ...cut({ fromMs: toMs, toMs: range.toMs }, finer)];
}

function looksAt(parts: readonly Part[]): Look[] {
  const looks: Look[] = [];
  for (const { cellMs, bridgedMs } of levels) {
    let last: Look | null = null;
    for (const part of parts.filter((one) => one.cellMs === cellMs).toSorted((one, other) => one.fromMs - other.fromMs)) {
      if (last === null || part.fromMs > last.toMs + bridgedMs) {
        last = { fromMs: part.fromMs, toMs: part.toMs, cellMs, parts: [] };
        looks.push(last);
      }
      last.toMs = Math.max(last.toMs, part.toMs);
      last.parts.push(part);
    }
  }
  return looks;
}

function worksSql(reach: Reach, looks: readonly Look[]): string {
  const { condition, figures, work } = figureSql.delivered;
  const facts = looks.map(({ fromMs, toMs, cellMs, parts }) => {
    const rigNos = parts.map(({ rigNo }) => rigNo);
    const first = rigNos.reduce((one, other) => Math.min(one, other));
    const last = rigNos.reduce((one, other) => Math.max(one, other));
    const picked = { sql: `${condition} AND rig_no BETWEEN ${first} AND ${last}`, value: true, ofRigs: true };
    const rows = factsSql(reach, { fromMs, toMs, stepMs: cellMs, picked, keys: ["rig_no", "contract_no", "hub_verdict", "pool_verdict"], figures });
    return `SELECT ${cellMs} AS cell_ms, at_ms, rig_no, contract_no, ${work} AS work FROM (${rows})`;
  });
  return `SELECT part.index, sum(work)
    FROM (SELECT p[1] AS index, p[2] AS rig_no, p[3] AS contract_no, p[4] AS cell_ms, p[5] AS from_ms, p[6] AS to_ms FROM (SELECT unnest($1::VARCHAR::BIGINT[][]) AS p)) part
    JOIN (${facts.join("\n UNION ALL ")}) fact USING (rig_no, contract_no, cell_ms)
    WHERE at_ms >= from_ms AND at_ms < to_ms GROUP BY part.index`;
}
