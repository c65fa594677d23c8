import { describe, expect, test } from "bun:test";
import { type EventMark, markGroups } from "../../views/parts/event-marks.tsx";
import type { Tone } from "../../views/parts/status.tsx";

const mark = (atMs: number, tone: Tone): EventMark => ({
  ...{ id: `mark-${atMs}`, atMs, type: "test", text: `at ${atMs}`, href: null },
  mark: { look: { shape: "disc", tone }, href: `#${atMs}` },
});
const span = { fromMs: 0, toMs: 40_000 };

describe("marks on a chart", () => {
  test("those that would cover one another are one, with the sign and the place of the worst", () => {
    const groups = markGroups([mark(20_500, "ok"), mark(20_900, "bad"), mark(20_000, "warn"), mark(0, "new")], span);
    expect(groups.map(({ atMs, look, href }) => [atMs, look.tone, href])).toEqual([
      [0, "new", "#0"],
      [20_900, "bad", "#20900"],
    ]);
    expect(groups[1]?.title).toBe("at 20000\nat 20500\nat 20900");
  });

  test("a thousand at once are one mark with a short title", () => {
    const groups = markGroups(
      Array.from({ length: 1_000 }, () => mark(7, "warn")),
      span,
    );
    expect([groups.length, groups[0]?.title.split("\n").at(-1)]).toEqual([1, "and 992 more"]);
  });

  test("none are none", () => {
    expect(markGroups([], span)).toEqual([]);
  });
});
