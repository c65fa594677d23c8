import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let operator: Person;
let technician: Person;

beforeAll(async () => {
  farm = await openFarm();
  [owner, operator, technician] = await Promise.all([signInAs(farm, "owner"), signInAs(farm, "operator"), signInAs(farm, "technician")]);
});
afterAll(() => farm.stop());

const idOf = (email: string) => farm.deps.control.users.byEmail(email)?.id ?? "none";

test("a page that a role does not include says which one is needed", async () => {
  for (const path of ["/people", "/tokens", `/people/${idOf("owner@nordlys.example")}`]) {
    const answer = await operator.get(path);
    expect([path, answer.status]).toEqual([path, 403]);
    expect(await answer.text()).toContain("This needs the role owner; yours is operator. An owner can change your role.");
  }
  expect(await (await technician.get("/pools/new")).text()).toContain("needs the role owner or operator; yours is technician");
  expect((await operator.post("/tokens", { _csrf: operator.csrf, name: "mine", "scope admin": "on" })).status).toBe(403);
  expect(farm.deps.control.tokens.all()).toEqual([]);
  expect(await (await operator.get("/")).text()).not.toContain('href="/people"');
});

test("an owner adds somebody, who sets his own password with the link, once", async () => {
  const added = await (await owner.post("/people", { _csrf: owner.csrf, email: "Ola@nordlys.example", role: "technician" })).text();
  const link = new URL(/http:[^<]+\/welcome\?token=[\w-]{43}/.exec(added)?.[0] ?? "http://none.example");
  expect(await (await owner.get("/people")).text()).not.toContain("/welcome?");
  for (const page of [added, await (await owner.get("/people")).text()]) expect(page).toMatch(/<option value="viewer" selected/);
  const token = link.searchParams.get("token") ?? "";
  const set = (password: string) =>
    fetch(`${farm.url}/welcome`, { method: "POST", headers: { accept: "text/html" }, body: new URLSearchParams({ token, password }), redirect: "manual" });
  expect((await fetch(`${farm.url}${link.pathname}${link.search}`)).status).toBe(200);
  expect((await set("short")).status).toBe(422);
  expect((await set("a sentence of his own")).status).toBe(303);
  expect((await set("another sentence")).status).toBe(404);
  expect((await farm.deps.control.users.verify("ola@nordlys.example", "a sentence of his own"))?.role).toBe("technician");
});

test("a role is changed against the version that was seen; the last owner stays", async () => {
  const id = idOf("technician@nordlys.example");
  const version = String(farm.deps.control.users.byId(id)?.version);
  expect((await owner.post(`/people/${id}`, { _csrf: owner.csrf, version, name: "Tech", role: "viewer" })).status).toBe(303);
  expect((await owner.post(`/people/${id}`, { _csrf: owner.csrf, version, name: "Tech", role: "owner" })).status).toBe(412);
  expect(farm.deps.control.users.byId(id)?.role).toBe("viewer");
  const own = idOf("owner@nordlys.example");
  const last = await owner.post(`/people/${own}`, { _csrf: owner.csrf, name: "Me", role: "viewer" });
  expect([last.status, farm.deps.control.users.byId(own)?.role]).toEqual([422, "owner"]);
});

test("an owner ends sessions, and removes people", async () => {
  const id = idOf("operator@nordlys.example");
  expect((await operator.get("/rigs")).status).toBe(200);
  await owner.post(`/people/${id}/sign-out`, { _csrf: owner.csrf });
  expect((await operator.get("/rigs")).status).toBe(303);
  const version = String(farm.deps.control.users.byId(id)?.version);
  expect((await owner.post(`/people/${id}/delete`, { _csrf: owner.csrf, version })).status).toBe(303);
  expect(farm.deps.control.users.byId(id)).toBeNull();
});

test("a token is shown once, opens what its scopes say, and is revoked", async () => {
  const fields = { _csrf: owner.csrf, name: "billing", days: "30", "scope pools:read": "on" };
  const none = await owner.post("/tokens", { _csrf: owner.csrf, name: "empty" });
  expect([none.status, (await none.text()).includes("Choose at least one.")]).toEqual([422, true]);
  const made = /hub_[0-9a-z]{12}_[\w-]{43}/.exec(await (await owner.post("/tokens", fields)).text())?.[0] ?? "";
  const ask = () => fetch(`${farm.url}/api/v1/pools`, { headers: { authorization: `Bearer ${made}` } });
  expect((await ask()).status).toBe(200);
  expect(await (await owner.get("/tokens")).text()).not.toContain(made);
  const [token] = farm.deps.control.tokens.all();
  await owner.post(`/tokens/${token?.id}/revoke`, { _csrf: owner.csrf, version: String(token?.version) });
  expect((await ask()).status).toBe(401);
});

test("the audit log shows who did all that, and no secret; its filters narrow it", async () => {
  const html = await (await owner.get("/audit?check=1")).text();
  expect(html).toContain("The chain is whole");
  // Who it was has a column of its own.
  expect(html).toContain("<summary>revoked token billing</summary>");
  expect(html).toContain("<summary>added user ola@nordlys.example</summary>");
  expect(html).not.toMatch(/argon2|hub_[0-9a-z]{12}_/);
  const id = idOf("technician@nordlys.example");
  const narrowed = await (await owner.get(`/audit?subject=${id}`)).text();
  expect(narrowed).toContain("technician → viewer");
  expect(narrowed).not.toContain("billing");
  expect(await (await owner.get("/audit?to=2020-01-01")).text()).toContain("No entry matches.");
  // As the rows show it, on the reader's clock: an hour before and after now, far from UTC.
  const around = (zone: string, byMs: number) => new Date(farm.deps.now() + byMs).toLocaleString("sv-SE", { timeZone: zone });
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    const within = `&${new URLSearchParams({ from: around(zone, -3_600_000), to: around(zone, 3_600_000), tz: zone })}`;
    expect(await (await owner.get(`/audit?subject=${id}${within}`)).text()).toContain("technician → viewer");
  }
  const slip = await owner.get("/audit?from=yesterday");
  const said = await slip.text();
  expect([slip.status, said.includes('id="from-error"'), said.includes('<tr id="aud_'), said.includes("No entry")]).toEqual([422, true, false, false]);
});

