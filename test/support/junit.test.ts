import { expect, test } from "bun:test";
import { countResults, sumOf } from "./junit.ts";

const report =
  '<?xml version="1.0"?>\n<testsuites name="bun test" tests="12" assertions="9" failures="2" skipped="1" time="1">\n  <testsuite tests="5" failures="0"/>';

test("a report's totals become passed and failed, skipped counting as neither", () => {
  expect(countResults(report)).toEqual({ passed: 9, failed: 2 });
});

test("no report at all is nothing passed", () => {
  expect(countResults("")).toEqual({ passed: 0, failed: 0 });
});

test("a run that crashed without a failed case counts as a failure", () => {
  expect(sumOf({ passed: 5, failed: 0 }, 1)).toEqual({ passed: 5, failed: 1 });
  expect(sumOf({ passed: 5, failed: 0 }, 0)).toEqual({ passed: 5, failed: 0 });
});
