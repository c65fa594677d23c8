import { expect, test } from "bun:test";
import { announcement } from "../../src/cli/demo-plan.ts";

test("without --minutes the demo promises the whole story, and to go on until Ctrl-C", () => {
  expect(announcement(null)).toStartWith("In the next three minutes: rigs enrol");
  expect(announcement(null)).toEndWith("they return. Ctrl-C ends it.");
});

test.each([
  [1, "In three minutes, of which it plays the beginning: ", "It ends after 1 minute; Ctrl-C ends it sooner."],
  [2.5, "In three minutes, of which it plays the beginning: ", "It ends after 2.5 minutes; Ctrl-C ends it sooner."],
  [3, "In the next three minutes: ", "It ends after 3 minutes; Ctrl-C ends it sooner."],
])("with --minutes %d it promises what there is time for", (minutes, start, end) => {
  expect(announcement(minutes)).toStartWith(start);
  expect(announcement(minutes)).toEndWith(end);
});
