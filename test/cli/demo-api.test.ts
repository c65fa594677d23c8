import { afterEach, expect, test } from "bun:test";
import { DemoApi } from "../../src/cli/demo-api.ts";

let server: ReturnType<typeof Bun.serve> | undefined;
afterEach(() => server?.stop(true));

/** Answers each request by its method and path, and keeps what was asked. */
function serving(answers: Record<string, { status?: number; body: unknown }>) {
  const asked: { line: string; headers: Headers; body: string }[] = [];
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const line = `${request.method} ${pathname.replace("/api/v1", "")}${search}`;
      asked.push({ line, headers: request.headers, body: await request.text() });
      const answer = answers[line] ?? { status: 500, body: {} };
      return Response.json(answer.body, { status: answer.status ?? 200 });
    },
  });
  return { api: new DemoApi(`http://127.0.0.1:${server.port}`, "hub_secret"), asked };
}

test("what is not there is null, and any other refusal is an error that names the request and its answer", async () => {
  const { api } = serving({ "GET /contracts/by-ref/a": { status: 404, body: {} }, "GET /contracts/by-ref/b": { status: 403, body: { detail: "no scope" } } });
  expect(await api.find("/contracts/by-ref/a")).toBeNull();
  expect(await api.find("/contracts/by-ref/b").catch(String)).toMatch(/GET \/contracts\/by-ref\/b answered 403: .*no scope/);
});

test("a row is brought to what it should be with its version, or made where there is none of its name", async () => {
  const { api, asked } = serving({
    "GET /pools": { body: { data: [{ id: "pol_1", name: "house", version: 7 }], page: { next: null } } },
    "PATCH /pools/pol_1": { body: { id: "pol_1" } },
    "POST /pools": { status: 201, body: { id: "pol_2" } },
  });
  expect(await api.ensure("/pools", { name: "house" })).toEqual({ id: "pol_1" });
  expect(asked.at(-1)?.headers.get("if-match")).toBe('"v7"');
  expect(await api.ensure("/pools", { name: "other" })).toEqual({ id: "pol_2" });
  expect(asked.at(-1)?.headers.get("idempotency-key")).toMatch(/^.{36}$/);
  expect(asked.every(({ headers }) => headers.get("authorization") === "Bearer hub_secret")).toBe(true);
});

test("events are asked for from where the feed ended, and only those of the wanted types are given", async () => {
  const events = [
    { type: "pool.failover", text: "one" },
    { type: "rig.moved", text: "two" },
  ];
  const { api } = serving({
    "GET /events?after=latest": { body: { data: [], page: { next: "evt_9" } } },
    "GET /events?limit=500&after=evt_9": { body: { data: events, page: { next: "evt_11" } } },
  });
  const cursor = await api.endOfEvents();
  expect(cursor).toBe("evt_9");
  expect(await api.eventsAfter(cursor, ["pool.failover"])).toEqual([{ type: "pool.failover", text: "one" }]);
});
