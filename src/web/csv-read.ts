import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { breathe } from "../../views/turns.ts";

const pieceChars = 4_096;
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

export type CsvFile = { head: string[]; rows: { line: number; cells: string[] }[] };

/** Head and rows of a CSV file, read in pieces. What was put before a cell against spreadsheets' formulas is taken off. */
export async function readCsv(text: string): Promise<CsvFile | { fault: string }> {
  const records: { line: number; cells: string[] }[] = [];
  const options = { bom: true, delimiter: delimiterOf(text), relax_column_count: true, skip_empty_lines: true, trim: true, info: true } as const;
  const parser = Readable.from(piecesOf(text)).pipe(parse(options));
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (record.length > cellsPerRowMax) return { fault: `line ${info.lines} has more than ${cellsPerRowMax} cells` };
      if (records.length > csvRowsMax) return { fault: `the file has more than ${csvRowsMax} rows` };
      records.push({ line: info.lines, cells: record.map((cell) => cell.replace(/^'(?='*[=+\-@\t\r])/, "")) });
    }
  } catch (error) {
    return { fault: `the file is no CSV: ${error instanceof Error ? error.message.slice(0, 200) : "unreadable"}` };
  }
  const [head, ...rows] = records;
  return head === undefined ? { fault: "the file is empty" } : { head: head.cells, rows };
}
