import { expect } from "bun:test";
import type { TObject } from "@sinclair/typebox";
import { shapeOf } from "../../src/web/validate.ts";

/** Holds an answer against the schema that the documentation shows: no field missing, none too many. */
export function expectFits(schema: TObject, value: unknown): void {
  const { check } = shapeOf(schema);
  const errors = [...check.Errors(value)].map(({ path, message }) => `${path}: ${message}`);
  expect(errors).toEqual([]);
}
