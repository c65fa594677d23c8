import { expect, test } from "bun:test";
import { Problem } from "../../src/web/problems.ts";
import { RateLimits } from "../../src/web/rate-limit.ts";
import { testWeb } from "./test-web.ts";

const pool = { url: "stratum+tcp://pool.example:3333", username: "farm" };

type Refused = { body?: unknown; says: [pointer: string, rule: RegExp][] };

const badPools: Record<string, Refused> = {
  "nothing at all": {
    says: [
      ["/url", /is required/],
      ["/username", /is required/],
    ],
  },
  "an unknown field": { body: { ...pool, pasword: "x" }, says: [["/pasword", /not a known field/]] },
  "a prototype field": { body: `{"url":"stratum+tcp://a:1","username":"u","__proto__":{"x":1}}`, says: [["/__proto__", /not a known field/]] },
  "a number for a text": { body: { ...pool, username: 5 }, says: [["/username", /string of 1 to 512 characters/]] },
  "an empty username": { body: { ...pool, username: "" }, says: [["/username", /1 to 512/]] },
  "control characters": { body: { ...pool, username: "a\u0000b" }, says: [["/username", /control characters/]] },
  "an unknown algorithm": { body: { ...pool, algorithm: "x11" }, says: [["/algorithm", /one of sha256d, scrypt/]] },
  "an unknown mode": { body: { ...pool, mode: "solo" }, says: [["/mode", /one of shared, per-rig/]] },
  "a wrong scheme": { body: { ...pool, url: "http://pool.example:80" }, says: [["/url", /stratum\+tcp/]] },
  "no port": { body: { ...pool, url: "stratum+tcp://pool.example" }, says: [["/url", /HOST:PORT/]] },
  "port 0": { body: { ...pool, url: "stratum+tcp://pool.example:0" }, says: [["/url", /1 to 65535/]] },
  "port 65536": { body: { ...pool, url: "stratum+tcp://pool.example:65536" }, says: [["/url", /1 to 65535/]] },
  "a path": { body: { ...pool, url: "stratum+tcp://pool.example:3333/x" }, says: [["/url", /HOST:PORT/]] },
  "IPv6 without brackets": { body: { ...pool, url: "stratum+tcp://2001:db8::1:3333" }, says: [["/url", /HOST:PORT/]] },
  "a user in the URL": { body: { ...pool, url: "stratum+tcp://u@pool.example:3333" }, says: [["/url", /HOST:PORT/]] },
  "a list": { body: [], says: [["", /must be an object/]] },
  null: { body: "null", says: [["", /must be an object/]] },
  "a number too large for a double": { body: `{"url":"stratum+tcp://a:1","username":1e999}`, says: [["/username", /string/]] },
  "a customer that does not exist": { body: { ...pool, customer_id: `cus_${"0".repeat(26)}` }, says: [["/customer_id", /names no customer/]] },
};

for (const [name, { body, says }] of Object.entries(badPools)) {
  test(`POST /pools with ${name} is 422 and names field and rule`, async () => {
    const web = testWeb();
    const answer = await web.post("/pools", body);
    expect(answer.status).toBe(422);
    expect(answer.json["type"]).toBe("/problems/invalid");
    const errors: { pointer: string; detail: string }[] = answer.json["errors"];
    for (const [pointer, rule] of says) expect(errors.find((error) => error.pointer === pointer)?.detail ?? "").toMatch(rule);
    expect(web.control.pools.all()).toEqual([]);
    expect(web.hub.configChanges).toBe(0);
  });
}

