import type { RigLocation } from "../control/rig-row.ts";

/** What a pattern reads; `any` is passed over. */
const patternFields = Object.freeze(["building", "row", "rack", "position", "any"] as const);
type PatternField = (typeof patternFields)[number];
type Piece = { field: PatternField } | { text: string };

/** `B{building}R{row}-{position}` taken apart. */
export type PlacePattern = readonly Piece[];

const patternMax = 200;
const words = patternFields.map((field) => `{${field}}`).join(", ");

/** Reads a pattern; where it is none, the rule that it breaks, as the end of the sentence "the pattern …". */
export function readPattern(text: string): PlacePattern | { rule: string } {
  if (text.length > patternMax) return { rule: `must have at most ${patternMax} characters` };
  const pieces: Piece[] = [];
  for (const part of text.split(/(\{[^{}]*\})/).filter((some) => some !== "")) {
    const named = /^\{(.*)\}$/.exec(part)?.[1];
    const field = patternFields.find((known) => known === named);
    if (field === undefined && /[{}]/.test(part)) return { rule: `must have nothing but ${words} in braces` };
    const last = pieces.at(-1);
    if (field !== undefined && last !== undefined && "field" in last) return { rule: `must have text between {${last.field}} and {${field}}` };
    if (field !== undefined && field !== "any" && pieces.some((piece) => "field" in piece && piece.field === field))
      return { rule: `must have {${field}} once` };
    pieces.push(field === undefined ? { text: part } : { field });
  }
  const reads = pieces.some((piece) => "field" in piece && piece.field !== "any");
  return reads ? pieces : { rule: "must have at least one of {building}, {row}, {rack}, {position}" };
}

/**
 * What a text says by a pattern, or null where it does not fit. A field reaches to the next text of the pattern and is never empty; case
 * does not matter. Each place of the text is looked at once, so no name can make it slow.
 */
export function matchPattern(pattern: PlacePattern, text: string): Partial<RigLocation> | null {
  const found: Partial<RigLocation> = {};
  const lower = text.toLowerCase();
  let at = 0;
  for (const [index, piece] of pattern.entries()) {
    if ("text" in piece) {
      if (!lower.startsWith(piece.text.toLowerCase(), at)) return null;
      at += piece.text.length;
      continue;
    }
    const end = endOfField(pattern[index + 1], lower, at);
    if (end <= at) return null;
    if (piece.field !== "any") found[piece.field] = text.slice(at, end);
    at = end;
  }
  return at === text.length ? found : null;
}

/** Where the field that begins at `at` ends; -1 where what follows it in the pattern does not come. */
function endOfField(next: Piece | undefined, lower: string, at: number): number {
  return next !== undefined && "text" in next ? lower.indexOf(next.text.toLowerCase(), at + 1) : lower.length;
}
