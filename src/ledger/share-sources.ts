/** A file of raw shares; see the table `exports`, which has its name alone. */
export type Piece = { file: string; day: number; fromMs: number; toMs: number; throughSequence: number; rows: number; state: number; sha256: string };

/** The rows of a piece are in the table of shares too; are being deleted from it; are gone from it. */
export const pieceLive = 0;
export const pieceGoing = 1;
export const pieceGone = 2;

/** A table where shares of a piece stand that come back out of the journal, until the table of shares takes them over all at once. */
export const returnedShares = "returned_shares";

/** [fromMs, toMs), whole milliseconds. */
export type Range = { fromMs: number; toMs: number };

const overlaps = (one: Range, other: Range): boolean => one.fromMs < other.toMs && other.fromMs < one.toMs;

export const received = (at: string, { fromMs, toMs }: Range): string => `${at} >= ${fromMs} AND ${at} < ${toMs}`;

/**
 * Raw shares received in the range, each once, as FROM clauses with the columns of the table of shares: the table itself, and the
 * files of what was deleted from it.
 */
export function rawSources(pieces: readonly Piece[], range: Range): { from: string; where: string }[] {
  const concerned = pieces.filter((piece) => piece.state !== pieceLive && overlaps(piece, range));
  const live = { from: "shares", where: `${received("at_ms", range)} AND ${stillLive(concerned)}` };
  const filed = Map.groupBy(concerned, ({ throughSequence }) => throughSequence);
  return [live, ...[...filed].map(([through, files]) => ({ from: fileRows(files), where: `${received("at_ms", range)} AND sequence <= ${through}` }))];
}

/** Picks the rows of the table of shares that are not to be read from a file instead. */
export function stillLive(pieces: readonly Piece[]): string {
  const going = pieces.filter(({ state }) => state === pieceGoing);
  return ["true", ...going.map((piece) => `NOT (${received("at_ms", piece)} AND sequence <= ${piece.throughSequence})`)].join(" AND ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Parquet has no 128-bit integers, so work is a decimal there; and it holds the reasons' texts, whose numbers may change. */
export function fileRows(pieces: readonly Piece[]): string {
  const files = pieces.map(({ file }) => quoted(file)).join(", ");
  return `(SELECT filed.* EXCLUDE (reason) REPLACE (work::HUGEINT AS work, pool_work::HUGEINT AS pool_work), coalesce(reasons.reason_no, 0)::USMALLINT AS reason_no
    FROM read_parquet([${files}]) filed LEFT JOIN reasons ON reasons.text = filed.reason)`;
}