test("a refusal never repeats what was sent", async () => {
  const web = testWeb();
  const secret = "hunter2-hunter2";
  for (const body of [{ ...pool, password: [secret] }, { ...pool, [secret.repeat(9)]: 1, password: secret }, `{"password":"${secret}`]) {
    const answer = await web.post("/pools", body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    if (!JSON.stringify(body).includes(secret.repeat(9))) expect(answer.text).not.toContain(secret);
  }
});

test("bodies that are no JSON, too large, or of another type are refused as such", async () => {
  const web = testWeb();
  expect((await web.post("/pools", "{bad")).status).toBe(400);
  expect((await web.post("/pools", "[".repeat(200_000))).status).toBeOneOf([400, 422]);
  expect((await web.post("/pools", `{"url":"${"x".repeat(1_000_001)}"}`)).status).toBe(413);
  expect((await web.post("/pools", "url=x", { headers: { "content-type": "application/x-www-form-urlencoded" } })).status).toBe(415);
  expect((await web.post("/pools", pool, { headers: { "content-encoding": "gzip" } })).status).toBe(415);
  expect((await web.post("/pools", pool, { headers: { "content-encoding": "identity" } })).status).toBe(201);
});

test("half of a surrogate pair is no text, neither as a value nor as a name; a whole one is", async () => {
  const web = testWeb();
  const sent = (text: string) => web.post("/pools", `{"url":"${pool.url}","username":${text}}`);
  for (const text of ['"\\ud800"', '"\\uDC00\\uD800"', '"farm","\\udbff":1', '["\\ud83d"]']) {
    expect([text, (await sent(text)).json["type"]]).toEqual([text, "/problems/malformed-body"]);
  }
  expect((await sent('"\\ud83d\\ude00"')).json["username"]).toBe("\u{1f600}");
});

test("unknown, repeated and malformed parameters are 422 with their names", async () => {
  const web = testWeb();
  const cases: [path: string, pointer: string][] = [
    ["/pools?limt=5", "#query/limt"],
    ["/pools?limit=0", "#query/limit"],
    ["/pools?limit=501", "#query/limit"],
    ["/pools?limit=1e2", "#query/limit"],
    ["/pools?limit=5&limit=6", "#query/limit"],
    ["/pools?cursor=xyz", "#query/cursor"],
    ["/rigs?status=fine", "#query/status"],
    ["/rigs?cursor=!!", "#query/cursor"],
    ["/rigs?pinned=yes", "#query/pinned"],
    ["/shares?from=yesterday", "#query/from"],
    ["/shares?from=2026-02-30T00:00:00Z", "#query/from"],
    ["/shares?from=2026-11-22T08:00:00Z&to=2026-11-22T07:00:00Z", "#query/from"],
    ["/events?after=evt_zzz", "#query/after"],
    ["/events?wait=31", "#query/wait"],
    ["/allocations?at=2026-11-22T08:00:00Z&from=2026-11-22T07:00:00Z", "#query/at"],
    ["/contracts?cursor=", "#query/cursor"],
    ["/audit?subject=", "#query/subject"],
    ["/audit?from=2026-11-22T08:00:00Z&to=2026-11-22T07:00:00Z", "#query/from"],
    ["/maintenance?from=2026-11-22T08:00:00Z&to=2026-11-22T08:00:00Z", "#query/from"],
    ["/whoami?x=1", "#query/x"],
  ];
  for (const [path, pointer] of cases) {
    const answer = await web.get(path);
    expect([path, answer.status]).toEqual([path, 422]);
    expect(answer.json["errors"][0]["pointer"]).toBe(pointer);
  }
});

test("POST needs an Idempotency-Key; the same request again gets the same answer, another one 422", async () => {
  const web = testWeb();
  expect((await web.post("/pools", pool, { key: "" })).json["type"]).toBe("/problems/idempotency-key-missing");
  const first = await web.post("/pools", { ...pool, name: "a" }, { key: "k1" });
  const again = await web.post("/pools", { name: "a", ...pool }, { key: "k1" });
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.text).toBe(first.text);
  expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
  expect(again.headers.get("location")).toBe(first.headers.get("location"));
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(web.control.pools.all()).toHaveLength(1);
  expect((await web.post("/pools", { ...pool, name: "b" }, { key: "k1" })).json["type"]).toBe("/problems/idempotency-key-reused");
  expect((await web.post("/pools", pool, { key: "k1", token: web.token("pools:write") })).status).toBe(201);
});

test("a refused POST leaves its key free", async () => {
  const web = testWeb();
  expect((await web.post("/pools", { ...pool, mode: "x" }, { key: "k" })).status).toBe(422);
  expect((await web.post("/profiles", { name: "p", pool_ids: [`pol_${"0".repeat(26)}`] }, { key: "k" })).status).toBe(422);
  expect((await web.post("/pools", pool, { key: "k" })).status).toBe(201);
});

test("while the first is being completed, its repeat is told to wait", async () => {
  const web = testWeb();
  const { promise, resolve } = Promise.withResolvers<void>();
  const tryPool = web.hub.test;
  web.hub.test = async (row) => {
    await promise;
    return tryPool(row);
  };
  const first = web.post("/pools", pool, { key: "k" });
  await new Promise((done) => setTimeout(done, 5));
  const second = await web.post("/pools", pool, { key: "k" });
  expect([second.status, second.headers.get("retry-after")]).toEqual([409, "1"]);
  resolve();
  const answered = await first;
  const third = await web.post("/pools", pool, { key: "k" });
  expect(third.text).toBe(answered.text);
  expect(third.json["extranonce2_size"]).toBe(8);
});

