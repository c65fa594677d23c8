import { EventsPage } from "../../../views/pages/events.tsx";
import { EventList } from "../../../views/parts/event-list.tsx";
import { listHref } from "../../../views/parts/saved-views.tsx";
import { breathe } from "../../../views/turns.ts";
import { assetUrls } from "../assets/assets.ts";
import type { LiveView } from "../live.ts";
import { eventLine } from "./event-lines.ts";
import { eventFields, eventKinds, readEventQuery } from "./event-query.ts";
import { readLocalTime } from "./local-time.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { firstView, savedViewsOf } from "./saved-views.ts";

const pageRows = 100;
export async function eventsPage(parts: PageParts, call: PageCall): Promise<Response> {
  const first = firstView(parts, call, "events");
  if (first !== null) return first;
  const { url, viewer } = call;
  const { events } = parts.deps.control;
  const query = readEventQuery(url);
  const { about, q, until, before } = query;
  const untilMs = until === "" ? null : readLocalTime(until, viewer.zone);
  const isUnknown = until !== "" && untilMs === null;
  const page = await events.search({ beforeNo: before, untilMs, kind: about, text: q, limit: pageRows }, breathe);
  const olderHref = page.olderNo === null ? null : listHref("events", new URLSearchParams(eventFields({ ...query, before: page.olderNo })).toString());
  const errors: Record<string, string> = isUnknown ? { until: "Must be a day and a time, such as 2026-12-01 02:13." } : {};
  const isLive = eventFields(query).length === 0;
  const form = { values: { about, q, until }, errors };
  const shown = { events: page.rows.map(eventLine), kinds: eventKinds, form, olderHref, live: isLive ? "/live/events" : null };
  return htmlResponse(EventsPage({ viewer, assets: assetUrls, views: savedViewsOf(parts, call, "events"), ...shown }), isUnknown ? 422 : 200);
}

export function eventsLive(parts: PageParts, { zone }: WatchCall): LiveView {
  const render = async () => {
    const clock = { nowMs: parts.deps.now(), zone };
    const events = parts.deps.control.events.latest(pageRows).map(eventLine);
    return { parts: [{ id: "events", html: await EventList({ id: "events", events, clock }) }] };
  };
  return { key: "events", everyMs: 1_000, render };
}
