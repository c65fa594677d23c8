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
};

const suffixes: Readonly<Record<string, number>> = Object.freeze({ "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, e: 1e18 });

/** Reads hints from a list like "x,d=8192,h=100T"; an unusable one is left out, as passwords are mostly just "x". */
export function passwordHints(password: string): PasswordHints {
  const hints: PasswordHints = { difficulty: null, nominalHps: null };
  for (const item of password.slice(0, 256).split(/[,;\s]+/)) {
    const [, name, digits = "", suffix = ""] = /^(d|h)=(\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?|\.\d{1,20})([kmgtpe]?)$/i.exec(item) ?? [];
    const value = Number(digits) * (suffixes[suffix.toLowerCase()] ?? 1);
    if (!Number.isFinite(value) || value <= 0) continue;
    if (name?.toLowerCase() === "d" && isDifficulty(value)) hints.difficulty = value;
    if (name?.toLowerCase() === "h") hints.nominalHps = value;
  }
  return hints;
}
