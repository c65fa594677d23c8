import { expect, test } from "bun:test";
import { customerModel } from "../../src/web/models.ts";
import { expectFits } from "./fits.ts";
import { testWeb } from "./test-web.ts";

const entry = { name: "Hashhaus GmbH", external_ref: "client-311", email: "ops@hashhaus.example", timezone: "Europe/Vienna" };

test("a customer is added, read, changed and removed, and each is on record with who did it", async () => {
  const web = testWeb();
  const made = await web.post("/customers", entry);
  expect(made.status).toBe(201);
  expectFits(customerModel, made.json);
  const path = `/customers/${made.json["id"]}`;
  expect((await web.get(path)).json).toEqual(made.json);
  const changed = await web.patch(path, { email: "noc@hashhaus.example" }, '"v1"');
  expect([changed.status, changed.json["email"], changed.headers.get("etag")]).toEqual([200, "noc@hashhaus.example", '"v2"']);
  expect((await web.patch(path, { name: "x" }, '"v1"')).status).toBe(412);
  expect((await web.remove(path, '"v2"')).status).toBe(204);
  expect((await web.get(path)).status).toBe(404);
  const events = (await web.get("/events")).json["data"];
  expect(events.map(({ type }: { type: string }) => type)).toEqual(["customer.added", "customer.changed", "customer.removed"]);
  expect(events[1]["data"]).toMatchObject({ by: expect.stringMatching(/^token:tok_/), from: { email: entry.email }, to: { email: "noc@hashhaus.example" } });
});

test("the same key adds one customer; the same reference is refused by name", async () => {
  const web = testWeb();
  const first = await web.post("/customers", entry, { key: "order-1" });
  const again = await web.post("/customers", entry, { key: "order-1" });
  expect([again.status, again.json["id"], again.headers.get("idempotency-replayed")]).toEqual([201, first.json["id"], "true"]);
  const other = await web.post("/customers", { ...entry, name: "Other" });
  expect([other.status, other.json["errors"][0]["pointer"]]).toEqual([409, "/external_ref"]);
  expect((await web.get("/customers?external_ref=client-311")).json["data"]).toHaveLength(1);
  expect((await web.get("/customers?q=nobody")).json["data"]).toEqual([]);
});

test("what breaks a rule is refused with its field", async () => {
  const web = testWeb();
  for (const [field, value] of [
    ["timezone", "+02:00"],
    ["email", "nobody"],
    ["name", ""],
    ["external_ref", ""],
    ["notes", "x"],
  ] as const) {
    const answer = await web.post("/customers", { ...entry, [field]: value });
    expect([answer.status, answer.json["errors"][0]["pointer"]]).toEqual([422, `/${field}`]);
  }
  expect(web.control.customers.all()).toEqual([]);
});

test("a customer who has pools is not removed, and the refusal names them", async () => {
  const web = testWeb();
  const { json } = await web.post("/customers", entry);
  const pool = await web.post("/pools", { name: "His", url: "stratum+tcp://pool.example:3333", username: "u", customer_id: json["id"] });
  expect([pool.status, pool.json["customer_id"]]).toEqual([201, json["id"]]);
  const answer = await web.remove(`/customers/${json["id"]}`, '"v1"');
  expect([answer.status, answer.json["type"]]).toEqual([409, "/problems/in-use"]);
  expect(answer.json["errors"][0]["detail"]).toContain("pool His");
});

test("a second customer of a name is taken, and both say so", async () => {
  const web = testWeb();
  const first = await web.post("/customers", { name: "Hashhaus" });
  const second = await web.post("/customers", { name: "HASHHAUS" });
  const warned = ["another customer has the same name"];
  expect([first.json["warnings"], second.status, second.json["warnings"]]).toEqual([[], 201, warned]);
  await web.post("/customers", { name: "Hashhaus Oslo" });
  expect((await web.get("/customers")).json["data"].map(({ warnings }: { warnings: string[] }) => warnings)).toEqual([warned, warned, []]);
  const renamed = await web.patch(`/customers/${second.json["id"]}`, { name: "Other" }, '"v1"');
  expect([renamed.json["warnings"], (await web.get(`/customers/${first.json["id"]}`)).json["warnings"]]).toEqual([[], []]);
});
