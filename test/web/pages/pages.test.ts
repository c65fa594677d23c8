import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { assetUrls } from "../../../src/web/assets/assets.ts";
import { safeNext } from "../../../src/web/pages/login.ts";
import { type Farm, fill, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let viewer: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 130);
  [owner, viewer] = await Promise.all([signInAs(farm, "owner"), signInAs(farm, "viewer")]);
});
afterAll(() => farm.stop());

const firstOf = (rows: readonly { id: string }[]): string => rows[0]?.id ?? "none";

function paths(): string[] {
  const { rigs, pools, profiles, fleets, contracts } = farm.deps.control;
  const own = [
    `/contracts/${firstOf(contracts.all())}`,
    `/rigs/${firstOf(rigs.all())}`,
    `/fleets/${firstOf(fleets.all())}`,
    `/pools/${firstOf(pools.all())}`,
    `/profiles/${firstOf(profiles.all())}`,
  ];
  return [
    "/",
    "/rigs",
    "/rigs?status=attention",
    "/pools",
    "/pools/new",
    "/profiles/new",
    "/contracts",
    "/contracts?show=ended&q=x",
    "/contracts/new",
    `/contracts/${firstOf(contracts.all())}/change`,
    "/customers",
    "/customers?q=nobody",
    "/customers/new",
    `/customers/${firstOf(farm.deps.control.customers.all())}`,
    "/schedule",
    "/schedule?at=2020-01-01T00:00",
    "/events?about=rig&q=x",
    "/fleets",
    "/fleets/new",
    "/maintenance/new",
    "/connect",
    "/events",
    "/login?again=1",
    "/nothing",
    ...own,
  ];
}

/** As a browser asks, but without unpacking. */
const fetchPacked = (url: string) => fetch(farm.url + url, { headers: { "accept-encoding": "gzip" }, decompress: false });

