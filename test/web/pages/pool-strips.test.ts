import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pointsOf, sparkStepMs, sparkSteps } from "../../../src/web/pages/pool-strips.ts";
import type { WorkDay } from "../../../src/web/work-book.ts";
import { Sparkline, type SparkPoint, sparkSentence } from "../../../views/parts/sparkline.tsx";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

const lastMs = Date.UTC(2026, 10, 30, 12);
const fromMs = lastMs - sparkSteps * sparkStepMs;
const hps = (rate: number): SparkPoint => ({ kind: "hps", hps: expect.closeTo(rate, 5) as unknown as number });

/** Pool 3 had 1 kH/s but for its last quarters, oldest first. */
function dayOf(rates: readonly number[], { agoMs = 0, gaps = [] as WorkDay["gaps"] } = {}): WorkDay {
  const works = new Float64Array(sparkSteps + 1).fill(1_000 * (sparkStepMs / 1_000));
  rates.forEach((rate, at) => {
    works[sparkSteps + 1 - rates.length + at] = rate * (sparkStepMs / 1_000);
  });
  return { fromMs, asOfMs: lastMs + sparkStepMs - agoMs, of: (no) => (no === 3 ? works : null), gaps };
}
const lastOf = (day: WorkDay, pool = { no: 3, createdAtMs: 0 }) => pointsOf(day, pool).slice(-3);

describe("the last day of a pool", () => {
  test("is its hashrate by the quarter of an hour, over the time in which a hub ran", () => {
    const gaps = [{ fromMs: lastMs - sparkStepMs, toMs: lastMs - sparkStepMs / 2 }];
    expect(pointsOf(dayOf([]), { no: 3, createdAtMs: 0 })).toHaveLength(96);
    expect(lastOf(dayOf([500, 300, 700], { gaps }))).toEqual([hps(500), hps(600), hps(700)]);
    expect(lastOf(dayOf([]), { no: 4, createdAtMs: 0 })).toEqual([hps(0), hps(0), hps(0)]);
  });

  test("says nothing of the time before the pool was added, of a hub that did not run, and of a quarter that has just begun", () => {
    expect(lastOf(dayOf([0, 300, 700]), { no: 3, createdAtMs: lastMs - sparkStepMs / 2 })[0]).toEqual({ kind: "none" });
    expect(lastOf(dayOf([0, 0, 1]), { no: 3, createdAtMs: lastMs - sparkStepMs / 2 })[1]).toEqual(hps(0));
    expect(lastOf(dayOf([0, 0, 0], { gaps: [{ fromMs: 0, toMs: lastMs }] })).slice(0, 2)).toEqual([{ kind: "no-data" }, { kind: "no-data" }]);
    const running = (minutes: number) => lastOf(dayOf([(700 * minutes) / 15], { agoMs: sparkStepMs - minutes * 60_000 }))[2];
    expect([running(0.4), running(0.5)]).toEqual([{ kind: "none" }, hps(700)]);
  });
});

describe("the curve", () => {
  const points: SparkPoint[] = [
    { kind: "none" },
    { kind: "hps", hps: 1e12 },
    { kind: "hps", hps: 1e12 },
    { kind: "hps", hps: 2e12 },
    { kind: "no-data" },
    { kind: "hps", hps: 1 },
    { kind: "hps", hps: 0 },
  ];

  test("goes by steps from nothing to its highest, is broken where nothing is known, and what is little is not nothing", () => {
    const html = String(Sparkline({ points, stepMs: 900_000 }));
    expect(html).toContain('class="full" d="M1 20v-10h2v-10h1v20zM5 20v-1h1v1z"');
    expect(html).toContain('class="blank" d="M4 20v-20h1v20z"');
    expect(html).toContain('role="img"');
  });

  test("is a sentence, too", () => {
    expect(sparkSentence({ points, stepMs: 900_000 })).toBe(
      "Last 1 h: mean 800.0 GH/s, highest 2.000 TH/s; no work for 15 min; no data for 15 min, in which the hub did not run.",
    );
    expect(sparkSentence({ points: [{ kind: "hps", hps: 0 }, { kind: "none" }], stepMs: 900_000 })).toBe("Last 30 min: no work.");
    expect(sparkSentence({ points: [{ kind: "no-data" }], stepMs: 900_000 })).toBe("Last 15 min: no work; no data for 15 min, in which the hub did not run.");
  });
});

describe("pages of pools", () => {
  let farm: Farm;
  let viewer: Person;
  beforeAll(async () => {
    farm = await openFarm();
    farm.clock.aheadMs = -30 * 3_600_000;
    fill(farm, 3);
    farm.clock.aheadMs = 0;
    viewer = await signInAs(farm, "viewer");
  });
  afterAll(() => farm.stop());

  test("say how long each took to answer, since when where that is no hour, and show its day", async () => {
    const html = await (await viewer.get("/pools")).text();
    const answers = [
      ...html.matchAll(
        /p50<\/small> <span>([^<]*)<\/span><\/span><span class="block nowrap"><small>p99<\/small> <span>([^<]*)<\/span><\/span>(<small class="block">since <time|<\/td>)/g,
      ),
    ];
    expect(answers.map(([, p50, p99, after]) => [p50, p99, after?.includes("since")])).toEqual([
      ["38 ms", "120 ms", true],
      ["38 ms", "over 3 s", false],
    ]);
    expect(html.match(/<svg class="strip spark"[^>]*aria-label="Last 1 d: mean /g)).toHaveLength(2);
  });

  test("of one pool say the same to who may change it and who may not", async () => {
    const path = `/pools/${farm.deps.control.pools.all()[0]?.id}`;
    const operator = await signInAs(farm, "operator");
    for (const person of [viewer, operator]) {
      const html = await (await person.get(path)).text();
      expect([html.includes("<span>120 ms</span>"), html.match(/class="strip spark"/g)?.length, html.includes(`/live${path}`)]).toEqual([true, 1, true]);
    }
    expect(await (await operator.get("/pools/new")).text()).not.toContain("pool-rows");
  });
});
