import { describe, expect, test } from "bun:test";
import { conflict, type Failure, inside, invalidAll, taken, together } from "../../src/control/result.ts";
import { Faults } from "../../src/web/faults.ts";
import { invalidField, Problem } from "../../src/web/problems.ts";
import { testWeb } from "./test-web.ts";

describe("checks of a row", () => {
  test("together name each field once, whatever else is wrong", () => {
    const found = together<Failure>(
      invalidAll([
        { field: "name", rule: "a" },
        { field: "port", rule: "b" },
      ]),
      taken("name", "c"),
      taken("email", "d"),
      conflict("e"),
    );
    expect(found).toEqual({
      ok: false,
      problem: "invalid",
      field: "name",
      rule: "a",
      more: [
        { field: "port", rule: "b" },
        { field: "email", rule: "d" },
      ],
    });
  });

  test("one alone stays what it is; what is no field's fault is told when no field is at fault", () => {
    expect(together(null, taken("name", "c"), null)).toEqual(taken("name", "c"));
    expect(together<Failure>(conflict("e"), null)).toEqual(conflict("e"));
    expect(together(null, null)).toBeNull();
  });

  test("of a part are fields of the whole", () => {
    expect(
      inside(
        "tls",
        invalidAll([
          { field: "a", rule: "r" },
          { field: "b", rule: "s" },
        ]),
      ),
    ).toMatchObject({ field: "tls.a", more: [{ field: "tls.b" }] });
    expect(inside("tls", null)).toBeNull();
  });
});

describe("the faults of a request", () => {
  const errorsOf = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [error.kind, ...error.errors.map(({ pointer }) => pointer)];
    }
  };

  test("are told with what the change says, without what only follows from them", () => {
    const faults = new Faults();
    expect(faults.read(() => 1)).toBe(1);
    expect(faults.read(() => fail(invalidField("rigs", "are unknown")), ["count"])).toBeUndefined();
    faults.note("watts", "must be a number");
    const act = () => fail(new Problem("invalid", "", { errors: ["/count", "/count/1", "/name", "/watts"].map((pointer) => ({ pointer, detail: "x" })) }));
    expect(errorsOf(() => faults.settle(act))).toEqual(["invalid", "/rigs", "/watts", "/name"]);
  });

  test("come before what is no field's: a stale version, too little capacity; alone these stay what they are", () => {
    const stale = () => fail(new Problem("precondition-failed", "was changed"));
    expect(errorsOf(() => new Faults().settle(stale))).toEqual(["precondition-failed"]);
    const faults = new Faults();
    faults.note("name", "is empty");
    expect(errorsOf(() => faults.settle(stale))).toEqual(["invalid", "/name"]);
    expect(errorsOf(() => faults.settle(() => "done"))).toEqual(["invalid", "/name"]);
  });
});

function fail(error: Error): never {
  throw error;
}

describe("the API names all fields that break a rule of their row", () => {
  const cases: readonly [path: string, body: object, pointers: readonly string[]][] = [
    ["/sites", { name: " ", timezone: "Nowhere" }, ["/name", "/timezone"]],
    ["/customers", { name: " a", email: "no", timezone: "Nowhere" }, ["/email", "/name", "/timezone"]],
    ["/pools", { name: " ", url: "http://x", username: " " }, ["/name", "/url", "/username"]],
    ["/profiles", { name: " ", pool_ids: ["pol_00000000000000000000000000"] }, ["/name", "/pool_ids/0"]],
    [
      "/fleets",
      { name: " ", site_id: "sit_00000000000000000000000000", house_profile_id: "prf_00000000000000000000000000" },
      ["/house_profile_id", "/name", "/site_id"],
    ],
    ["/rigs", { name: "s19-1", fleet_id: "flt_00000000000000000000000000", mac: "x", model: " " }, ["/fleet_id", "/mac", "/model"]],
    ["/listeners", { bind: "x", fleet_id: "flt_00000000000000000000000000", proxy_from: ["a", "b"] }, ["/bind", "/fleet_id", "/proxy_from/0", "/proxy_from/1"]],
    [
      "/contracts",
      {
        ...{ customer: { name: " ", email: "no" }, fleet_id: "flt_00000000000000000000000000", method: "miners", promised_hps: 5, tolerance_bp: 700 },
        ...{ pools: [{ url: "x", username: "u" }], sla: { price: { amount: "x", currency: "XYZ" } }, ends_at: "2020-01-01T00:00:00Z" },
      },
      [
        "/customer/email",
        "/customer/name",
        "/ends_at",
        "/fleet_id",
        "/pools/0/url",
        "/promised_hps",
        "/sla/price/amount",
        "/sla/price/currency",
        "/tolerance_bp",
      ],
    ],
  ];
  for (const [path, body, pointers] of cases)
    test(path, async () => {
      const web = testWeb();
      const rows = () => [web.control.customers.all(), web.control.pools.all(), web.control.events.latest(100)].map((list) => JSON.stringify(list).length);
      const before = rows();
      const { status, json } = await web.post(path, body);
      expect([status, json["errors"]?.map(({ pointer }: { pointer: string }) => pointer).sort()]).toEqual([422, [...pointers]]);
      expect([json["detail"], rows()]).toEqual([`${json["errors"][0].pointer.slice(1)}: ${json["errors"][0].detail}`, before]);
    });
});

test("what the shape refuses and what the row would refuse of the other fields is told at once; a value that fits is not looked at twice", async () => {
  const web = testWeb();
  const cases: readonly [path: string, body: object, pointers: readonly string[]][] = [
    ["/pools", { url: "http://x", username: 5, name: "a\nb", nonsense: 1 }, ["/name", "/nonsense", "/url", "/username"]],
    ["/customers", { email: "no", timezone: "Nowhere", external_ref: " x" }, ["/email", "/external_ref", "/name", "/timezone"]],
    ["/sites", { name: 1, timezone: "Nowhere", asset_code_pattern: "AM" }, ["/asset_code_pattern", "/name", "/timezone"]],
    ["/listeners", { bind: "x", proxy_from: ["10.0.0.0/8", "a"], enrol: "yes", fleet_id: null }, ["/bind", "/enrol", "/fleet_id", "/proxy_from/1"]],
    [
      "/rigs",
      { name: "a.b", notes: "\u0000", mac: "x", warranty_until: "2026-02-30", location: { rack: " 7" }, lend: "no" },
      ["/fleet_id", "/lend", "/location/rack", "/mac", "/name", "/notes", "/warranty_until"],
    ],
    [
      "/contracts",
      { fleet_id: 1, method: "all", customer: { name: " ", email: "no" }, pools: [{ url: "x", username: "u", password: "\n" }], ends_at: null },
      ["/customer/email", "/customer/name", "/fleet_id", "/method", "/pools/0/password", "/pools/0/url"],
    ],
    [
      "/notifications/channels",
      { name: 1, networks: ["x"], webhook: { url: "ftp://x", secret: "x" } },
      ["/name", "/networks/0", "/webhook/secret", "/webhook/url"],
    ],
  ];
  for (const [path, body, pointers] of cases) {
    const { status, json } = await web.post(path, body);
    expect([path, status, json["errors"]?.map(({ pointer }: { pointer: string }) => pointer).sort()]).toEqual([path, 422, [...pointers]]);
  }
});
