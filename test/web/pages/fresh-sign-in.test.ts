import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { formsOf } from "./page-forms.ts";
import { type Person, signInAs } from "./person.ts";

const email = "owner@nordlys.example";
const password = "a long enough sentence";
let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 3);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

const control = () => farm.deps.control;
const must = <T>(made: { ok: true; value: T } | { ok: false }): T => {
  if (!made.ok) throw new Error("refused");
  return made.value;
};

/** What a browser would do at which somebody else sat down: everything by which hashrate could be led to an account of his. */
function attempts(): [what: string, path: string, fields: Record<string, string>][] {
  const { pools, profiles, fleets, customers, contracts, users } = control();
  const [customer] = customers.all();
  const fleet = fleets.ensureMain();
  const other = must(pools.create({ name: `other ${pools.all().length}`, host: "other.example", port: 1, username: "u" }));
  const otherProfile = must(profiles.create({ name: `other ${profiles.all().length}`, poolNos: [other.no] }));
  const profile = profiles.byNo(1);
  const [contract] = contracts.all();
  const person = users.byEmail("viewer@nordlys.example");
  const terms = { customer_id: customer?.id ?? "", fleet_id: fleet.id, method: "threshold", promised: "1 TH/s" };
  return [
    ["a new pool", "/pools", { name: "thief", url: "stratum+tcp://thief.example:1", username: "t", algorithm: "sha256d", mode: "shared" }],
    ["a pool of a new contract", "/contracts", { ...terms, profile_id: "", pool_1_url: "stratum+tcp://thief.example:1", pool_1_username: "t" }],
    ["another pool in a profile", `/profiles/${profile?.id}`, { name: "House", pool_1: other.id, return_after_s: "120" }],
    ["another house", `/fleets/${fleet.id}/house`, { profile_id: otherProfile.id }],
    ["another profile of a contract", `/contracts/${contract?.id}/change`, { profile_id: otherProfile.id }],
    ["a token", "/tokens", { name: "thief", "scope admin": "on" }],
    ["another owner", "/people", { email: "thief@thief.example", role: "owner" }],
    ["a higher role", `/people/${person?.id}`, { name: "v", role: "owner" }],
    ["somebody's password", `/people/${person?.id}/reset`, {}],
    ["owners without a second step", "/people/second-step", { needed: "no" }],
  ];
}

test("what leads hashrate elsewhere, or lets somebody in who could, asks for a fresh sign-in; all else does not", async () => {
  await signInAs(farm, "viewer");
  must(control().pools.create({ name: "second", host: "second.example", port: 1, username: "u" }));
  const rows = () => JSON.stringify([control().pools, control().profiles, control().contracts, control().tokens, control().users].map((table) => table.all()));
  const asked = attempts();
  farm.clock.aheadMs += 6 * 60_000;
  for (const [what, path, fields] of asked) {
    const before = rows();
    const answer = await owner.post(path, { _csrf: owner.csrf, ...fields });
    const isAsked = answer.headers.get("location") === "/login?again=1" || /sign in again/i.test(await answer.text());
    expect([what, [303, 422].includes(answer.status), isAsked, rows() === before]).toEqual([what, true, true, true]);
  }
  const profile = control().profiles.byNo(1);
  const places = Object.fromEntries((profile?.poolNos ?? []).toReversed().map((no, at) => [`pool_${at + 1}`, control().pools.byNo(no)?.id ?? ""]));
  const reordered = await owner.post(`/profiles/${profile?.id}`, { _csrf: owner.csrf, name: profile?.name ?? "", return_after_s: "120", ...places });
  expect(reordered.status).toBe(303);
});

test("the form goes through the login that it asks for, and comes back filled", async () => {
  const refused = await (await owner.post("/tokens", { _csrf: owner.csrf, name: "billing", "scope pools:read": "on" })).text();
  const kept = formsOf(refused).find(({ action }) => action === "/login/again")?.fields["kept"] ?? "";
  const answer = await fetch(`${farm.url}/login`, {
    method: "POST",
    headers: { accept: "text/html" },
    body: new URLSearchParams({ email, password, kept }),
    redirect: "manual",
  });
  const back = formsOf(await answer.text()).find(({ action }) => action === "/tokens")?.fields ?? {};
  // Ticked; what a box without a value sends is "on".
  expect([answer.status, back["name"], "scope pools:read" in back, control().tokens.all().length]).toEqual([200, "billing", true, 0]);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const made = await fetch(`${farm.url}/tokens`, {
    method: "POST",
    headers: { accept: "text/html", cookie },
    body: new URLSearchParams({ ...back, "scope pools:read": "on" }),
  });
  expect([
    made.status,
    control()
      .tokens.all()
      .map(({ name }) => name),
  ]).toEqual([200, ["billing"]]);
});

test("the first pool of all is no other one's, and is taken at any time", async () => {
  const empty = await openFarm();
  try {
    const person = await signInAs(empty, "owner");
    empty.clock.aheadMs += 6 * 60_000;
    const pool = (name: string) => ({ _csrf: person.csrf, name, url: `stratum+tcp://${name}.example:1`, username: "u", algorithm: "sha256d", mode: "shared" });
    expect((await person.post("/pools", pool("first"))).status).toBe(303);
    expect((await person.post("/pools", pool("second"))).status).toBe(422);
  } finally {
    await empty.stop();
  }
});
