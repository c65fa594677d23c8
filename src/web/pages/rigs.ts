import { type RigQuery, rigsHref, usualColumns } from "../../../views/pages/rig-columns.tsx";
import { NothingToShow, RigPaging, RigRow, RigsPage, StatusChips } from "../../../views/pages/rigs.tsx";
import { assetUrls } from "../assets/assets.ts";
import { type LiveView, liveRows } from "../live.ts";
import { bulkOps } from "./bulk.ts";
import { newcomersOf } from "./newcomers.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { isDecision, readRigQuery, rigLine, rigPageSize, searchRigs } from "./rig-search.ts";
import { firstView, savedViewsOf } from "./saved-views.ts";
import { unknownFilter } from "./unknown-filter.ts";

/** All that the list shows for a query, in plain values. */
async function listOf(parts: PageParts, asked: RigQuery, { zone, ticks }: { zone: string; ticks: boolean }) {
  const snapshot = await parts.snapshots.current();
  const { rows, matching, page } = await searchRigs(snapshot, asked);
  const query = { ...asked, page };
  const strips = (query.columns ?? usualColumns).includes("day") ? await parts.rigStrips.of(rows.map(({ rig }) => rig)) : null;
  return {
    query,
    rows: rows.map((view) => rigLine(view, { ids: parts.ids, strip: strips?.get(view.rig.no) ?? null })),
    statusCounts: snapshot.statusCounts,
    total: snapshot.rigs.length,
    matching,
    pageSize: rigPageSize,
    clock: { nowMs: parts.deps.now(), zone },
    ticks,
    liveUrl: `/live${withTicks(rigsHref(query), ticks)}`,
  };
}

/** Rows with a box to tick are rows of a stream of their own. */
const withTicks = (href: string, ticks: boolean): string => (ticks ? `${href}&ticks=1` : href);

function warningsOf(url: URL, { status }: RigQuery): string[] {
  const asked = url.searchParams.get("status") ?? "";
  const all = isDecision(asked) ? `all rigs are shown; a search for ${asked} finds them` : "all rigs are shown";
  return unknownFilter(url, "status", { read: status, all });
}

export async function rigsPage(parts: PageParts, call: PageCall): Promise<Response> {
  const first = firstView(parts, call, "rigs");
  if (first !== null) return first;
  const ops = bulkOps(call);
  const query = readRigQuery(call.url);
  const list = await listOf(parts, query, { zone: call.viewer.zone, ticks: ops.length > 0 });
  const views = savedViewsOf(parts, call, "rigs");
  return htmlResponse(
    RigsPage({ viewer: call.viewer, assets: assetUrls, list, warnings: warningsOf(call.url, query), views, ops, newcomers: newcomersOf(parts) }),
  );
}

export function rigsLive(parts: PageParts, { url, zone }: WatchCall): LiveView {
  const query = readRigQuery(url);
  const ticks = url.searchParams.has("ticks");
  const render = async () => {
    const list = await listOf(parts, query, { zone, ticks });
    const rows = await liveRows(list.rows, (line) => RigRow({ line, clock: list.clock, ticks, columns: query.columns }));
    return {
      parts: [
        { id: "chips", html: await StatusChips(list) },
        { id: "nothing", html: await NothingToShow(list) },
        { id: "paging", html: await RigPaging(list) },
      ],
      list: { id: "rows", rows },
    };
  };
  return { key: withTicks(rigsHref(query), ticks), everyMs: 2_000, render };
}
