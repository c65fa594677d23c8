import { EventsPage } from "../../../views/pages/events.tsx";
import { EventList } from "../../../views/parts/event-list.tsx";
import type { Choice } from "../../../views/parts/form.tsx";
import { assetUrls } from "../assets/assets.ts";
import type { LiveView } from "../live.ts";
import { eventLine } from "./event-lines.ts";
import { readLocalTime } from "./local-time.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const pageRows = 100;
const searchCharsMax = 100;

const kinds: readonly Choice[] = [
  { value: "", text: "everything" },
  { value: "rig", text: "rigs" },
  { value: "contract", text: "contracts" },
  { value: "pool", text: "pools" },
  { value: "profile", text: "profiles" },
  { value: "fleet", text: "fleets" },
  { value: "site", text: "sites" },
  { value: "customer", text: "customers" },
  { value: "user", text: "users" },
  { value: "hub", text: "the hub itself" },
];

type Asked = { about: string; q: string; until: string; before: number | null };

/** What the address asks for; what it cannot mean is left out. */
function read(url: URL): Asked {
  const get = (name: string) => (url.searchParams.get(name) ?? "").trim().slice(0, searchCharsMax);
  const before = Number(get("before"));
  return {
    about: kinds.some(({ value }) => value === get("about")) ? get("about") : "",
    q: get("q"),
    until: get("until"),
    before: Number.isSafeInteger(before) && before > 0 ? before : null,
  };
}

export function eventsPage(parts: PageParts, { url, viewer }: PageCall): Promise<Response> {
  const { events } = parts.deps.control;
  const { about, q, until, before } = read(url);
  const untilMs = until === "" ? null : readLocalTime(until, viewer.zone);
  const isUnknown = until !== "" && untilMs === null;
  const page = events.search({ beforeNo: before, untilMs, kind: about, text: q, limit: pageRows });
  const asked = { ...(about !== "" && { about }), ...(q !== "" && { q }), ...(until !== "" && { until }) };
  const olderHref = page.olderNo === null ? null : `/events?${new URLSearchParams({ ...asked, before: String(page.olderNo) })}`;
  const errors: Record<string, string> = isUnknown ? { until: "Must be a day and a time, such as 2026-12-01 02:13." } : {};
  const isLive = Object.keys(asked).length === 0 && before === null;
  const form = { values: { about, q, until }, errors };
  const props = { viewer, assets: assetUrls, events: page.rows.map(eventLine), kinds, form, olderHref, live: isLive ? "/live/events" : null };
  return htmlResponse(EventsPage(props), isUnknown ? 422 : 200);
}

export function eventsLive(parts: PageParts, { zone }: WatchCall): LiveView {
  const render = async () => {
    const clock = { nowMs: parts.deps.now(), zone };
    const events = parts.deps.control.events.latest(pageRows).map(eventLine);
    return { parts: [{ id: "events", html: await EventList({ id: "events", events, clock }) }] };
  };
  return { key: "events", everyMs: 1_000, render };
}
