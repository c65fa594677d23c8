import { type Layout, type Slot, SlotTable } from "../work/extranonce.ts";

/** The extranonce1 values that connections hold, by their length. */
export class Slots {
  private readonly tables = new Map<number, SlotTable>();

  take(layout: Layout): Slot {
    return this.tableOf(layout).take();
  }

  release(layout: Layout, { x, block }: Slot): void {
    this.tableOf(layout).release(x, block);
  }

  private tableOf({ e1Bytes }: Layout): SlotTable {
    const known = this.tables.get(e1Bytes);
    if (known !== undefined) return known;
    const table = new SlotTable(e1Bytes);
    this.tables.set(e1Bytes, table);
    return table;
  }
}
