import { Type } from "@sinclair/typebox";
import type { HubEvent } from "../../control/events.ts";
import { type ApiParts, type Endpoint, type Reply, readEndpoint } from "../endpoint.ts";
import { eventExample } from "../examples.ts";
import { webLimits } from "../limits.ts";
import { eventModel } from "../models.ts";
import { invalidParameter, limitOf } from "../paging.ts";
import { eventJson } from "../present-rows.ts";
import { isInForce, type Principal } from "../principal.ts";
import { idOf, pageOf, pageQuery } from "../schema-parts.ts";
import { keepOpen, sseFrame, sseHeaders, sseHeartbeat } from "../sse.ts";

const eventQuery = Type.Object({
  limit: pageQuery.limit,
  after: Type.Optional(
    Type.Union([idOf("evt"), Type.Literal("latest"), Type.Literal("")], {
      "x-rule": "the id of an event, or latest",
      description: "Events after this one; `latest`: only those to come; empty or left out: from the beginning",
    }),
  ),
  wait: Type.Optional(Type.Integer({ minimum: 0, maximum: 30, description: "Seconds to wait for the first event, if there is none yet" })),
});

export function eventEndpoints(parts: ApiParts): Endpoint[] {
  const read = readEndpoint({
    path: "/events",
    need: "events:read",
    tag: "events",
    summary: "What happened",
    description:
      "Changes of state in the order in which they were written. `page.next` is where to go on (`after`), also when there was nothing. With `Accept: text/event-stream` the events come as a stream that does not end; " +
      "`Last-Event-ID` goes on where a broken stream stopped.",
    query: eventQuery,
    answers: [
      {
        status: 200,
        description: "Events",
        schema: pageOf("Event", eventModel),
        example: { data: [eventExample], page: { next: eventExample.id } },
        mediaTypes: ["application/json", "text/event-stream"],
      },
    ],
    handle: ({ query, request, principal }) => {
      const resumed = request.headers.get("last-event-id");
      // HEAD is answered from the whole body, which a stream never has.
      const isStream = request.method === "GET" && /\btext\/event-stream\b/i.test(request.headers.get("accept") ?? "");
      const cursor = startOf(parts, (isStream && resumed !== null && resumed !== "" ? resumed : query.after) ?? "");
      return isStream
        ? stream(parts, request, { from: cursor, principal })
        : longPoll(parts, request, { cursor, limit: limitOf(query), waitMs: (query.wait ?? 0) * 1_000 });
    },
  });
  return [read];
}

/** `latest` as the id of the last event there is; nothing as the beginning, so that a script may send what it has kept so far. */
function startOf({ deps }: ApiParts, after: string): string | null {
  if (after === "") return null;
  return after === "latest" ? (deps.control.events.latest(1)[0]?.id ?? null) : after;
}

function eventsAfter({ deps }: ApiParts, cursor: string | null, limit: number): HubEvent[] {
  const found = deps.control.events.after(cursor, limit);
  if (!found.ok) throw invalidParameter("after", "must be the id of an event that is on record");
  return found.value;
}

type Poll = { cursor: string | null; limit: number; waitMs: number };

async function longPoll(parts: ApiParts, request: Request, { cursor, limit, waitMs }: Poll): Promise<Reply> {
  let events = eventsAfter(parts, cursor, limit);
  if (events.length === 0 && waitMs > 0) {
    const leave = parts.waiters.enter();
    keepOpen(request);
    await parts.waiters.wait(Math.min(waitMs, webLimits.longPollMsMax), request.signal).finally(leave);
    events = eventsAfter(parts, cursor, limit);
  }
  return { body: { data: events.map(eventJson), page: { next: events.at(-1)?.id ?? cursor } } };
}

const batchMax = 100;

/**
 * An endless stream, for as long as its token opens it: what is there already, then each event as it is written, and a heartbeat while
 * there is none. Goes only as fast as the client reads.
 */
function stream(parts: ApiParts, request: Request, { from, principal }: { from: string | null; principal: Principal }): Response {
  // Asked before the answer begins, so that a wrong cursor is a proper refusal.
  eventsAfter(parts, from, 1);
  const leave = parts.waiters.enter();
  keepOpen(request);
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  let cursor = from;
  const isOver = () => parts.waiters.isClosed || signal.aborted || !isInForce(parts.deps.control, principal, parts.deps.now());
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Headers go out with the first byte: a client must see that it is connected.
      controller.enqueue(encoder.encode(sseHeartbeat));
    },
    async pull(controller) {
      let events = eventsAfter(parts, cursor, batchMax);
      if (events.length === 0) {
        await parts.waiters.wait(webLimits.heartbeatMs, signal);
        // A stream that was cancelled is closed already.
        if (gone.signal.aborted) return;
        events = eventsAfter(parts, cursor, batchMax);
      }
      if (isOver()) {
        leave();
        controller.close();
        return;
      }
      cursor = events.at(-1)?.id ?? cursor;
      const frames = events.map((event) => sseFrame({ id: event.id, event: event.type, data: JSON.stringify(eventJson(event)) }));
      controller.enqueue(encoder.encode(frames.length === 0 ? sseHeartbeat : frames.join("")));
    },
    cancel() {
      gone.abort();
      leave();
    },
  });
  return new Response(body, { headers: { ...sseHeaders } });
}
