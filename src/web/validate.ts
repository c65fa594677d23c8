import { FormatRegistry, Kind, type Static, type TObject, type TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import type { ValueError } from "@sinclair/typebox/errors";
import { type FieldError, Problem } from "./problems.ts";
import { ruleIn } from "./schema-parts.ts";
import { readTime } from "./times.ts";

// Only our own formats are registered under names of our own: other libraries share the registry.
FormatRegistry.Set("date-time", (text) => readTime(text) !== null);

/** A schema with its compiled check; built once per endpoint. */
export type Shape<T extends TObject> = { schema: T; check: TypeCheck<T> };

/** Compiles an object schema. Unknown fields are refused at every level, whatever the schema says: a misspelt field must not pass as a change that did nothing. */
export function shapeOf<T extends TObject>(schema: T): Shape<T> {
  const closed = closeObjects(schema) as T;
  return { schema: closed, check: TypeCompiler.Compile(closed) };
}

function closeObjects(schema: TSchema): TSchema {
  const properties = schema["properties"] as Record<string, TSchema> | undefined;
  const variants = schema["anyOf"] as TSchema[] | undefined;
  const items = schema["items"] as TSchema | undefined;
  const closed = Object.entries(properties ?? {}).map(([name, own]) => [name, closeObjects(own)]);
  return {
    ...schema,
    ...(properties !== undefined && { properties: Object.fromEntries(closed), additionalProperties: false }),
    ...(variants !== undefined && { anyOf: variants.map(closeObjects) }),
    ...(items !== undefined && { items: closeObjects(items) }),
    // TypeBox finds its way by symbols, which a spread keeps; the types do not know.
    [Kind]: schema[Kind],
  };
}

const fieldErrorsMax = 20;

/**
 * The value, if it has the shape; else a 422 that names each field and its rule. The value itself is never repeated: it may be a password.
 * @param at what pointers begin with: "" for a body, "#query" for parameters.
 */
export function checked<T extends TObject>(shape: Shape<T>, value: unknown, at: "" | "#query"): Static<T> {
  if (shape.check.Check(value)) return value;
  const errors = [...brokenBy(shape, value, at)].map(([pointer, detail]) => ({ pointer: `${at}${pointer}`, detail }));
  const first = errors[0];
  const name = first?.pointer.replace(/^#query/, "").slice(1) ?? "";
  throw new Problem("invalid", name === "" ? (first?.detail ?? "must be valid") : `${name}: ${first?.detail}`, { errors });
}

/** Rules by the place of the field that breaks them, each place once: those of the shape, and for a body those of the row. */
function brokenBy<T extends TObject>(shape: Shape<T>, value: unknown, at: "" | "#query"): Map<string, string> {
  const broken = new Map<string, string>();
  const note = ({ pointer, detail }: FieldError) => {
    if (!broken.has(pointer)) broken.set(pointer, detail);
  };
  for (const error of shape.check.Errors(value)) {
    explain(error, at === "" ? "field" : "parameter").forEach(note);
    if (broken.size >= fieldErrorsMax) break;
  }
  if (at === "") for (const error of brokenRules(shape.schema, value, "")) note(error);
  return broken;
}

/** Rules of the row that fields break, where they have the type that these are of. */
function* brokenRules(schema: TSchema, value: unknown, pointer: string): Generator<FieldError> {
  const variants = (schema["anyOf"] as TSchema[] | undefined) ?? [];
  for (const variant of variants) yield* brokenRules(variant, value, pointer);
  const detail = typeof value === "string" ? ruleIn(schema)?.(value) : null;
  if (detail != null) yield { pointer, detail };
  if (typeof value !== "object" || value === null) return;
  const properties = Object.entries((schema["properties"] as Record<string, TSchema> | undefined) ?? {});
  for (const [name, own] of properties) if (Object.hasOwn(value, name)) yield* brokenRules(own, (value as Record<string, unknown>)[name], `${pointer}/${name}`);
  const items = schema["items"] as TSchema | undefined;
  if (items !== undefined && Array.isArray(value))
    for (const [at, one] of value.slice(0, fieldErrorsMax).entries()) yield* brokenRules(items, one, `${pointer}/${at}`);
}

/** A union that has an object among its variants is explained by that variant when an object was sent: "tls: must be an object or null" helps nobody. */
function explain(error: ValueError, noun: "field" | "parameter"): FieldError[] {
  const variants = error.schema["anyOf"] as TSchema[] | undefined;
  const objectAt = variants?.findIndex((variant) => variant["type"] === "object") ?? -1;
  const inner = error.errors[objectAt];
  if (inner !== undefined && typeof error.value === "object" && error.value !== null) return [...inner].flatMap((own) => explain(own, noun));
  return [{ pointer: error.path, detail: ruleBroken(error, noun) }];
}

function ruleBroken(error: ValueError, noun: "field" | "parameter"): string {
  // The message texts are TypeBox's own; the two kinds below are told apart by them because a missing field has no schema of its own.
  if (error.message === "Unexpected property") return `is not a known ${noun}`;
  if (error.message === "Expected required property") return "is required";
  return `must be ${ruleOf(error.schema)}`;
}

/** What the schema takes, in words that follow "must be". A schema may say it itself with `x-rule`. */
export function ruleOf(schema: TSchema): string {
  if (typeof schema["x-rule"] === "string") return schema["x-rule"];
  const variants = schema["anyOf"] as TSchema[] | undefined;
  if (variants?.every((variant) => "const" in variant)) return `one of ${variants.map((variant) => String(variant["const"])).join(", ")}`;
  if (variants !== undefined) return variants.map(ruleOf).join(", or ");
  if ("const" in schema) return JSON.stringify(schema["const"]);
  switch (schema["type"]) {
    case "string":
      return stringRule(schema);
    case "integer":
      return `a whole number${rangeOf(schema, "minimum", "maximum")}`;
    case "number":
      return `a number${rangeOf(schema, "minimum", "maximum")}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list${countOf(schema, "minItems", "maxItems", "entries")}${schema["uniqueItems"] === true ? ", each once" : ""}`;
    case "object":
      return "an object";
    default:
      return String(schema["type"]);
  }
}

function stringRule(schema: TSchema): string {
  if (schema["format"] === "date-time") return "a time such as 2026-11-22T08:00:00Z (RFC 3339)";
  return `a string${countOf(schema, "minLength", "maxLength", "characters")}`;
}

function rangeOf(schema: TSchema, low: string, high: string): string {
  const above = schema["exclusiveMinimum"];
  const from = typeof above === "number" ? ` above ${above}` : ` from ${schema[low]}`;
  if (schema[low] === undefined && above === undefined) return schema[high] === undefined ? "" : ` up to ${schema[high]}`;
  return schema[high] === undefined ? from : `${from} to ${schema[high]}`;
}

function countOf(schema: TSchema, low: string, high: string, noun: string): string {
  if (schema[high] === undefined) return schema[low] === undefined ? "" : ` of at least ${schema[low]} ${noun}`;
  return ` of ${schema[low] ?? 0} to ${schema[high]} ${noun}`;
}
