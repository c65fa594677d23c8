import { expect, test } from "bun:test";
import type { PoolCloseReason, PoolSession } from "../../src/hub/pool-session.ts";
import { Redial } from "../../src/hub/redial.ts";

const network: PoolCloseReason = { kind: "network", text: "gone" };

/** A session that had been ready since then; 0 = it never was. */
function session(readyAtMs: number, hungUpOnConfigure = false): PoolSession {
  return { readyAtMs, hungUpOnConfigure } as PoolSession;
}

test("a pool that does not answer is asked again after a random wait whose bound doubles, up to a minute", () => {
  const redial = new Redial(() => 1);
  const waits = Array.from({ length: 9 }, () => {
    redial.failed(session(0), network, 1_000_000);
    return redial.atMs - 1_000_000;
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  const lucky = new Redial(() => 0);
  lucky.failed(session(0), network, 0);
  expect(lucky.atMs).toBe(50);
});

test("one that held is asked again at once, one that threw us out after its login is not", () => {
  const held = new Redial(() => 1);
  held.failed(session(1_000), network, 60_000);
  expect(held.atMs).toBe(60_000);
  const threwOut = new Redial(() => 1);
  threwOut.failed(session(59_000), network, 60_000);
  expect(threwOut.atMs).toBe(61_000);
});

test("a refused account is asked again after five minutes, and configure is left out just once", () => {
  const redial = new Redial(() => 1);
  redial.failed(session(0, true), { kind: "refused", text: "no" }, 0);
  expect([redial.atMs, redial.skipConfigure]).toEqual([300_000, true]);
  redial.failed(session(0), network, 0);
  expect(redial.skipConfigure).toBe(false);
});

test("where rigs have no pool at all, one that could not be reached is dialled within five seconds; a refused account is not", () => {
  const redial = new Redial(() => 1);
  for (let attempt = 0; attempt < 9; attempt++) redial.failed(session(0), network, 0);
  redial.hurry();
  expect(redial.atMs).toBe(5_000);
  redial.notBefore(30_000);
  redial.hurry();
  expect(redial.atMs).toBe(30_000);
  redial.failed(session(0), { kind: "refused", text: "no" }, 0);
  redial.hurry();
  expect(redial.atMs).toBe(300_000);
});

test("an account that held until just now and is refused is dialled as one that does not answer, for five minutes; then it is misconfigured", () => {
  const redial = new Redial(() => 1);
  const refused: PoolCloseReason = { kind: "refused", text: "no" };
  redial.good(1_000_000);
  const waits = [1_000_000, 1_300_000, 1_300_001].map((nowMs) => {
    redial.failed(session(0), refused, nowMs);
    return [redial.atMs - nowMs, redial.misconfigured];
  });
  expect(waits).toEqual([
    [1_000, false],
    [2_000, false],
    [300_000, true],
  ]);
  redial.good(1_400_000);
  redial.reset();
  redial.failed(session(0), refused, 1_400_000);
  expect(redial.misconfigured).toBe(true);
});
