import { expect, test } from "bun:test";
import { LiveFigures } from "../../src/web/live-figures.ts";
import { must, sellContract } from "../control/test-control.ts";
import { testWeb } from "./test-web.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A hub that has run for long, and a contract that got `hps` from the moment in which it began to be served, and nothing before. */
function world() {
  const web = testWeb();
  const { control, clock, ledger } = web;
  const { id, no } = sellContract(control);
  let servedFromMs = Number.POSITIVE_INFINITY;
  ledger.deliveredRates = (windowsS, nowMs = clock.nowMs) =>
    Promise.resolve(new Map([[no, windowsS.map((seconds) => (1_000 * Math.min(seconds * 1_000, Math.max(0, nowMs - servedFromMs))) / (seconds * 1_000))]]));
  const figures = new LiveFigures(web.deps);
  const delivered = async () => {
    const contract = control.contracts.byNo(no);
    if (contract === null) throw new Error("no contract");
    return (await figures.deliveredByContract())(contract);
  };
  const activate = () => {
    servedFromMs = clock.nowMs;
    control.contracts.setState([{ contractNo: no, to: "active" }]);
  };
  const suspend = () => must(control.contracts.suspend(id, { reason: "invoice", by: "user:x" }));
  const resume = () => {
    servedFromMs = clock.nowMs;
    must(control.contracts.resume(id, { by: "user:x" }));
  };
  return { clock, delivered, activate, suspend, resume };
}

test("a contract is measured since its first accepted share while that is less than the window ago", async () => {
  const { clock, delivered, activate } = world();
  expect(await delivered()).toEqual({ hps900: null, hps86400: null });
  clock.nowMs += 17_300;
  activate();
  clock.nowMs += 59_000;
  expect(await delivered()).toEqual({ hps900: null, hps86400: null });
  for (const ageMs of [61_000, 5 * minuteMs, 14 * minuteMs, 16 * minuteMs, 50 * minuteMs, 3 * hourMs, 25 * hourMs]) {
    clock.nowMs += ageMs;
    const { hps900, hps86400 } = await delivered();
    expect([ageMs, hps900, hps86400]).toEqual([ageMs, expect.closeTo(1_000, 6), expect.closeTo(1_000, 6)]);
  }
});

test("and since the end of its suspension: what it got before, and did not get meanwhile, is no part of it", async () => {
  const { clock, delivered, activate, suspend, resume } = world();
  activate();
  clock.nowMs += 2 * hourMs;
  expect((await delivered()).hps900).toBeCloseTo(1_000, 6);
  suspend();
  expect((await delivered()).hps900).toBeNull();
  clock.nowMs += 10 * minuteMs;
  resume();
  expect((await delivered()).hps900).toBeNull();
  clock.nowMs += 4 * minuteMs;
  expect((await delivered()).hps900).toBeCloseTo(1_000, 6);
});
