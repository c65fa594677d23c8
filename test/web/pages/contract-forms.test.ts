import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 10);
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());
beforeEach(() => {
  Object.assign(farm.available, { availableHps: 1e16, availableRigs: 50 });
});

const rows = () => farm.deps.control.contracts.all();
const customerId = () => farm.deps.control.customers.byNo(1)?.id ?? "";
const profileId = () => farm.deps.control.profiles.byNo(1)?.id ?? "";
const fleetId = () => farm.deps.control.fleets.ensureMain().id;
const create = (more: Record<string, string> = {}) =>
  owner.post("/contracts", {
    ...{ _csrf: owner.csrf, customer_id: customerId(), fleet_id: fleetId(), method: "threshold", promised: "1 PH/s", profile_id: profileId() },
    ...more,
  });
const errorsOf = async (answer: Response) => [...(await answer.text()).matchAll(/id="([a-z_0-9]+)-error"/g)].map((match) => match[1]);

describe("a new contract", () => {
  test("of a hashrate, with everything that was typed", async () => {
    const answer = await create({
      promised: "2,5 PH/s",
      tolerance: "5",
      priority: "2",
      starts_at: "2031-01-01T00:00",
      price_amount: "1200.00",
      price_currency: "eur",
      plan: "lease",
    });
    expect(answer.status).toBe(303);
    const made = rows().at(-1);
    expect(answer.headers.get("location")).toBe(`/contracts/${made?.id}`);
    expect(made).toMatchObject({ promisedHps: 2.5e15, toleranceBp: 500, priority: 2, state: "scheduled", sla: { plan: "lease", currency: "EUR" } });
  });

  test("that begins in the past, with a customer whose name is known, says so on its page while it is fresh", async () => {
    const { name } = farm.deps.control.customers.byNo(1) ?? { name: "" };
    const answer = await create({ starts_at: "2020-01-01T00:00", customer_id: "", customer_name: name });
    const page = async () => (await owner.get(answer.headers.get("location") ?? "")).text();
    const html = await page();
    expect(html).toContain("was past by");
    expect(html).toContain("another customer has the same name.");
    const customer = farm.deps.control.customers.byNo(rows().at(-1)?.customerNo ?? 0);
    expect(await (await owner.get(`/customers/${customer?.id}`)).text()).toContain("Another customer has the same name.");
    farm.clock.aheadMs += 3_600_000;
    expect(await page()).not.toContain("was past by");
    farm.clock.aheadMs -= 3_600_000;
  });

  test("brings its customer and his pools in order, all or nothing", async () => {
    const pools = { pool_1_url: "stratum+tcp://one.example:3333", pool_1_username: "u1", pool_3_url: "stratum+tcp://two.example:3333", pool_3_username: "u2" };
    const own = { customer_id: "", customer_name: "Fjord", profile_id: "", ...pools };
    const counts = () => [rows().length, farm.deps.control.pools.all().length, farm.deps.control.customers.all().length];
    const before = counts();
    const broken = await create({ ...own, pool_3_url: "http://two.example" });
    expect([broken.status, await errorsOf(broken)]).toEqual([422, ["pool_2_url"]]);
    expect(counts()).toEqual(before);
    expect((await create(own)).status).toBe(303);
    const profile = farm.deps.control.profiles.byNo(rows().at(-1)?.profileNo ?? 0);
    expect(profile?.poolNos.map((no) => farm.deps.control.pools.byNo(no)?.host)).toEqual(["one.example", "two.example"]);
    const page = await (await owner.get(`/contracts/${rows().at(-1)?.id}`)).text();
    expect(page.match(/refused authorize: the pool refused/g)).toHaveLength(2);
  });

  test("is told all that is wrong with it at once", async () => {
    const own = {
      customer_id: "",
      customer_name: " ",
      customer_email: "no",
      profile_id: "",
      pool_1_url: "x",
      pool_1_username: "u",
      pool_2_url: "y",
      pool_2_username: "u",
    };
    const terms = { promised: "many", tolerance: "ten", priority: "12", starts_at: "soon", ends_at: "never", price_amount: "1,2,3", price_currency: "zzz" };
    const sent = { ...own, ...terms, notes: "kept" };
    const answer = await create(sent);
    const html = await answer.clone().text();
    const wrong = ["customer_name", "customer_email", "pool_1_url", "pool_2_url", ...Object.keys(terms)];
    expect([answer.status, (await errorsOf(answer)).sort()]).toEqual([422, wrong.sort()]);
    for (const [name, typed] of Object.entries(sent)) if (name !== "customer_name") expect(html, name).toContain(`value="${typed}"`);
    expect((await errorsOf(await create({ method: "miners", promised: "", rig_names: "NOPE", model: "", tolerance: "99" }))).sort()).toEqual([
      "rig_names",
      "tolerance",
    ]);
  });

  test("a customer's second profile has a name of its own", async () => {
    const { profiles } = farm.deps.control;
    const own = { profile_id: "", pool_1_url: "stratum+tcp://one.example:3333", pool_1_username: "u1" };
    for (const at of [1, 2]) expect((await create(own)).status, String(at)).toBe(303);
    const names = profiles.all().flatMap(({ name, customerId: id }) => (id === customerId() ? [name] : []));
    expect(new Set(names).size).toBe(names.length);
    expect(names.at(-1)).toEndWith(" 2");
    const again = profiles.create({ name: (names[0] ?? "").toUpperCase(), customerId: customerId(), poolNos: [1] });
    expect(again).toMatchObject({ ok: false, problem: "taken", field: "name" });
  });

  test("of rigs: by number and size, or by name", async () => {
    expect((await create({ method: "miners", promised: "", rig_count: "3", rig_nominal: "200 TH/s" })).status).toBe(303);
    expect(rows().at(-1)?.places).toHaveLength(3);
    expect((await create({ method: "miners", promised: "", rig_names: "S21-008, S21-010" })).status).toBe(303);
    expect(
      rows()
        .at(-1)
        ?.places.map(({ rigNo }) => rigNo),
    ).toEqual([8, 10]);
    const nobody = await create({ method: "miners", promised: "", rig_names: "S21-008 NOPE" });
    expect(await errorsOf(nobody)).toContain("rig_names");
  });

  test("that nobody can serve is refused beside the amount, with what there is; sold short on purpose it is taken", async () => {
    Object.assign(farm.available, { availableHps: 4.2e14, availableRigs: 2 });
    const { rigs } = farm.deps.control;
    rigs.update(rigs.byName(1, "S21-006")?.id ?? "", { nominalHps: null }, null);
    const refused = await create();
    const html = await refused.text();
    expect(refused.status).toBe(422);
    expect(html).toMatch(/id="promised-error">Too little capacity for this term: 420\.0 TH\/s and 2 rigs/);
    expect(html).toContain("; 1 of its rigs in vetting has no nominal hashrate yet and counts for nothing. Ask for less");
    expect(html).toContain('<a href="/rigs?status=vetting" target="_blank"');
    expect((await create({ allow_short: "1" })).status).toBe(303);
    expect(rows().at(-1)?.allowShort).toBe(true);
  });

  test("names each field that breaks a rule, and keeps what was typed but a password", async () => {
    expect(await errorsOf(await create({ promised: "lots" }))).toEqual(["promised"]);
    expect(await errorsOf(await create({ tolerance: "0.1" }))).toEqual(["tolerance"]);
    expect(await errorsOf(await create({ ends_at: "soon" }))).toEqual(["ends_at"]);
    expect(await errorsOf(await create({ customer_id: "" }))).toEqual(["customer_name"]);
    const html = await (await create({ promised: "lots", pool_1_password: "hunter2", notes: "typed" })).text();
    expect(html).toContain('value="typed"');
    expect(html).not.toContain("hunter2");
    expect(html).toMatch(/id="pool_1_password"[^>]*aria-describedby="pool_1_password-hint"/);
    expect(html.match(/A password is never sent back/g)).toHaveLength(1);
  });
});

