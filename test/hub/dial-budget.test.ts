import { expect, test } from "bun:test";
import { DialBudget } from "../../src/hub/dial-budget.ts";

test("fifty connections a second, whoever asks", () => {
  let nowMs = 1_000;
  const budget = new DialBudget(() => nowMs);
  const granted = () => Array.from({ length: 200 }, () => budget.take()).filter((may) => may).length;
  expect(granted()).toBe(50);
  nowMs += 999;
  expect(granted()).toBe(0);
  nowMs += 1;
  expect(granted()).toBe(50);
});
