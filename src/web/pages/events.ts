import { EventsPage } from "../../../views/pages/events.tsx";
import { EventList } from "../../../views/parts/event-list.tsx";
import { assetUrls } from "../assets/assets.ts";
import type { LiveView } from "../live.ts";
import { eventLine } from "./event-lines.ts";
import { farmOf } from "./farm.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const pageRows = 100;
/** As many as the log gives at once; older ones are for the API's cursor. */
const rowsMax = 1_000;

export function eventsPage(parts: PageParts, { url, viewer }: PageCall): Promise<Response> {
  const page = Math.min(rowsMax / pageRows, Math.max(1, Math.trunc(Number(url.searchParams.get("page") ?? 1)) || 1));
  const events = parts.deps.control.events.latest(Math.min(rowsMax, page * pageRows + 1));
  const shown = events.slice((page - 1) * pageRows, page * pageRows).map(eventLine);
  const hasOlder = events.length > page * pageRows && page < rowsMax / pageRows;
  const olderHref = hasOlder ? `/events?page=${page + 1}` : null;
  return htmlResponse(EventsPage({ viewer, assets: assetUrls, events: shown, olderHref, live: page === 1 ? "/live/events" : null }));
}

export function eventsLive(parts: PageParts): LiveView {
  const render = async () => {
    const clock = { nowMs: parts.deps.now(), zone: farmOf(parts.deps.control).zone };
    const events = parts.deps.control.events.latest(pageRows).map(eventLine);
    return { parts: [{ id: "events", html: await EventList({ id: "events", events, clock }) }] };
  };
  return { key: "events", everyMs: 1_000, render };
}
