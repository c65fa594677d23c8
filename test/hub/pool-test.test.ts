import { afterEach, expect, test } from "bun:test";
import { testPool } from "../../src/hub/pool-test.ts";
import { selfSigned } from "../support/certificate.ts";
import { House } from "../support/house.ts";
import { RawPool } from "../support/raw-ends.ts";
import { greet } from "../support/raw-pool-script.ts";

let house: House;
let laterMs: number;
afterEach(() => house.close());

function poolUnderTest(port: number, fields: { tls?: boolean } = {}): ReturnType<typeof testPool> {
  return testPool(house.addPool({ port }, fields), { now: () => Date.now() + laterMs, agent: "test", waitMsMax: 10_000 });
}

function rawPool(): RawPool {
  house = new House();
  laterMs = 0;
  const pool = new RawPool();
  house.after(() => pool.stop());
  return pool;
}

const hoursOff: [hours: number, words: RegExp | null][] = [
  [-3, /3 hours old.*stands still/],
  [3, /3 hours ahead/],
  [-1, null],
  [1, null],
];
for (const [hours, words] of hoursOff) {
  test(`a pool whose only job is ${Math.abs(hours)} h ${hours < 0 ? "past" : "ahead"} ${words === null ? "passes" : "does not pass, and says how far off it is"}`, async () => {
    const pool = rawPool();
    const result = poolUnderTest(pool.port);
    const ntime = Math.floor(Date.now() / 1000 + hours * 3600).toString(16);
    await greet(await pool.visitor(), { job: { ntime } });
    const { ok, steps } = await result;
    expect([ok, steps.map((step) => step.ok)]).toEqual([words === null, [true, true, true, words === null]]);
    if (words !== null) expect(steps.at(-1)).toMatchObject({ name: "first_job", text: expect.stringMatching(words) });
  });
}

test("a pool that speaks TLS, tested without: the test says which scheme it wants", async () => {
  rawPool();
  const { ok, steps } = await poolUnderTest(house.pool({ tls: selfSigned() }).port);
  expect(ok).toBe(false);
  expect(steps.at(-1)?.text).toContain("must begin with stratum+ssl");
});

const plainHabits: [string, (end: Awaited<ReturnType<RawPool["visitor"]>>) => void][] = [
  ["hangs up", (end) => end.hangUp()],
  ["answers in JSON", (end) => end.say({ id: null, result: null, error: [20, "no JSON", null] })],
  ["waits for the end of the line", () => (laterMs = 6_000)],
];
for (const [habit, act] of plainHabits) {
  test(`a plain pool that ${habit}, tested with TLS: the test says so, and blames no certificate`, async () => {
    const pool = rawPool();
    const result = poolUnderTest(pool.port, { tls: true });
    act(await pool.visitor());
    const { steps, warnings } = await result;
    expect(steps).toHaveLength(1);
    expect(steps[0]).toMatchObject({ name: "connect", ok: false, text: expect.stringContaining("stratum+tcp") });
    expect(warnings).toEqual([]);
  });
}
