import { describe, expect, test } from "bun:test";
import { failureOf, must, refused, testControl } from "./test-control.ts";

describe("customers", () => {
  test("keep what was given, and have defaults for the rest", () => {
    const { control } = testControl();
    const full = { externalRef: "client-311", name: "Hashhaus GmbH", email: "ops@hashhaus.example", timezone: "Europe/Vienna" };
    const customer = must(control.customers.create(full));
    expect(customer).toMatchObject({ ...full, version: 1 });
    expect(customer.id).toStartWith("cus_");
    expect(must(control.customers.create({ name: "Short" }))).toMatchObject({ externalRef: null, email: null, timezone: "UTC" });
    expect(must(control.customers.update(customer.id, { email: null }, 1))).toMatchObject({ ...full, email: null, version: 2 });
    expect(refused(control.customers.update(customer.id, { name: "x" }, 1))).toBe("stale");
    expect(control.customers.byExternalRef("client-311")?.no).toBe(customer.no);
  });

  test.each([
    ["invalid name", { name: "" }],
    ["invalid name", { name: "a\u0000" }],
    ["invalid externalRef", { externalRef: "" }],
    ["invalid email", { email: "nobody" }],
    ["invalid timezone", { timezone: "+02:00" }],
    ["invalid timezone", { timezone: "Mars/Olympus" }],
    ["taken externalRef", { externalRef: "client-1" }],
  ])("refuse %s", (expected, patch) => {
    const { control } = testControl();
    must(control.customers.create({ name: "First", externalRef: "client-1" }));
    const other = must(control.customers.create({ name: "Other" }));
    expect(refused(control.customers.create({ name: "Second", ...patch }))).toBe(expected);
    expect(refused(control.customers.update(other.id, patch, 1))).toBe(expected);
    expect(control.customers.byId(other.id)).toEqual(other);
  });

  test("stay while pools, profiles or rigs are theirs, and free their reference when they go", () => {
    const { control } = testControl();
    const customer = must(control.customers.create({ name: "First", externalRef: "client-1" }));
    const pool = must(control.pools.create({ name: "p", host: "pool.example", port: 1, username: "u", customerId: customer.id }));
    const profile = must(control.profiles.create({ name: "f", poolNos: [pool.no], customerId: customer.id }));
    const rig = must(control.rigs.create({ fleetNo: control.fleets.ensureMain().no, name: "r", ownerCustomerId: customer.id }, "user:x"));
    expect(failureOf(control.customers.remove(customer.id, 1))).toMatchObject({ count: 3, usedBy: [{ kind: "pool" }, { kind: "profile" }, { kind: "rig" }] });
    must(control.profiles.remove(profile.id, null));
    must(control.pools.remove(pool.id, null));
    must(control.rigs.update(rig.id, { ownerCustomerId: null }, null));
    must(control.customers.remove(customer.id, 1));
    expect(control.customers.byNo(customer.no)?.name).toBe("First");
    must(control.customers.create({ name: "Again", externalRef: "client-1" }));
  });

  test("cannot be named by what nobody is", () => {
    const { control } = testControl();
    const gone = must(control.customers.create({ name: "Gone" }));
    must(control.customers.remove(gone.id, null));
    for (const customerId of [gone.id, "cus_1"]) {
      expect(refused(control.pools.create({ name: "p", host: "pool.example", port: 1, username: "u", customerId }))).toBe("invalid customerId");
      const rig = { fleetNo: control.fleets.ensureMain().no, name: "r", ownerCustomerId: customerId };
      expect(refused(control.rigs.create(rig, "user:x"))).toBe("invalid ownerCustomerId");
    }
  });

  test("are listed by name, page by page, each once, and found by parts of what they are called", () => {
    const { control } = testControl();
    const names = ["delta/x", "alpha", "alpha", "100%", "beta"];
    for (const [index, name] of names.entries()) must(control.customers.create({ name, externalRef: `ref_${index}` }));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { rows: { name: string }[]; next: string | null } = must(control.customers.list({ limit: 2, cursor }));
      seen.push(...page.rows.map(({ name }) => name));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual([...names].sort());
    const found = (text: string) => must(control.customers.list({ limit: 9, text })).rows.map(({ name }) => name);
    expect([found("LPH"), found("%"), found("ref_3"), found("nobody")]).toEqual([["alpha", "alpha"], ["100%"], ["100%"], []]);
    expect(must(control.customers.list({ limit: 9, externalRef: "ref_4" })).rows).toMatchObject([{ name: "beta" }]);
    expect(refused(control.customers.list({ limit: 9, cursor: "beta" }))).toBe("invalid cursor");
  });
});
