import type { Control } from "../control/control.ts";
import type { Fleet } from "../control/fleets.ts";
import type { Rig } from "../control/rig-row.ts";
import { isSameName } from "../control/rules.ts";
import { csvCell } from "./api/shares.ts";
import { cellText } from "./import-plan.ts";
import { cellsOf, NameBook, rigCells } from "./rig-cells.ts";
import { rigPages } from "./rig-pages.ts";

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
  const pages = rigPages(control.rigs);
  let head = `\ufeff${csvLine(["id", "fleet", ...rigCells])}`;
  return new ReadableStream({
    async pull(controller) {
      const { done, value = [] } = await pages.next();
      if (done === true) return controller.close();
      controller.enqueue(encoder.encode(head + value.map(lineOf).join("")));
      head = "";
    },
  });
}