test("the audit log names what rows know by number, and tells moments on the reader's clock", async () => {
  const { audit, customers, contracts, fleets, pools, profiles } = farm.deps.control;
  const doer = { actor: "user:none", name: "somebody", address: null, action: "test", subjectId: null };
  const must = <T>(made: { ok: true; value: T } | { ok: false }): T => {
    if (!made.ok) throw new Error("refused");
    return made.value;
  };
  const startsAtMs = Date.UTC(2031, 0, 2, 3, 4, 5);
  const contract = audit.during(doer, () => {
    const customer = must(customers.create({ name: "Hashhaus" }));
    const pool = must(pools.create({ name: "Hashhaus at Braiins", host: "a.example", port: 1, username: "u", customerId: customer.id }));
    const profile = must(profiles.create({ name: "Hashhaus first", poolNos: [pool.no], customerId: customer.id }));
    const terms = { customerNo: customer.no, fleetNo: fleets.ensureMain().no, profileNo: profile.no, method: "threshold", by: "user:none" } as const;
    return must(contracts.create({ ...terms, promise: { promisedHps: 1e12 }, startsAtMs }));
  });
  const html = await (await owner.get("/audit")).text();
  expect(contract.startsAtMs).toBe(startsAtMs);
  for (const text of ["– → 2031-01-02 03:04:05", "– → Hashhaus at Braiins", "– → Hashhaus first", "– → main"]) expect(html).toContain(text);
});

test("the sign-in and what followed are in the name of who did it", () => {
  const { audit } = farm.deps.control;
  const list = audit.list({ actor: `user:${idOf("owner@nordlys.example")}` }, 100);
  const actions = list.ok ? list.value.map(({ action }) => action) : [];
  expect(actions[0]).toBe("sign in");
  expect(actions).toContain("POST /people/:id/sign-out");
});

test("everybody sees where he is signed in, and ends his other sessions but nobody else's", async () => {
  const one = await signInAs(farm, "viewer");
  const other = await signInAs(farm, "viewer");
  const { sessions, users } = farm.deps.control;
  const no = users.byEmail("viewer@nordlys.example")?.no ?? 0;
  const page = await (await one.get("/account")).text();
  expect(page).toContain("this browser");
  const mine = sessions.ofUser(no).map((session) => session.no);
  const shown = [...page.matchAll(/name="session" value="(\d+)"/g)].map(([, session]) => Number(session));
  expect(shown.every((session) => mine.includes(session))).toBe(true);
  const strangers = sessions.ofUser(users.byEmail("owner@nordlys.example")?.no ?? 0)[0]?.no;
  expect((await one.post("/account/sign-out", { _csrf: one.csrf, session: String(strangers) })).status).toBe(404);
  for (const session of shown) expect((await one.post("/account/sign-out", { _csrf: one.csrf, session: String(session) })).status).toBe(303);
  expect((await other.get("/")).headers.get("location")).toStartWith("/login");
  expect((await one.get("/")).status).toBe(200);
}, 20_000);

test("everybody changes his own password: the old one is asked for, his other browsers are out, and this one stays", async () => {
  const one = await signInAs(farm, "technician");
  const other = await signInAs(farm, "technician");
  const [email, password] = ["technician@nordlys.example", "a long enough sentence"];
  const { users } = farm.deps.control;
  const change = (fields: Record<string, string>) => one.post("/account/password", { _csrf: one.csrf, ...fields });
  const short = await change({ current_password: password, new_password: "short" });
  expect([short.status, (await short.text()).includes('id="new_password-error"')]).toEqual([422, true]);
  const wrong = await change({ current_password: "not my old one", new_password: "a newer long sentence" });
  expect([wrong.status, (await wrong.text()).includes('id="current_password-error"')]).toEqual([422, true]);
  expect((await one.post("/account/password", { current_password: password, new_password: "a newer long sentence" })).status).toBe(422);
  expect([await users.verify(email, password), await users.verify(email, "a newer long sentence")]).toMatchObject([{ email }, null]);
  const done = await change({ current_password: password, new_password: "a newer long sentence" });
  expect([done.status, done.headers.get("location")]).toEqual([303, "/account?changed=password"]);
  expect([await users.verify(email, password), await users.verify(email, "a newer long sentence")]).toMatchObject([null, { email }]);
  expect((await other.get("/account")).headers.get("location")).toStartWith("/login");
  const cookie = done.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await fetch(`${farm.url}/account?changed=password`, { headers: { cookie }, redirect: "manual" });
  expect([page.status, (await page.text()).includes("The password is changed")]).toEqual([200, true]);
}, 20_000);

test("who has forgotten his password is told on the login whom to ask, and what to do where there is nobody", async () => {
  const html = await (await fetch(`${farm.url}/login`)).text();
  expect(html).toContain("An owner makes you a link");
  expect(html).toContain("<code>stratum-hub user add EMAIL --role owner</code>");
});
