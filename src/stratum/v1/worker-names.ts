import { isDifficulty } from "./difficulty-range.ts";

/** Longest rig name kept. */
const nameCharsMax = 64;

/**
 * The rig's name in a worker string: what follows the last '.', else the whole ("account.", an empty worker, names the
 * account). Null when nothing is left. Characters outside [A-Za-z0-9_-] become '_', as names come from miners and go to
 * logs, pages and files, and what is longer than 64 characters is cut; either way a mark of what it was is put behind it,
 * so that two workers never become one rig.
 */
export function rigNameOf(worker: string): string | null {
  const whole = worker.trim().replace(/\.+$/, "");
  const part = whole.slice(whole.lastIndexOf(".") + 1).trim();
  if (part.length === 0) return null;
  const name = Array.from(part.slice(0, 4 * nameCharsMax), (character) => (/[A-Za-z0-9_-]/.test(character) ? character : "_")).join("");
  return name === part && name.length <= nameCharsMax ? name : `${name.slice(0, nameCharsMax - markChars - 1)}-${markOf(part)}`;
}

const markChars = 6;

/** Six hex digits of FNV-1a (32 bits, folded to 24): one in 16 million that two names of a farm agree. */
function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (((hash >>> 24) ^ hash) & 0xffffff).toString(16).padStart(markChars, "0");
}

/** The pool account in a worker string: what comes before the first '.', else the whole. */
export function accountOf(worker: string): string {
  const dot = worker.indexOf(".");
  return dot < 0 ? worker : worker.slice(0, dot);
}

/** What a password may ask for, as btcpool and skaisser/ckpool read theirs. */
export type PasswordHints = {
  /** `d=`: start difficulty. */
  difficulty: number | null;
  /** `h=`: nominal hashrate in H/s. */
  nominalHps: number | null;
  /** What is wrong with hints that cannot be read, each once, in words that do not repeat them: they may be a password after all. */
  unread: readonly string[];
};

const suffixes: Readonly<Record<string, number>> = Object.freeze({ "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, e: 1e18 });
/** Beyond the whole network's many times over. */
const nominalHpsMax = 1e24;
const passwordCharsMax = 256;

/**
 * Reads hints from a list like "x,d=8192,h=100T" or "h=100 TH/s d=8192". One that cannot be read to its end is left out whole, and said: the
 * 12 of "12 bananas" may have been anything.
 */
export function passwordHints(password: string): PasswordHints {
  const read: Record<HintName, number | null> = { d: null, h: null };
  const unread = new Set<string>();
  const items = password.slice(0, passwordCharsMax).split(/[,;]|\s+(?=\w+=)/);
  // What is cut off is not read as if it were whole.
  if (password.length > passwordCharsMax) items.pop();
  for (const [at, item] of items.entries()) {
    const hint = readHint(item, items[at + 1] ?? "");
    if (hint === null) continue;
    if (hint.value === null) unread.add(hintKinds[hint.name].rule);
    else read[hint.name] = hint.value;
  }
  return { difficulty: read.d, nominalHps: read.h, unread: [...unread] };
}

type HintName = "d" | "h";

const numberText = "\\s*(\\d{1,20}(?:\\.\\d{1,20})?(?:e[+-]?\\d{1,2})?|\\.\\d{1,20})\\s*([kmgtpe]?)";

/** `text`: all of it, where many write "x" for no password. `cut`: how a number ends and goes on whose comma was no end of the hint. */
const hintKinds = {
  d: {
    rule: "d= must be a difficulty above 0, such as 8192 or 64k",
    text: new RegExp(`^${numberText}(?:\\s+x)?\\s*$`, "i"),
    // "8,192", while "8192,123" has a password behind it.
    cut: { before: /^\s*\d{1,3}$/, after: /^\d{3}$/ },
    fits: isDifficulty,
  },
  h: {
    rule: "h= must be a hashrate above 0, such as 100T or 100 TH/s",
    text: new RegExp(`^${numberText}(?:h(?:/s)?)?(?:\\s+x)?\\s*$`, "i"),
    // "1,5T".
    cut: { before: /^\s*\d+$/, after: /^\d/ },
    fits: (value: number) => value > 0 && value <= nominalHpsMax,
  },
} as const;

/** The hint that an item is, `value` null where it cannot be read; null where the item is none. */
function readHint(item: string, next: string): { name: HintName; value: number | null } | null {
  const [, word, text = ""] = /^\s*([dh])=(.*)$/is.exec(item) ?? [];
  if (word === undefined) return null;
  const name = word.toLowerCase() as HintName;
  const kind = hintKinds[name];
  const value = kind.cut.before.test(text) && kind.cut.after.test(next) ? null : hintValue(text, kind.text);
  return { name, value: value !== null && kind.fits(value) ? value : null };
}

/** A number with a suffix and what may stand behind it; null where it is none. */
function hintValue(text: string, pattern: RegExp): number | null {
  const [, digits, suffix = ""] = pattern.exec(text) ?? [];
  return digits === undefined ? null : Number(digits) * (suffixes[suffix.toLowerCase()] ?? 1);
}