describe("a change", () => {
  test("begins with what holds, and moves the rigs when the profile is another", async () => {
    const contract = rows()[0];
    const path = `/contracts/${contract?.id}/change`;
    const page = await (await owner.get(path)).text();
    expect(page).toContain('value="600 TH/s"');
    const other = farm.deps.control.profiles.create({ name: "Other", poolNos: [2] });
    if (!other.ok) throw new Error(other.rule);
    const moves = farm.moves.length;
    const fields = { _csrf: owner.csrf, promised: "700 TH/s", tolerance: "12", priority: "5", profile_id: other.value.id };
    expect((await owner.post(path, fields)).status).toBe(303);
    expect(rows()[0]).toMatchObject({ promisedHps: 7e14, toleranceBp: 1_200, profileNo: other.value.no });
    expect(farm.moves.length - moves).toBe(4);
    Object.assign(farm.available, { availableHps: 1e14, availableRigs: 0 });
    expect(await errorsOf(await owner.post(path, { ...fields, promised: "900 TH/s" }))).toEqual(["promised"]);
  });
});

describe("customers", () => {
  test("are added, changed, found and, while nothing is theirs, deleted", async () => {
    const fields = { _csrf: owner.csrf, name: "Skog <b>AS</b>", email: "ops@skog.example", timezone: "Europe/Oslo", external_ref: "whmcs-7" };
    const made = await owner.post("/customers", fields);
    const place = made.headers.get("location") ?? "";
    expect(place).toMatch(/^\/customers\/cus_/);
    expect(await errorsOf(await owner.post("/customers", fields))).toEqual(["external_ref"]);
    expect(await errorsOf(await owner.post("/customers", { ...fields, external_ref: "", email: "no" }))).toEqual(["email"]);
    expect((await owner.post(place, { ...fields, version: "1", name: "Skog" })).status).toBe(303);
    expect(await (await owner.get("/customers?q=skog")).text()).toContain(place);
    expect((await owner.post(`${place}/delete`, { _csrf: owner.csrf })).headers.get("location")).toBe("/customers");
    const refused = await owner.post(`/customers/${customerId()}/delete`, { _csrf: owner.csrf });
    expect([refused.status, (await refused.text()).includes("is used by")]).toEqual([409, true]);
  });

  test("have a page with their contracts, and a viewer sees it without a form", async () => {
    const viewer = await signInAs(farm, "viewer");
    const html = await (await viewer.get(`/customers/${customerId()}`)).text();
    expect(html).toContain("C-00001");
    expect(html).not.toContain(`action="/customers/`);
    for (const path of ["/customers/new", "/contracts/new", `/contracts/${rows()[0]?.id}/change`]) expect((await viewer.get(path)).status, path).toBe(403);
  });
});
