import { expect, test } from "bun:test";
import type { SharesSummary } from "../../src/ledger/answers.ts";
import type { WebLedger } from "../../src/web/deps.ts";
import { keptLedger } from "../../src/web/kept-ledger.ts";

const rig = { kind: "rig", no: 7 } as const;
const dayMs = 86_400_000;

/** A ledger that tells of each sum for which moment it was asked, and answers when it is told to. */
function asked() {
  const clock = { nowMs: 1_800_000_000_000 };
  const questions: { toMs: number; answer: () => Promise<void> }[] = [];
  const put = <T>(toMs: number, value: T): Promise<T> => {
    const { promise, resolve } = Promise.withResolvers<T>();
    questions.push({ toMs, answer: () => Promise.resolve(resolve(value)) });
    return promise;
  };
  const ledger = {
    summary: (_scope: unknown, _fromMs: number, toMs: number) => put(toMs, { asOfMs: toMs } as SharesSummary),
    hashrate: (_scope: unknown, { toMs }: { toMs: number }) => put(toMs, [{ atMs: toMs }]),
  } as unknown as WebLedger;
  const kept = keptLedger({ ledger, now: () => clock.nowMs });
  /** The last day as pages ask for it: from a whole minute on, to the last ten seconds. */
  const day = () => kept.summary(rig, Math.floor((clock.nowMs - dayMs) / 60_000) * 60_000, Math.floor(clock.nowMs / 10_000) * 10_000);
  return { clock, questions, kept, day };
}

test("a sum over a time that ends now is asked once in ten seconds, and while it is asked again the last one serves", async () => {
  const { clock, questions, day } = asked();
  const first = day();
  expect(questions).toHaveLength(1);
  await questions[0]?.answer();
  const { asOfMs } = await first;
  clock.nowMs += 9_999;
  expect((await day()).asOfMs).toBe(asOfMs);
  expect(questions).toHaveLength(1);
  clock.nowMs += 8_000;
  expect((await day()).asOfMs).toBe(asOfMs);
  expect(questions).toHaveLength(2);
  await questions[1]?.answer();
  await Promise.resolve();
  expect((await day()).asOfMs).toBe(asOfMs + 10_000);
  clock.nowMs += 30_001;
  const late = day();
  expect(questions).toHaveLength(3);
  await questions[2]?.answer();
  expect((await late).asOfMs).toBe(Math.floor(clock.nowMs / 10_000) * 10_000);
});

test("another time, and a curve that has got another step, are questions of their own", async () => {
  const { clock, questions, kept, day } = asked();
  void day();
  void kept.summary(rig, clock.nowMs - 2 * dayMs, clock.nowMs - dayMs);
  void kept.summary(rig, clock.nowMs - 2 * dayMs, clock.nowMs - dayMs - 1);
  expect(questions).toHaveLength(3);
  const curve = (toMs: number) => kept.hashrate(rig, { fromMs: toMs - dayMs, toMs, stepS: 900 });
  const whole = Math.floor(clock.nowMs / 900_000) * 900_000;
  const first = curve(whole);
  await questions[3]?.answer();
  await first;
  clock.nowMs += 60_000;
  void curve(whole);
  expect(questions).toHaveLength(4);
  void curve(whole + 900_000);
  expect(questions.map(({ toMs }) => toMs).at(-1)).toBe(whole + 900_000);
});
