import { UsageError } from "../config.ts";

/** One flag of a command. Without `value` it is a switch. `required` is what --help says; {@link textFlag} insists on it. */
export type Flag = { flag: string; value?: string; help: string; required?: true };

export type Arguments = {
  /** Values by flag name; a switch is "true". */
  flags: Readonly<Record<string, string | undefined>>;
  positional: readonly string[];
};

/** Reads `--flag value`, `--flag=value`, `--switch` and positional arguments. @throws UsageError that names the flag and the rule. */
export function readArguments(argv: readonly string[], known: readonly Flag[], positionalMax = 0): Arguments {
  const flags: Record<string, string> = {};
  const positional: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith("-") || word === "-") {
      positional.push(word);
      continue;
    }
    const [name, inline] = splitFlag(word);
    const flag = known.find((one) => one.flag === name);
    if (flag === undefined) throw new UsageError(unknownFlag(word, name, known));
    if (name in flags) throw new UsageError(`--${name}: must be given once`);
    flags[name] = flagValue(flag, inline, rest);
  }
  const surplus = positional[positionalMax];
  if (surplus !== undefined)
    throw new UsageError(
      `${surplus}: must be a flag (takes ${positionalMax === 0 ? "no" : `${positionalMax}`} argument${positionalMax === 1 ? "" : "s"} without one)`,
    );
  return { flags, positional };
}

function splitFlag(word: string): [name: string, inline: string | undefined] {
  const name = word.replace(/^--?/, "");
  const equals = name.indexOf("=");
  return equals < 0 ? [name, undefined] : [name.slice(0, equals), name.slice(equals + 1)];
}

function flagValue(flag: Flag, inline: string | undefined, rest: string[]): string {
  if (flag.value === undefined) {
    if (inline !== undefined) throw new UsageError(`--${flag.flag}: takes no value`);
    return "true";
  }
  const value = inline ?? rest.shift();
  if (value === undefined || (inline === undefined && /^--[a-z]/.test(value))) throw new UsageError(`--${flag.flag}: needs a value, ${flag.value}`);
  return value;
}

function unknownFlag(word: string, name: string, known: readonly Flag[]): string {
  const near = closest(name, [...known.map((one) => one.flag), "help"]);
  return `${word.split("=")[0]}: is no flag of this command${near === null ? "" : `; did you mean --${near}?`}`;
}

/** The candidate with the fewest letters to change, or null when none is near (more than a third of its letters). */
export function closest(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = candidate.startsWith(name) && name.length > 1 ? 1 : editDistance(name, candidate);
    if (distance < bestDistance && distance <= Math.max(1, Math.ceil(candidate.length / 3))) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein: insertions, deletions and replacements. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

type NumberRule = { min: number; max: number; fallback?: number; whole?: boolean };

/** A number flag within its range. @throws UsageError */
export function numberFlag(given: Arguments, flag: string, rule: NumberRule): number {
  const text = given.flags[flag];
  if (text === undefined && rule.fallback !== undefined) return rule.fallback;
  if (text === undefined) throw new UsageError(`--${flag}: must be given`);
  const value = Number(text);
  const words = `must be a ${rule.whole === true ? "whole " : ""}number from ${rule.min} to ${rule.max}`;
  if (text.trim() === "" || !Number.isFinite(value) || value < rule.min || value > rule.max)
    throw new UsageError(`--${flag}: ${words} (got ${JSON.stringify(text)})`);
  if (rule.whole === true && !Number.isInteger(value)) throw new UsageError(`--${flag}: ${words} (got ${JSON.stringify(text)})`);
  return value;
}

/** A text flag that must be there. @throws UsageError */
export function textFlag(given: Arguments, flag: string): string {
  const text = given.flags[flag];
  if (text === undefined || text === "") throw new UsageError(`--${flag}: must be given`);
  return text;
}
