import { InventoryPage } from "../../../views/pages/inventory.tsx";
import type { Rig } from "../../control/rig-row.ts";
import { assetUrls } from "../assets/assets.ts";
import { inventoryCsv } from "../inventory-csv.ts";
import { pageFrom } from "../paging.ts";
import { NameBook } from "../rig-cells.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigWord } from "./rig-word.ts";

const linesPerPage = 100;
const searchCharsMax = 100;

function placeOf(book: NameBook, { siteId, location }: Rig): string {
  const { building, row, rack, position } = location;
  return [book.siteText(siteId), building, row, rack, position].filter((part) => part !== null && part !== "").join(" · ");
}

export function inventoryPage({ deps }: PageParts, { viewer, url }: PageCall): Promise<Response> {
  const q = (url.searchParams.get("q") ?? "").trim().slice(0, searchCharsMax);
  const cursor = url.searchParams.get("cursor");
  const { rows, next } = pageFrom(deps.control.rigs.list({ cursor, limit: linesPerPage, filter: q === "" ? {} : { text: q } }));
  const book = new NameBook(deps.control);
  const lines = rows.map((rig) => ({
    ...{ id: rig.id, name: rig.name, assetCode: rig.assetCode, model: rig.model, serial: rig.serial },
    ...{ owner: book.ownerText(rig.ownerCustomerId) || "house", place: placeOf(book, rig), lifecycle: rig.lifecycle, status: rigWord(rig) },
  }));
  const search = new URLSearchParams({ ...(q !== "" && { q }), cursor: next ?? "" });
  return htmlResponse(InventoryPage({ viewer, assets: assetUrls, q, lines, next: next === null ? null : `/inventory?${search}` }));
}

/** The whole inventory as a file that an import takes back. */
export function inventoryFile({ deps }: PageParts): Response {
  const headers = { "content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="inventory.csv"' };
  return new Response(inventoryCsv(deps.control), { headers });
}
