import { describe, expect, test } from "bun:test";
import { testWeb } from "./test-web.ts";

test("every route that may change something is recorded", () => {
  const { app } = testWeb();
  const changing = app.routes.filter(({ method }) => !["GET", "HEAD"].includes(method));
  const unrecorded = changing.filter(({ hooks }) => (hooks as { detail?: Record<string, unknown> }).detail?.["x-recorded"] !== true);
  expect(changing.length).toBeGreaterThan(60);
  expect(unrecorded.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

const poolEntry = { url: "stratum+tcp://a.example:3333", username: "farm", password: "hunter2" };

describe("GET /audit", () => {
  test("tells what a token changed, of secrets only that they changed, and goes on where the last page ended", async () => {
    const web = testWeb();
    const made = await web.post("/pools", poolEntry);
    await web.patch(`/pools/${made.json["id"]}`, { username: "other" }, '"v1"');
    const first = await web.get("/audit?limit=1");
    expect(first.json["data"]).toMatchObject([
      { actor: expect.stringMatching(/^token:tok_/), action: "POST /api/v1/pools", subject_id: made.json["id"], changes: [{ kind: "pool", before: null }] },
    ]);
    expect(first.text).not.toContain("hunter2");
    const second = await web.get(`/audit?after=${first.json["page"].next}`);
    expect(second.json["data"]).toMatchObject([
      { action: "PATCH /api/v1/pools/{id}", subject_id: made.json["id"], changes: [{ before: { username: "farm" }, after: { username: "other" } }] },
    ]);
    const last = await web.get(`/audit?after=${second.json["page"].next}`);
    expect(last.json).toEqual({ data: [], page: { next: second.json["page"].next } });
    expect((await web.get(`/audit?subject=${made.json["id"]}`)).json["data"]).toHaveLength(2);
    expect((await web.get("/audit?to=2020-01-01T00:00:00Z")).json["data"]).toEqual([]);
    expect((await web.get("/audit?after=aud_01kake8m3k5w9v2t7d4q6r1xyz")).status).toBe(422);
  });

  test("a refused change, a repeat and a change without effect leave no entry", async () => {
    const web = testWeb();
    const made = await web.post("/pools", poolEntry, { key: "same" });
    await web.post("/pools", poolEntry, { key: "same" });
    await web.patch(`/pools/${made.json["id"]}`, { username: "farm" }, '"v1"');
    await web.patch(`/pools/${made.json["id"]}`, { username: "other" }, '"v7"');
    await web.post("/pools", { ...poolEntry, url: "nonsense" });
    expect((await web.get("/audit")).json["data"]).toHaveLength(1);
  });

  test("a verb names what it was about, and its sentence", async () => {
    const web = testWeb();
    const fleet = web.control.fleets.all()[0];
    await web.post(`/fleets/${fleet?.id}/hold`, { until: "2026-11-23T08:00:00Z", reason: "storm" });
    expect((await web.get("/audit")).json["data"]).toMatchObject([
      { action: "POST /api/v1/fleets/{id}/hold", subject_id: fleet?.id, told: [expect.stringContaining("held fleet main")] },
    ]);
  });
});

test("a changed URL or username of a pool is an event of its own, with both places; another change is not", async () => {
  const web = testWeb();
  const made = await web.post("/pools", poolEntry);
  await web.patch(`/pools/${made.json["id"]}`, { name: "Renamed" }, '"v1"');
  await web.patch(`/pools/${made.json["id"]}`, { url: "stratum+ssl://b.example:3334" }, '"v2"');
  const redirected = web.control.events.latest(50).filter(({ type }) => type === "pool.redirected");
  expect(redirected.map(({ data }) => [data["from"], data["to"]])).toEqual([
    [
      { url: "stratum+tcp://a.example:3333", username: "farm" },
      { url: "stratum+ssl://b.example:3334", username: "farm" },
    ],
  ]);
});
