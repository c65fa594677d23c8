import { expect, test } from "bun:test";
import { LoopLag } from "../../src/watch/loop-lag.ts";

test("a timer that rings late counts by how much, and is due again from then on", () => {
  let nowMs = 0;
  const lag = new LoopLag(250, () => nowMs);
  for (const at of [250, 700, 940]) {
    nowMs = at;
    lag.ring();
  }
  expect(lag.seconds.sum).toBe(0.2);
  expect(lag.seconds.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
});
