import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import type { Fleet } from "../control/fleets.ts";
import type { Rig } from "../control/rig-row.ts";
import { isSameName } from "../control/rules.ts";
import { csvCell } from "./api/shares.ts";
import { cellText } from "./import-plan.ts";
import { cellsOf, NameBook, rigCells } from "./rig-cells.ts";

/** A rig takes some 13 µs, and others are served between two pieces. */
const rigsPerPiece = 100;

/** A line as spreadsheets take it; text that would be a formula gets an apostrophe before it, and so does one that begins with such an apostrophe. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => csvCell(/^'+[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)).join(",")}\r\n`;
}

/** Names of fleets; the id where another's differs in case alone. */
function fleetTexts(fleets: readonly Fleet[]): Map<number, string> {
  const isAlone = (name: string) => fleets.filter((other) => isSameName(other.name, name)).length === 1;
  return new Map(fleets.map(({ no, id, name }) => [no, isAlone(name) ? name : id]));
}

/** All rigs as CSV that an import takes back; read page by page, as fast as the client takes it. */
export function inventoryCsv(control: Control): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const book = new NameBook(control);
  const fleets = fleetTexts(control.fleets.all());
  const lineOf = (rig: Rig) => {
    const cells = cellsOf(book, rig);
    return csvLine([rig.id, fleets.get(rig.fleetNo) ?? "", ...rigCells.map((cell) => cellText(cells[cell]))]);
  };
  let cursor: string | null = null;
  let head = `\ufeff${csvLine(["id", "fleet", ...rigCells])}`;
  return new ReadableStream({
    async pull(controller) {
      await breathe();
      const page = control.rigs.list({ cursor, limit: rigsPerPiece });
      if (!page.ok) throw new Error(page.rule);
      controller.enqueue(encoder.encode(head + page.value.rows.map(lineOf).join("")));
      head = "";
      cursor = page.value.next;
      if (cursor === null) controller.close();
    },
  });
}