test("PATCH and DELETE need the version that they are based on", async () => {
  const web = testWeb();
  const made = await web.post("/pools", pool);
  const path = `/pools/${made.json["id"]}`;
  expect(made.headers.get("etag")).toBe('"v1"');
  expect((await web.patch(path, { name: "x" })).status).toBe(428);
  expect((await web.remove(path)).status).toBe(428);
  const changed = await web.patch(path, { name: "x" }, '"v1"');
  expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"v2"']);
  expect((await web.patch(path, { name: "y" }, '"v1"')).status).toBe(412);
  expect((await web.patch(path, { name: "y" }, '"2"')).status).toBe(412);
  expect((await web.patch(path, { name: "y" }, 'W/"v2"')).status).toBe(412);
  for (const match of ["v2", "2", '"v2', "'v2'"]) {
    const refused = await web.patch(path, { name: "y" }, match);
    expect([match, refused.status, refused.json["errors"]?.[0]?.pointer]).toEqual([match, 400, "#header/if-match"]);
    expect(refused.json["detail"]).toContain('such as "v3" with its quotes');
  }
  expect((await web.remove(path, '"v1"')).status).toBe(412);
  expect((await web.get(path)).headers.get("etag")).toBe('"v2"');
  expect((await web.remove(path, "*")).status).toBe(204);
  expect((await web.get(path)).status).toBe(404);
});

test("what was not changed is not sent again, unless it tells of the moment", async () => {
  const web = testWeb();
  const site = `/sites/${(await web.post("/sites", { name: "Hall 1", timezone: "UTC" })).json["id"]}`;
  expect((await web.get(site, { headers: { "if-none-match": '"v1"' } })).status).toBe(304);
  expect((await web.get(site, { headers: { "if-none-match": '"v2"' } })).status).toBe(200);
  // A hold ends by itself, a pool of a profile fails, another customer gets the same name: no version tells of that.
  const fleet = `/fleets/${(await web.get("/fleets")).json["data"][0].id}`;
  const made = await web.post("/pools", pool);
  const rig = await web.post("/rigs", { name: "r", fleet_id: fleet.slice("/fleets/".length) });
  const profile = await web.post("/profiles", { name: "P", pool_ids: [made.json["id"]] });
  const customer = await web.post("/customers", { name: "Hashhaus" });
  const changing = [`/pools/${made.json["id"]}`, `/rigs/${rig.json["id"]}`, `/profiles/${profile.json["id"]}`, `/customers/${customer.json["id"]}`, fleet];
  for (const live of changing) {
    const answer = await web.get(live, { headers: { "if-none-match": '"v1"' } });
    expect([answer.status, answer.headers.get("etag"), answer.json["version"]]).toEqual([200, '"v1"', 1]);
  }
});

test("lists are cut into pages that lose and repeat nothing, with a Link to the next", async () => {
  const web = testWeb();
  for (let at = 0; at < 7; at += 1) web.control.pools.create({ name: `p${at}`, host: "h", port: 1, username: "u" });
  const names: string[] = [];
  let path: string | null = "/pools?limit=3";
  while (path !== null) {
    const { json, headers }: Awaited<ReturnType<typeof web.get>> = await web.get(path);
    names.push(...json["data"].map(({ name }: { name: string }) => name));
    const link: string | undefined = /^<\/api\/v1(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
    expect(link !== undefined).toBe(json["page"]["next"] !== null);
    path = link ?? null;
  }
  expect(names).toEqual(["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
});

test("an inner failure is 500 without its message", async () => {
  const web = testWeb();
  web.ledger.rates = () => Promise.reject(new Error("secret path /var/x"));
  const rig = web.control.rigs.create({ name: "r", fleetNo: 1 }, "test");
  const answer = await web.get(`/rigs/${rig.ok ? rig.value.id : ""}`);
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain("secret");
  expect(answer.json["request_id"]).toMatch(/^req_/);
});

test("too many requests of one token are 429 with Retry-After, and another token's go on", async () => {
  const limits = new RateLimits({ token: 2, refused: 1 });
  expect((await limits.countToken("t"))["ratelimit"]).toStartWith('"token";r=1;');
  await limits.countToken("t");
  const refusal: unknown = await limits.countToken("t").catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Problem);
  expect(refusal).toMatchObject({ status: 429, headers: { "retry-after": expect.stringMatching(/^[1-9]\d?$/) } });
  await limits.countToken("another");
  await limits.countRefused("10.0.0.1");
  await expect(limits.countRefused("10.0.0.1")).rejects.toThrow(/rate-limited/);
});
