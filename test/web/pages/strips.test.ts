import { expect, test } from "bun:test";
import { Strips } from "../../../src/web/pages/strips.ts";
import { testWeb } from "../test-web.ts";

const minuteMs = 60_000;

function must<T>(result: { ok: true; value: T } | { ok: false; rule: string }): T {
  if (!result.ok) throw new Error(result.rule);
  return result.value;
}

test("a contract whose strip was looked at before its first accepted share is measured from that share on", async () => {
  const { control, clock, deps } = testWeb();
  const pool = must(control.pools.create({ name: "p", host: "pool.example", port: 3333, username: "u" }));
  const profile = must(control.profiles.create({ name: "p", poolNos: [pool.no] }));
  const customer = must(control.customers.create({ name: "Hashhaus" }));
  const fleet = control.fleets.ensureMain();
  const terms = {
    customerNo: customer.no,
    fleetNo: fleet.no,
    profileNo: profile.no,
    method: "threshold",
    promise: { promisedHps: 1_000 },
    by: "user:x",
  } as const;
  const { no, version } = must(control.contracts.create(terms));
  const strips = new Strips(deps);
  const kinds = async () => {
    const contract = control.contracts.byNo(no);
    if (contract === null) throw new Error("no contract");
    expect(contract.version).toBe(version);
    return (await strips.of([contract], "page")).get(no)?.map(({ kind }) => kind) ?? [];
  };
  expect((await kinds()).every((kind) => kind === "none")).toBe(true);
  control.contracts.setState([{ contractNo: no, to: "active" }]);
  clock.nowMs += 20 * minuteMs;
  expect((await kinds()).slice(-4)).toContain("delivered");
});
