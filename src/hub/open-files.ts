import { readFileSync } from "node:fs";
import { limits } from "./limits.ts";

/** Of the open files that a process may have, some are for pools, pages and the books: strangers who connect and say nothing must not take them. */
const keptForOthers = 512;

/** How many rigs' connections there is room for; `files`: that the process may have open; null = not known. */
export function sessionsThatFit(files: number | null): number {
  if (files === null) return limits.sessionsMax;
  return Math.min(limits.sessionsMax, Math.max(files - keptForOthers, Math.floor(files / 2)));
}

/** What this process may open (the runtime raises the soft limit to the hard one); null where the system does not tell, or sets no limit. */
export function openFilesMax(): number | null {
  try {
    return readLimit(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return null;
  }
}

/** The soft limit in the text of /proc/self/limits. */
export function readLimit(text: string): number | null {
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(text) ?? [];
  return soft === undefined ? null : Number(soft);
}
