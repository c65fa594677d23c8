import { type BuildingRows, type NamedRack, RackNow, RacksPage, type RowProps, type StandingRig } from "../../../views/pages/racks.tsx";
import { inPieces } from "../../../views/turns.ts";
import type { Rack } from "../../control/racks.ts";
import type { Rig } from "../../control/rig-row.ts";
import { assetUrls } from "../assets/assets.ts";
import type { LiveView } from "../live.ts";
import { rackGrid } from "../rack-grid.ts";
import { NameBook } from "../rig-cells.ts";
import { byName } from "./natural-order.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { isTroubled } from "./rig-search.ts";
import { rigWord } from "./rig-word.ts";

/** Where a row of racks is; the texts as most rigs write them, compared without case. */
export type RowPlace = { siteId: string | null; building: string | null; row: string | null };
const nowhere: RowPlace = Object.freeze({ siteId: null, building: null, row: null });
type Row = RowPlace & { key: string; racks: Rack[]; rigs: Rig[]; troubled: number };

const keyOf = ({ siteId, building, row }: RowPlace): string => JSON.stringify([siteId, building?.toLowerCase() ?? null, row?.toLowerCase() ?? null]);

const rigsPerPiece = 200;

/** Positions that one page draws; a row that has more shows its first racks. */
const cellsMax = 5_000;

export function rowHref({ siteId, building, row }: RowPlace, path = "/racks"): string {
  return `${path}?${new URLSearchParams({ site: siteId ?? "", building: building ?? "", row: row ?? "" })}`;
}

/** Rows that have racks, or rigs that say they stand there. */
async function rowsOf({ deps: { control }, snapshots }: PageParts): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  // Thousands of rigs write the same few names in the same few ways.
  const asWritten = new Map<string, Row>();
  const rowAt = ({ siteId, building, row }: RowPlace): Row => {
    const text = `${siteId ?? ""}\n${building ?? ""}\n${row ?? ""}`;
    const known = asWritten.get(text);
    if (known !== undefined) return known;
    const key = keyOf({ siteId, building, row });
    const found = rows.get(key) ?? { siteId, building, row, key, racks: [], rigs: [], troubled: 0 };
    rows.set(key, found);
    asWritten.set(text, found);
    return found;
  };
  for (const rack of control.racks.all()) rowAt(rack).racks.push(rack);
  for await (const views of inPieces((await snapshots.current()).rigs, rigsPerPiece)) {
    for (const view of views) {
      const { siteId, location } = view.rig;
      if (location.building === null && location.row === null && location.rack === null) continue;
      const row = rowAt({ siteId, building: location.building, row: location.row });
      row.rigs.push(view.rig);
      if (isTroubled(view)) row.troubled += 1;
    }
  }
  return rows;
}

function readRow(url: URL): RowPlace | null {
  const names = ["site", "building", "row"] as const;
  if (!names.some((name) => url.searchParams.has(name))) return null;
  const [siteId = null, building = null, row = null] = names.map((name) => url.searchParams.get(name) || null);
  return { siteId, building, row };
}

const standing = (rig: Rig): StandingRig => ({
  id: rig.id,
  name: rig.name,
  status: rigWord(rig),
  statusSinceMs: rig.statusSinceMs,
  reason: rig.statusReason.text,
  lifecycle: rig.lifecycle,
  position: rig.location.position,
});

function namedRacks(row: Row, byRack: ReadonlyMap<string, Rig[]>): NamedRack[] {
  const described = new Set(row.racks.map(({ name }) => name.toLowerCase()));
  const loose = [...byRack].filter(([key]) => key !== "" && !described.has(key));
  return byName(
    loose.map(([, rigs]) => {
      const name = rigs[0]?.location.rack ?? "";
      return { name, rigs: rigs.length, addHref: `${rowHref(row, "/racks/new")}&${new URLSearchParams({ name })}` };
    }),
  );
}

function rowProps(book: NameBook, row: Row): RowProps {
  const byRack = Map.groupBy(row.rigs, ({ location }) => location.rack?.toLowerCase() ?? "");
  const named = namedRacks(row, byRack);
  let cells = 0;
  const racks = byName(row.racks).filter(({ levels, slots }) => {
    cells += levels * slots;
    return cells <= cellsMax;
  });
  return {
    text: [book.siteText(row.siteId), placeWord("building", row.building), placeWord("row", row.row)].filter((text) => text !== "").join(" · ") || "No row",
    racks: racks.map((rack) => {
      const grid = rackGrid(rack, byRack.get(rack.name.toLowerCase()) ?? []);
      const shown = { cells: grid.cells.map((cell) => ({ ...cell, rigs: cell.rigs.map(standing) })), unplaced: grid.unplaced.map(standing) };
      return { id: rack.id, name: rack.name, levels: rack.levels, slots: rack.slots, ...shown };
    }),
    unshown: row.racks.length - racks.length,
    named,
    addAllHref: `${rowHref(row, "/racks/new")}&${new URLSearchParams({ name: named.map(({ name }) => name).join(", ") })}`,
    withoutRack: byRack.get("")?.length ?? 0,
  };
}

const placeWord = (word: string, value: string | null): string => (value === null ? "" : `${word} ${value}`);

function buildingsOf(book: NameBook, rows: Iterable<Row>, current: Row | null): BuildingRows[] {
  const named = [...rows].map((row) => {
    const name = [book.siteText(row.siteId), placeWord("building", row.building)].filter((text) => text !== "").join(" · ") || "No building";
    return { name, row };
  });
  return [...Map.groupBy(byName(named), ({ name }) => name)].map(([text, list]) => {
    const links = list.map(({ row }) => {
      const counts = { rigs: row.rigs.length, troubled: row.troubled };
      return { name: row.row ?? "", text: placeWord("row", row.row) || "no row", href: rowHref(row), ...counts, current: row === current };
    });
    return { text, rows: byName(links) };
  });
}

async function shownRow(parts: PageParts, url: URL) {
  const book = new NameBook(parts.deps.control);
  const rows = await rowsOf(parts);
  const asked = readRow(url);
  const first = buildingsOf(book, rows.values(), null)[0]?.rows[0];
  const firstPlace = first === undefined ? null : readRow(new URL(first.href, url));
  const place = asked ?? firstPlace;
  const row = place === null ? null : (rows.get(keyOf(place)) ?? null);
  return { book, rows, row, place };
}

export async function racksPage(parts: PageParts, { viewer, url }: PageCall): Promise<Response> {
  const { book, rows, row, place } = await shownRow(parts, url);
  const props = {
    ...{ viewer, assets: assetUrls },
    buildings: buildingsOf(book, rows.values(), row),
    row: row === null ? null : rowProps(book, row),
    addHref: place === null ? "/racks/new" : rowHref(place, "/racks/new"),
    live: rowHref(place ?? nowhere, "/live/racks"),
  };
  return htmlResponse(RacksPage(props));
}

export function racksLive(parts: PageParts, { url, zone }: WatchCall): LiveView {
  const render = async () => {
    const { book, row } = await shownRow(parts, url);
    const clock = { nowMs: parts.deps.now(), zone };
    const racks = row === null ? [] : rowProps(book, row).racks;
    return { parts: await Promise.all(racks.map(async (rack) => ({ id: `now-${rack.id}`, html: await RackNow({ rack, clock }) }))) };
  };
  return { key: rowHref(readRow(url) ?? nowhere), everyMs: 5_000, render };
}
