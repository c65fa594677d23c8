import { expect, test } from "bun:test";
import { type ChartPoint, type ChartProps, chartSentence, HashrateChart } from "../../views/parts/hashrate-chart.tsx";

const minute = 60_000;
const point = (at: number, effectiveHps: number | null): ChartPoint => ({ atMs: at * minute, effectiveHps, lowerHps: 90, upperHps: 110 });

function chart(points: ChartPoint[], gaps: ChartProps["gaps"]): ChartProps {
  return { id: "c", points, gaps, fromMs: 0, toMs: 10 * minute, levels: [], zone: "UTC" };
}

const whole = Array.from({ length: 10 }, (_, at) => point(at, 100));
const cut = whole.map((own, at) => (at === 4 || at === 5 ? point(at, null) : own));
const lines = (html: string) => html.match(/class="line" d="([^"]*)"/g) ?? [];

test("a curve without gaps is one line", () => {
  expect(lines(String(HashrateChart(chart(whole, []))))).toHaveLength(1);
});

test("time without a hub is a hatched block between two lines, and no line touches zero", () => {
  const html = String(HashrateChart(chart(cut, [{ fromMs: 4 * minute, toMs: 6 * minute }])));
  expect(lines(html)).toHaveLength(2);
  expect(html).toContain('<rect class="gap" x="400" y="0" width="200" height="200" fill="url(#c-hatch)"');
  expect(html).toContain("no data");
  for (const line of lines(html)) expect(line).not.toMatch(/ 200\.0/);
});

test("a true zero is drawn as zero", () => {
  const html = String(HashrateChart(chart([...whole.slice(0, 9), point(9, 0)], [])));
  expect(lines(html)[0]).toMatch(/ 200\.0"$/);
});

test("the dashed line is drawn where something was meant to be reached, each level as long as it held", () => {
  const levels = [
    { fromMs: Number.NEGATIVE_INFINITY, toMs: -minute, hps: 900 },
    { fromMs: 2 * minute, toMs: 4 * minute, hps: 50 },
    { fromMs: 4 * minute, toMs: Number.POSITIVE_INFINITY, hps: 100 },
  ];
  const drawn = (text: string) => [...text.matchAll(/class="nominal" d="([^"]*)"/g)].map(([, path]) => path);
  const html = String(HashrateChart({ ...chart(whole, []), levels }));
  expect([drawn(html), html.includes('class="key nominal"')]).toEqual([["M200.0 133.3H400.0", "M400.0 66.7H1000.0"], true]);
  expect(String(HashrateChart({ ...chart(whole, []), levels: levels.slice(0, 1) }))).not.toContain('class="key nominal"');
  // Its scale is that of the contract before there is anything to draw.
  expect(String(HashrateChart({ ...chart([], []), levels: levels.slice(0, 1) }))).toContain("1.000 kH/s");
});

test("the sentence says mean, range and how long nothing is known", () => {
  expect(chartSentence(chart(cut, [{ fromMs: 4 * minute, toMs: 6 * minute }]))).toBe(
    "Hashrate over 10 min: mean 100.0 H/s, lowest 100.0 H/s, highest 100.0 H/s; no data for 2 min.",
  );
  expect(chartSentence(chart([point(0, null)], []))).toBe("Hashrate: no data in this time.");
});