describe("every page", () => {
  test("has nothing inline that the content policy would block, and no foreign markup", async () => {
    for (const path of paths()) {
      const page = await (await owner.get(path)).text();
      expect(page, path).toStartWith("<!doctype html>");
      expect(page, path).not.toContain(hostile);
      // What a field of a form holds stands between quotes; its own quotes do not.
      const html = page.replace(/="[^"]*"/g, '=""');
      expect(html, path).not.toMatch(/<[^>]+\s(style|on\w+)\s*=/i);
      expect(page, path).not.toMatch(/<[a-z]+( [a-z-]+(="[^"]*")?)* (style|on\w+)=/i);
      expect(html, path).not.toMatch(/<script(?![^>]*\ssrc=)/i);
      expect(html, path).not.toMatch(/<style/i);
      expect(html, path).not.toContain("<img");
    }
  });

  test("carries the strict policy and is kept by nobody", async () => {
    for (const path of paths()) {
      const { headers } = await owner.get(path);
      expect(headers.get("content-security-policy"), path).toContain("require-trusted-types-for 'script'");
      expect(headers.get("cache-control"), path).toBe("no-store");
    }
  });

  test("with its assets weighs less than 60 kB compressed", async () => {
    const html = Bun.gzipSync(await (await owner.get("/rigs")).text()).byteLength;
    const sizes = await Promise.all(Object.values(assetUrls).map(async (url) => (await (await fetchPacked(url)).bytes()).byteLength));
    expect(sizes.reduce((sum, size) => sum + size, html)).toBeLessThan(60_000);
  });
});

test("assets are compressed, and may be kept for ever", async () => {
  const { status, headers } = await fetchPacked(assetUrls.js);
  expect([status, headers.get("content-encoding"), headers.get("cache-control")]).toEqual([200, "gzip", "public, max-age=31536000, immutable"]);
});

describe("who may do what", () => {
  test("a stranger is sent to the login, and from there back", async () => {
    const answer = await fetch(`${farm.url}/rigs?q=a`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/login?next=%2Frigs%3Fq%3Da"]);
    const fragment = await fetch(`${farm.url}/rigs`, { headers: { "hx-request": "true" }, redirect: "manual" });
    expect([fragment.status, fragment.headers.get("hx-redirect")]).toEqual([401, "/login?next=%2Frigs"]);
    expect((await fetch(`${farm.url}/live/rigs`)).status).toBe(401);
  });

  test("a viewer sees figures, but no form and no button of a change", async () => {
    for (const path of ["/", "/rigs", "/pools", `/rigs/${firstOf(farm.deps.control.rigs.all())}`, `/pools/${firstOf(farm.deps.control.pools.all())}`]) {
      const html = await (await viewer.get(path)).text();
      const actions = [...html.matchAll(/<form(?=[^>]*method="post")[^>]*action="([^"]*)"/g)].map((match) => match[1]).filter((action) => action !== "/logout");
      expect(
        actions.filter((action) => action !== "/rigs"),
        path,
      ).toEqual([]);
      expect(html, path).not.toContain("/new");
    }
    for (const path of ["/pools/new", "/profiles/new"]) expect((await viewer.get(path)).status, path).toBe(403);
  });

  test("a viewer's forged change is refused and changes nothing", async () => {
    const before = farm.deps.control.pools.all();
    const fields = { _csrf: viewer.csrf, name: "Mine", url: "stratum+tcp://evil.example:3333", username: "x" };
    expect((await viewer.post("/pools", fields)).status).toBe(403);
    expect((await viewer.post(`/pools/${firstOf(before)}`, fields)).status).toBe(403);
    expect((await viewer.post(`/rigs/${firstOf(farm.deps.control.rigs.all())}/unpin`, fields)).status).toBe(403);
    expect(farm.deps.control.pools.all()).toEqual(before);
  });

  test("a form without its session's token changes nothing and keeps what was typed", async () => {
    const before = farm.deps.control.pools.all().length;
    const answer = await owner.post("/pools", { name: "Typed", url: "stratum+tcp://a.example:3333", username: "u", password: "hunter2", _csrf: viewer.csrf });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain('value="Typed"');
    expect(html).not.toContain("hunter2");
    expect(farm.deps.control.pools.all()).toHaveLength(before);
    expect((await owner.post("/logout", {})).status).toBe(403);
  });
});

describe("the list of rigs", () => {
  const rowsOf = (html: string) => [...html.matchAll(/<tr id="(rig_[^"]+)"/g)].map((match) => match[1]);

  test("comes in pages of a hundred, each rig once", async () => {
    const first = rowsOf(await (await owner.get("/rigs")).text());
    const second = rowsOf(await (await owner.get("/rigs?page=2")).text());
    expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([100, 30, 130]);
    expect(rowsOf(await (await owner.get("/rigs?page=99")).text())).toEqual(second);
  });

  test("filters by status and text, sorts as people count, and takes nonsense as nothing", async () => {
    const degraded = await (await owner.get("/rigs?status=degraded&q=S21-00")).text();
    expect(degraded.match(/>S21-\d+</g)).toEqual([">S21-003<"]);
    const reversed = await (await owner.get("/rigs?sort=-name")).text();
    expect(reversed.match(/>S21-\d+</)?.[0]).toBe(">S21-130<");
    expect((await owner.get("/rigs?sort=constructor&status=nope&page=-3")).status).toBe(200);
    const text = async (query: string) => (await owner.get(`/rigs?${query}`)).text();
    expect(await text("status=nope")).toContain("There is no status “nope” to filter by: all rigs are shown.");
    expect(await text("status=draining")).toContain("a search for draining finds them");
    for (const query of ["all", "status=online", "status=gone", "status=never+seen"]) expect(await text(query), query).not.toContain("There is no status");
  });
});

describe("a pool's form", () => {
  test("says what is wrong with a 422, and never repeats the password", async () => {
    const answer = await owner.post("/pools", { _csrf: owner.csrf, name: "X", url: "pool.example", username: "u", password: "hunter2" });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain('id="url-error"');
    expect(html).toContain('value="pool.example"');
    expect(html).not.toContain("hunter2");
  });

  test("an empty password leaves the old one", async () => {
    const { pools } = farm.deps.control;
    const made = pools.create({ name: "Kept", host: "kept.example", port: 1, username: "u", password: "secret" });
    if (!made.ok) throw new Error(made.rule);
    const fields = { _csrf: owner.csrf, version: "1", name: "Renamed", url: "stratum+tcp://kept.example:1", username: "u", password: "" };
    expect((await owner.post(`/pools/${made.value.id}`, fields)).status).toBe(303);
    expect([pools.byNo(made.value.no)?.name, pools.byNo(made.value.no)?.password.reveal()]).toEqual(["Renamed", "secret"]);
    // The version that the form was made from is not the newest any more.
    expect((await owner.post(`/pools/${made.value.id}`, fields)).status).toBe(412);
  });

  test("a new address asks for a fresh login, and keeps what was typed", async () => {
    const { pools } = farm.deps.control;
    const operator = await signInAs(farm, "operator");
    farm.clock.aheadMs = 6 * 60_000;
    const id = firstOf(pools.all());
    const fields = { _csrf: operator.csrf, version: "1", name: "Main", url: "stratum+tcp://thief.example:3333", username: "thief" };
    const answer = await operator.post(`/pools/${id}`, fields);
    const html = await answer.text();
    farm.clock.aheadMs = 0;
    expect(answer.status).toBe(422);
    expect(html).toContain('action="/login/again"');
    expect(html).toContain('value="stratum+tcp://thief.example:3333"');
    expect(pools.byId(id)?.host).toBe("eu1.pool.example");
  });

  test("a changed address is tried at once, and the pool's page says how that went", async () => {
    const { pools } = farm.deps.control;
    const made = pools.create({ name: "Moves", host: "old.example", port: 1, username: "u", password: "secret" });
    if (!made.ok) throw new Error(made.rule);
    const fields = { _csrf: owner.csrf, version: "1", name: "Moves", url: "stratum+tcp://new.example:1", username: "u", password: "" };
    const answer = await owner.post(`/pools/${made.value.id}`, fields);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/pools/${made.value.id}`]);
    expect(await (await owner.get(`/pools/${made.value.id}`)).text()).toContain('id="h-test"');
  });

  test("a pool in use is not deleted, and the page says who uses it", async () => {
    const id = firstOf(farm.deps.control.pools.all());
    const answer = await owner.post(`/pools/${id}/delete`, { _csrf: owner.csrf });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain("is used by profile House");
  });
});

test("the first pool becomes the house, and only the first", async () => {
  const own = await openFarm();
  const person = await signInAs(own, "operator");
  const { fleets, profiles } = own.deps.control;
  for (const name of ["First", "Second"]) {
    const answer = await person.post("/pools", { _csrf: person.csrf, name, url: `stratum+tcp://${name}.example:3333`, username: "u" });
    expect(answer.status).toBe(303);
  }
  expect(profiles.all().map(({ name, poolNos }) => [name, poolNos])).toEqual([["House", [1]]]);
  expect(fleets.ensureMain().houseProfileNo).toBe(1);
  expect(own.changes()).toBe(2);
  const fields = { _csrf: person.csrf, name: "Both", pool_1: "", pool_2: own.deps.control.pools.byNo(2)?.id ?? "", return_after_s: "x" };
  const twice = await (await person.post("/profiles", { ...fields, return_after_s: "60", pool_4: fields.pool_2 })).text();
  expect([...twice.matchAll(/id="(\w+)-error"[^>]*>([^<]*)/g)].map(([, field, words]) => [field, words])).toEqual([["pool_4", "Is named above already."]]);
  expect(await (await person.post("/profiles", fields)).text()).toContain('id="return_after_s-error"');
  expect((await person.post("/profiles", { ...fields, return_after_s: "60" })).status).toBe(303);
  const fleet = fleets.ensureMain();
  const choice = { _csrf: person.csrf, version: String(fleet.version), profile_id: profiles.byNo(2)?.id ?? "" };
  expect((await person.post(`/fleets/${fleet.id}/house`, choice)).status).toBe(303);
  expect(fleets.ensureMain().houseProfileNo).toBe(2);
  await own.stop();
});

test("after the login one stays on this hub", () => {
  expect(["/rigs?q=1", "//evil.example", "/\\evil.example", "https://evil.example", "/%2e", "javascript:alert(1)", null].map(safeNext)).toEqual([
    ...["/rigs?q=1", "/", "/", "/", "/", "/", "/"],
  ]);
});

test("a missing page, a missing rig and a fault look like the rest and tell nothing", async () => {
  for (const path of ["/nothing", "/rigs/rig_none", "/pools/pol_none"]) {
    const answer = await owner.get(path);
    expect(answer.status, path).toBe(404);
    expect(await answer.text(), path).toContain(assetUrls.css);
  }
});

test("a profile says what is wrong with its pools, on its own page and in the list", async () => {
  const { profiles } = farm.deps.control;
  const fact = farm.facts.pools.get(1);
  if (fact === undefined) throw new Error("no pool");
  farm.facts.pools.set(1, { ...fact, warnings: ["gives 2 bytes of extranonce2: too few"] });
  for (const path of [`/profiles/${firstOf(profiles.all())}`, "/pools"]) {
    expect(await (await owner.get(path)).text(), path).toMatch(/warn">pool Main [^"]*: gives 2 bytes of extranonce2: too few</);
  }
});
