import { afterEach, describe, expect, test } from "bun:test";
import { silentLog } from "../../src/log.ts";
import { type LiveSnapshot, LiveViews, liveLimits } from "../../src/web/live.ts";

const views: LiveViews[] = [];
afterEach(() => {
  for (const view of views.splice(0)) view.close();
});

function newViews(heartbeatMs = 60_000): LiveViews {
  const made = new LiveViews({ log: silentLog, now: () => 0, heartbeatMs });
  views.push(made);
  return made;
}

/** A view whose content the test sets; `renders` counts how often it was asked. */
function stage(everyMs = 1) {
  const state: { shown: LiveSnapshot; renders: number } = { shown: { parts: [{ id: "a", html: "<p>1</p>" }] }, renders: 0 };
  const render = () => {
    state.renders += 1;
    return Promise.resolve(state.shown);
  };
  return { state, view: { key: "stage", everyMs, render } };
}

function listen(live: LiveViews, view: ReturnType<typeof stage>["view"], allowed = () => true) {
  const abort = new AbortController();
  const reader = live.open(view, abort.signal, allowed).body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const next = async () => {
    const { value, done } = await reader.read();
    return done ? null : new TextDecoder().decode(value);
  };
  return { next, abort };
}

const row = (id: string, text: string) => ({ id, html: `<tr id="${id}"><td>${text}</td></tr>` });

describe("a page's stream", () => {
  test("begins with all, then sends only what changed", async () => {
    const { state, view } = stage();
    state.shown = { parts: [{ id: "a", html: "<p>1</p>" }], list: { id: "rows", rows: [row("r1", "x"), row("r2", "y")] } };
    const { next } = listen(newViews(), view);
    const first = await next();
    expect(first).toContain('hx-target="#a"');
    expect(first).toContain('hx-target="#rows" hx-swap="innerMorph"');
    state.shown = { parts: [{ id: "a", html: "<p>1</p>" }], list: { id: "rows", rows: [row("r1", "x"), row("r2", "changed")] } };
    expect(await next()).toMatch(/^id: \d+\ndata: <hx-partial hx-target="#r2" hx-swap="outerMorph"><tr id="r2"><td>changed<\/td><\/tr><\/hx-partial>\n\n$/);
  });

  test("tells who comes after a change nothing that was read before it", async () => {
    const { state, view } = stage();
    const live = newViews();
    const first = listen(live, view);
    expect(await first.next()).toContain("<p>1</p>");
    const old = Promise.withResolvers<LiveSnapshot>();
    const asked = Promise.withResolvers<void>();
    const late = {
      ...view,
      key: "late",
      render: () => {
        asked.resolve();
        return old.promise;
      },
    };
    const slow = listen(live, late);
    await asked.promise;
    live.changed();
    state.shown = { parts: [{ id: "a", html: "<p>2</p>" }] };
    const second = listen(live, view);
    const third = listen(live, late);
    late.render = () => Promise.resolve(state.shown);
    old.resolve({ parts: [{ id: "a", html: "<p>1</p>" }] });
    expect(await slow.next()).toContain("<p>1</p>");
    expect(await second.next()).toContain("<p>2</p>");
    expect(await third.next()).toContain("<p>2</p>");
  });

  test("sends the whole body when the order of its rows changes", async () => {
    const { state, view } = stage();
    state.shown = { parts: [], list: { id: "rows", rows: [row("r1", "x"), row("r2", "y")] } };
    const { next } = listen(newViews(), view);
    await next();
    state.shown = { parts: [], list: { id: "rows", rows: [row("r2", "y"), row("r1", "x")] } };
    expect(await next()).toContain('hx-target="#rows" hx-swap="innerMorph"><tr id="r2">');
  });

  test("cannot be split by a line break inside the content", async () => {
    const { state, view } = stage();
    state.shown = { parts: [{ id: "a", html: "<p>one\nevent: evil\r\nid: 7\rtwo</p>" }] };
    const message = (await listen(newViews(), view).next()) ?? "";
    expect(
      message
        .trimEnd()
        .split("\n")
        .slice(1)
        .every((line) => line.startsWith("data: ")),
    ).toBe(true);
  });

  test("is rendered once for all who look, and not at all when nobody does", async () => {
    const { state, view } = stage(60_000);
    const live = newViews();
    const all = Array.from({ length: 20 }, () => listen(live, view));
    await Promise.all(all.map(({ next }) => next()));
    expect([state.renders, live.streams]).toEqual([1, 20]);
    for (const { abort } of all) abort.abort();
    expect(live.streams).toBe(0);
    await listen(live, view).next();
    expect(state.renders).toBe(2);
  });

  test("waits until the view before it is rendered", async () => {
    const held = Promise.withResolvers<LiveSnapshot>();
    const first = { key: "first", everyMs: 60_000, render: () => held.promise };
    const { state, view } = stage(60_000);
    const live = newViews();
    listen(live, first);
    const { next } = listen(live, view);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(state.renders).toBe(0);
    held.resolve({ parts: [] });
    expect(await next()).toContain("hx-partial");
    expect(state.renders).toBe(1);
  });

  test("ends with the session behind it", async () => {
    const { view } = stage(60_000);
    let isAllowed = true;
    const { next } = listen(newViews(1), view, () => isAllowed);
    expect(await next()).toContain("hx-partial");
    expect(await next()).toBe(":\n\n");
    isAllowed = false;
    let last = await next();
    while (last !== null) last = await next();
    expect(last).toBeNull();
  });

  test("is refused beyond the limit", () => {
    const { view } = stage(60_000);
    const live = newViews();
    for (let at = 0; at < liveLimits.streamsMax; at += 1) listen(live, view);
    expect(() => listen(live, view)).toThrow("at most 256 pages");
  });
});
