import { NothingToShow, RigPaging, type RigQuery, RigRow, RigsPage, rigsHref, StatusChips } from "../../../views/pages/rigs.tsx";
import { assetUrls } from "../assets/assets.ts";
import type { LiveView } from "../live.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { readRigQuery, rigLine, rigPageSize, searchRigs } from "./rig-search.ts";

/** All that the list shows for a query, in plain values. */
async function listOf(parts: PageParts, asked: RigQuery, zone: string) {
  const snapshot = await parts.snapshots.current();
  const { rows, matching, page } = searchRigs(snapshot, asked);
  const query = { ...asked, page };
  return {
    query,
    rows: rows.map(rigLine),
    statusCounts: snapshot.statusCounts,
    total: snapshot.rigs.length,
    matching,
    pageSize: rigPageSize,
    clock: { nowMs: parts.deps.now(), zone },
    liveUrl: rigsHref(query, "/live/rigs"),
  };
}

export async function rigsPage(parts: PageParts, { url, viewer }: PageCall): Promise<Response> {
  return htmlResponse(RigsPage({ viewer, assets: assetUrls, list: await listOf(parts, readRigQuery(url), viewer.zone) }));
}

export function rigsLive(parts: PageParts, { url, zone }: WatchCall): LiveView {
  const query = readRigQuery(url);
  const render = async () => {
    const list = await listOf(parts, query, zone);
    const rows = await Promise.all(list.rows.map(async (line) => ({ id: line.id, html: await RigRow({ line, clock: list.clock }) })));
    return {
      parts: [
        { id: "chips", html: await StatusChips(list) },
        { id: "nothing", html: await NothingToShow(list) },
        { id: "paging", html: await RigPaging(list) },
      ],
      list: { id: "rows", rows },
    };
  };
  return { key: rigsHref(query), everyMs: 2_000, render };
}
