import { expect, test } from "bun:test";
import { shared } from "../../src/control/shared-text.ts";

test("texts stay what they are, however many there were, and none stays none", () => {
  for (let index = 0; index < 5_000; index++) expect(shared(`rack ${index}`)).toBe(`rack ${index}`);
  expect(shared(null)).toBeNull();
  expect(shared("")).toBe("");
});
