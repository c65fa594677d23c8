import { breathe } from "../../views/turns.ts";
import type { Control } from "../control/control.ts";
import type { Rig } from "../control/rig-row.ts";

/** A rig takes some 13 µs to be told, and others are served between two pages. */
const rigsPerPage = 100;

/** All rigs in the order of their names, page by page; one that changes meanwhile is told as it was or as it is. */
export async function* rigPages(rigs: Pick<Control["rigs"], "list">): AsyncGenerator<readonly Rig[]> {
  let cursor: string | null = null;
  do {
    await breathe();
    const page = rigs.list({ cursor, limit: rigsPerPage });
    if (!page.ok) throw new Error(page.rule);
    yield page.value.rows;
    cursor = page.value.next;
  } while (cursor !== null);
}
