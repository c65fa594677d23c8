import { type TLiteral, type TObject, type TProperties, type TSchema, type TString, type TUnion, Type } from "@sinclair/typebox";

/** Pieces that the schemas of bodies, parameters and answers are made of. */
export const idOf = (prefix: string): TString => Type.String({ pattern: `^${prefix}_[0-9a-z]{26}$`, "x-rule": `an id such as ${prefix}_01k…` });
export const time = (description?: string): TString => Type.String({ format: "date-time", ...(description !== undefined && { description }) });
export const text = (max: number, min = 1): TString => Type.String({ minLength: min, maxLength: max });
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
/** A day of the calendar. */
export const day = (): TString => Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\d$", "x-rule": "a day such as 2027-05-31" });
/** Any hashrate a fleet could have, in H/s. */
export const hps = () => Type.Number({ minimum: 0, maximum: 1e24 });
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
