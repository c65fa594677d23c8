import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { breathe } from "../../views/turns.ts";

const pieceChars = 4_096;
const linesPerBreath = 500;
/** Beyond any farm; a file that holds more is none of rigs. */
export const csvRowsMax = 20_000;
const cellsPerRowMax = 100;

/** A file as text: UTF-8, with or without its mark; UTF-16 with a mark; else what old spreadsheets write (Windows-1252). */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The delimiter that the head has most of, outside quotes. */
export function delimiterOf(text: string): "," | ";" | "\t" {
  const head = (/^[^\r\n]*/.exec(text.replace(/^\ufeff/, ""))?.[0] ?? "").replace(/"[^"]*"/g, "");
  const count = (mark: string) => head.split(mark).length;
  const marks = [",", ";", "\t"] as const;
  return marks.reduce((best, mark) => (count(mark) > count(best) ? mark : best), ",");
}

async function* piecesOf(text: string) {
  for (let at = 0; at < text.length; at += pieceChars) {
    yield text.slice(at, at + pieceChars);
    await breathe();
  }
}

/** `cut`: why it seems not to be whole, and what to do; such a row is to be refused. */
export type CsvRow = { line: number; cells: string[]; cut?: string };
export type CsvFile = { head: string[]; rows: CsvRow[] };

/** By number: the last line that is not empty, with its text, and the last one that opened a quote or closed one; 0 = none. */
type LastLines = { last: number; text: string; quoted: number };

/** Found in turns of the event loop: a file may be millions of empty lines. */
async function lastLines(text: string): Promise<LastLines> {
  const found = { last: 0, text: "", quoted: 0 };
  let line = 0;
  for (const [whole] of text.matchAll(/[^\r\n]*(?:\r\n|\n|\r|$)/g)) {
    if (line++ % linesPerBreath === 0) await breathe();
    if (whole.trim() !== "") Object.assign(found, { last: line, text: whole });
    // Quotes in pairs stand for one in a cell, so the last line that has an odd number of them opened the one that stays open.
    if (whole.split('"').length % 2 === 0) found.quoted = line;
  }
  return found;
}

/**
 * What is said of a file that could not be read to its end. A quote that opens in the last line and stays open is what a file has that was cut
 * off: that row is refused alone. Anywhere else it swallowed lines that nobody has read.
 */
async function unread(csv: string, error: unknown, hasHead: boolean): Promise<CsvRow | { fault: string }> {
  if (!(error instanceof CsvError) || error.code !== "CSV_QUOTE_NOT_CLOSED")
    return { fault: `the file is no CSV: ${error instanceof Error ? error.message.slice(0, 200) : "unreadable"}` };
  const { last, text, quoted } = await lastLines(csv);
  if (!hasHead || quoted < last) return { fault: `a quote that opens in line ${quoted} is never closed, so the rest of the file would be one cell` };
  const cells = text.split(delimiterOf(csv)).map((cell) => cell.replace(/"/g, "").trim());
  return { line: last, cells, cut: "has a quote that is never closed, so the file seems to be cut off here: close it, and look for what is missing" };
}

/** A last row that ends before the row above it does. Where all rows are as short, a spreadsheet or a script left out the empty cells at their ends. */
function markCut({ head, rows }: CsvFile): CsvFile {
  const last = rows.at(-1);
  const wanted = head.findLastIndex((title) => title !== "") + 1;
  const cells = last?.cells.length ?? wanted;
  const isCut = cells < wanted && cells < (rows.at(-2)?.cells.length ?? 0);
  if (last === undefined || !isCut || last.cut !== undefined) return { head, rows };
  const cut = `ends after ${cells} of ${wanted} cells, so the file seems to be cut off here: complete it, or add the empty cells if it is whole`;
  return { head, rows: [...rows.slice(0, -1), { ...last, cut }] };
}

/** Head and rows of a CSV file, read in pieces; rows without a word in any cell, which spreadsheets leave at the end, are none. What was put before a cell against spreadsheets' formulas is taken off. */
export async function readCsv(text: string): Promise<CsvFile | { fault: string }> {
  const records: CsvRow[] = [];
  const options = {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    trim: true,
    info: true,
  } as const;
  const parser = Readable.from(piecesOf(text)).pipe(parse(options));
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (record.length > cellsPerRowMax) return { fault: `line ${info.lines} has more than ${cellsPerRowMax} cells` };
      if (records.length > csvRowsMax) return { fault: `the file has more than ${csvRowsMax} rows` };
      records.push({ line: info.lines, cells: record.map((cell) => cell.replace(/^'(?='*[=+\-@\t\r])/, "")) });
    }
  } catch (error) {
    const last = await unread(text, error, records.length > 0);
    if ("fault" in last) return last;
    records.push(last);
  }
  const [head, ...rows] = records;
  return head === undefined ? { fault: "the file is empty" } : markCut({ head: head.cells, rows });
}
