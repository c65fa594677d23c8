import { expect, test } from "bun:test";
import fc from "fast-check";
import { RejectAlarm } from "../../src/health/pool-rejects.ts";
import { seeded } from "../support/seeded.ts";

/** Shares until the first alarm at this part of refusals; null = none within `shares`. Runs of acceptances are drawn at once. */
function sharesToAlarm(part: number, shares: number, random: () => number): number | null {
  const alarm = new RejectAlarm();
  for (let at = 0; at < shares; ) {
    const accepted = part >= 1 ? 0 : Math.floor(Math.log(1 - random()) / Math.log(1 - part));
    alarm.noteAccepted(accepted);
    at += accepted + 1;
    if (alarm.noteRefused()) return at;
  }
  return null;
}

test("a pool that refuses 2 % never alarms in 8 million shares, one at 3 % not in 4 million", () => {
  const random = seeded(4);
  expect(sharesToAlarm(0.02, 8_000_000, random)).toBeNull();
  expect(sharesToAlarm(0.03, 4_000_000, random)).toBeNull();
});

test("everything refused is found after 9 shares, 30 % after about 37, 20 % within 200", () => {
  const random = seeded(5);
  const mean = (part: number) => Array.from({ length: 300 }, () => sharesToAlarm(part, 10_000, random) ?? 10_000).reduce((sum, n) => sum + n, 0) / 300;
  expect(sharesToAlarm(1, 100, random)).toBe(9);
  expect(Math.abs(mean(0.3) - 37)).toBeLessThan(8);
  expect(mean(0.2)).toBeLessThan(120);
});

test("acceptances told in one sum or one by one are the same", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant("refused" as const), fc.nat(40)), { maxLength: 200 }), (steps) => {
      const [summed, single] = [new RejectAlarm(), new RejectAlarm()];
      for (const step of steps) {
        for (const alarm of [summed, single]) if (step === "refused") alarm.noteRefused();
        if (step === "refused") continue;
        summed.noteAccepted(step);
        for (let one = 0; one < step; one++) single.noteAccepted(1);
      }
      expect(summed.alarmed).toBe(single.alarmed);
    }),
  );
});

test("an alarm stays until as much speaks against it, and is told once", () => {
  const alarm = new RejectAlarm();
  const told = Array.from({ length: 30 }, () => alarm.noteRefused()).filter((raised) => raised);
  expect(told).toHaveLength(1);
  expect(alarm.text()).toStartWith("refused 30 of 30 shares");
  alarm.noteAccepted(50);
  expect(alarm.alarmed).toBe(true);
  alarm.noteAccepted(60);
  expect(alarm.alarmed).toBe(false);
});
