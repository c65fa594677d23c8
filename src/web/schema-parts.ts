import { type TLiteral, type TObject, type TProperties, type TSchema, type TString, type TUnion, Type } from "@sinclair/typebox";
import { dayRule, type Rule, textRule } from "../control/rules.ts";

const ruleKey = Symbol("rule of the row");
/**
 * A schema with what the row itself says of the field. The row asks its rule always; a body that has not the shape is held against these as
 * well, so that all of it is told at once.
 */
export const ruled = <T extends TSchema>(schema: T, rule: Rule): T => ({ ...schema, [ruleKey]: rule });
export const ruleIn = (schema: TSchema): Rule | undefined => (schema as { [ruleKey]?: Rule })[ruleKey];

/** Pieces that the schemas of bodies, parameters and answers are made of. */
export const idOf = (prefix: string): TString => Type.String({ pattern: `^${prefix}_[0-9a-z]{26}$`, "x-rule": `an id such as ${prefix}_01k…` });
export const time = (description?: string): TString => Type.String({ format: "date-time", ...(description !== undefined && { description }) });
export const text = (max: number, min = 1): TString => ruled(Type.String({ minLength: min, maxLength: max }), textRule(max, min));
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
/** A day of the calendar. */
export const day = (): TString => ruled(Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\d$", "x-rule": "a day such as 2027-05-31" }), dayRule);
/** Any hashrate a fleet could have, in H/s. */
export const hps = () => Type.Number({ minimum: 0, maximum: 1e24 });
/** What a rig makes: not nothing. */
export const nominalHps = () => Type.Number({ exclusiveMinimum: 0, maximum: 1e24 });
export const workHashes = (): TString => Type.String({ pattern: "^\\d+$", description: "Expected hashes, an exact integer as text" });

export function oneOf<const W extends string>(words: readonly W[]): TUnion<TLiteral<W>[]> {
  return Type.Union(words.map((word) => Type.Literal(word)));
}

/** An object that the documentation lists by name and refers to. */
export function model<P extends TProperties>(name: string, properties: P, description?: string): TObject<P> {
  return Type.Object(properties, { "x-model": name, ...(description !== undefined && { description }) });
}

export const pageOf = (name: string, row: TSchema) =>
  model(`${name}Page`, {
    data: Type.Array(row),
    page: Type.Object({ next: orNull(Type.String({ description: "Cursor of the next page; null on the last" })) }),
  });

/** The parameters of every list. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100, description: "Rows per page" })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 300, "x-rule": "`page.next` of the page before", description: "`page.next` of the page before" }),
  ),
};

/** The parameters of every window: half-open, `[from, to)`. */
export const windowQuery = {
  from: Type.Optional(time("Start of the window, included; default: see the description")),
  to: Type.Optional(time("End of the window, not included; default: now")),
};
