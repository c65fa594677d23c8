import { describe, expect, test } from "bun:test";
import { matchPattern, readPattern } from "../../src/web/place-pattern.ts";

const read = (pattern: string, text: string) => {
  const parsed = readPattern(pattern);
  if ("rule" in parsed) throw new Error(parsed.rule);
  return matchPattern(parsed, text);
};

describe("a pattern", () => {
  test.each([
    ["B{building}R{row}-{position}", "B1R3-17", { building: "1", row: "3", position: "17" }],
    ["B{building}R{row}-{position}", "b1r3-17", { building: "1", row: "3", position: "17" }],
    ["{building}_{row}_{rack}_{position}", "B1_R03_K2_L3S2", { building: "B1", row: "R03", rack: "K2", position: "L3S2" }],
    ["{any}-R{row}-{position}", "s19-R3-4", { row: "3", position: "4" }],
    ["10.{building}.{row}.{position}", "10.1.3.17", { building: "1", row: "3", position: "17" }],
    ["R{row}-{any}", "R3-x-y", { row: "3" }],
  ])("%s reads %s", (pattern, text, found) => expect(read(pattern, text)).toEqual(found));

  test.each([
    ["B{building}R{row}-{position}", "B1R3"],
    ["B{building}R{row}-{position}", "BR3-17"],
    ["B{building}R{row}-{position}", "B1R3-"],
    ["B{building}R{row}-{position}", "xB1R3-17"],
    ["10.{building}.{row}.{position}", "10.1.3"],
    ["R{row}x", "R3y"],
    ["R{row}", ""],
  ])("%s does not read %s", (pattern, text) => expect(read(pattern, text)).toBeNull());

  test.each([
    ["B1", "at least one of {building}"],
    ["{any}", "at least one"],
    ["", "at least one"],
    ["{building}{row}", "text between {building} and {row}"],
    ["{row}-{row}", "must have {row} once"],
    ["{shelf}", "nothing but {building}"],
    ["{row", "in braces"],
    ["row}", "in braces"],
    [`{row}${"x".repeat(200)}`, "at most 200"],
  ])("%p is none: %s", (pattern, words) => {
    const parsed = readPattern(pattern);
    expect("rule" in parsed ? parsed.rule : "").toContain(words);
  });

  test("takes no longer for a name that is made for it", () => {
    const pattern = `${"{any}a".repeat(30)}{row}b`;
    expect(read(pattern, "a".repeat(64))).toBeNull();
  });
});
