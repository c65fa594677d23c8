import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Invalid, invalid } from "./result.ts";
import type { Rule } from "./rules.ts";

/** What a site without a pattern of its own takes. */
export const assetCodePatternDefault = "AM-{MODEL}-{000000}";

const patternMax = 40;
const patternForm = /^[A-Za-z0-9._-]*(?:\{MODEL\}[A-Za-z0-9._-]*)?\{0{1,9}\}[A-Za-z0-9._-]*$/;

/** One number `{000}` with as many digits as zeros, before it at most one `{MODEL}`, else letters, digits and `-`, `_`, `.`. */
export const assetCodePatternRule: Rule = (value) => {
  if (typeof value !== "string") return "must be text";
  if (value.length > patternMax) return `must have at most ${patternMax} characters`;
  return patternForm.test(value) ? null : "must be like AM-{MODEL}-{000000}: letters, digits, - _ . with one number {000000} and, if wanted, {MODEL} before it";
};

/** `Antminer S19 XP` is `S19XP` on a label: the maker's name, where more than one word is given, says little. */
export function modelOnLabel(model: string): string {
  const words = model.split(/\s+/).filter((word) => word !== "");
  const telling = words.length > 1 && !/\d/.test(words[0] ?? "") ? words.slice(1) : words;
  return telling
    .join("")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .slice(0, 20);
}

/** The codes that were ever given, and the next of a pattern. A code that one rig bore is never another's; that of an entry that was taken back before its rig ever came was borne by none. */
export class AssetCodes {
  readonly #bearer: Statement<{ rig_no: number }, SqlValue[]>;
  readonly #next: Statement<{ last: number }, SqlValue[]>;
  readonly #free: Statement<unknown, SqlValue[]>;

  constructor({ sql }: ControlDatabase) {
    this.#bearer = sql.prepare("SELECT rig_no FROM asset_codes WHERE code = ?");
    this.#free = sql.prepare("DELETE FROM asset_codes WHERE code = ? AND rig_no = ?");
    this.#next = sql.prepare("INSERT INTO asset_code_numbers (stem, last) VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last");
  }

  /** Number of the rig that first bore the code; it may be removed by now. */
  bearerOf(code: string): number | null {
    return this.#bearer.get(code)?.rig_no ?? null;
  }

  /** No machine ever bore it: the rig was only entered, and its entry was taken back. */
  free(code: string, rigNo: number): void {
    this.#free.run(code, rigNo);
  }

  /** The next code of the pattern that nobody ever bore. Numbers do not come back, whatever becomes of the rig. Run it in a transaction. */
  next(pattern: string, model: string | null): { ok: true; value: string } | Invalid {
    const label = model === null ? "" : modelOnLabel(model);
    if (pattern.includes("{MODEL}") && label === "") return invalid("model", `must be known first: the site's codes are ${pattern}`);
    const stem = pattern.replace("{MODEL}", label).replace(/\{0+\}/, "#");
    const digits = (/\{(0+)\}/.exec(pattern)?.[1] ?? "").length;
    let code: string;
    do {
      const number = this.#next.get(stem)?.last ?? 0;
      code = stem.replace("#", String(number).padStart(digits, "0"));
    } while (this.bearerOf(code) !== null);
    return { ok: true, value: code };
  }
}
