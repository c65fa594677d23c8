import { chownSync, existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { controlFile } from "../config.ts";
import { ControlOpenError } from "../control/migrations.ts";
import { DatabaseUnusable } from "../ledger/database.ts";
import { FolderInUse, lockFolder } from "../ledger/folder-lock.ts";
import { LibraryUnusable } from "../ledger/native-library.ts";
import { reasonOf } from "./places.ts";

/** Where a restore puts what it has copied so far. */
export const restoringName = "restoring";
/** A disk of its own comes with it. */
const ofTheDisk = "lost+found";

/** @returns the names in a folder that somebody put there; none where there is no folder */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name !== ofTheDisk) : [];
}

/**
 * Refuses a folder in which a new control database would be begun although shares are on record, which name rigs and contracts of the one that is
 * gone: the next rigs would get their numbers, and their shares. The same for one that a restore has half filled.
 * @throws Error that names --data
 */
export function refuseHalfFolder(dataDir: string): void {
  if (existsSync(join(dataDir, restoringName))) throw new Error(`--data: a restore to ${dataDir} was broken off; empty the folder and restore again`);
  const control = controlFile(dataDir);
  if ((statSync(control, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  if (namesIn(join(dataDir, "journal")).some((name) => /\.seg(\.zst)?$/.test(name)))
    throw new Error(`--data: ${control} is missing or empty although ${dataDir} holds a journal; bring it back from a backup, or choose another folder`);
}

/** @throws Error that names --data when a hub has the folder at this moment */
export function refuseInUse(dataDir: string): void {
  if (isInUse(dataDir)) throw new Error(`--data: the data folder ${dataDir} is in use by a hub; stop it, and move the folder away`);
}

/** @returns whether a hub has the folder at this moment */
export function isInUse(dataDir: string): boolean {
  if (!existsSync(join(dataDir, "ledger.lock"))) return false;
  try {
    lockFolder(dataDir).release();
    return false;
  } catch (error) {
    if (error instanceof FolderInUse) return true;
    throw error;
  }
}

/** Runs `work` on a data folder. @throws what the system or a database said of its files, with the flag that named the folder; any other error as it is */
export async function inDataFolder<T>(dataDir: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namingFolder(dataDir, error);
  }
}

function namingFolder(dataDir: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.message.startsWith("--")) return error;
  if (error instanceof FolderInUse || error instanceof ControlOpenError || error instanceof DatabaseUnusable || error instanceof LibraryUnusable)
    return new Error(`--data: ${error.message}`, { cause: error });
  if (error.name === "SQLiteError") return new Error(`--data: ${controlFile(dataDir)} cannot be used (${error.message})`);
  const { code, path } = error as { code?: unknown; path?: unknown };
  const isOfTheSystem = typeof code === "string" && /^E[A-Z]+$/.test(code) && !code.startsWith("EADDR");
  return isOfTheSystem ? new Error(`--data: ${typeof path === "string" ? path : dataDir} cannot be used (${reasonOf(error)})`) : error;
}

/** What root made in a folder of somebody else's (`sudo stratum-hub user add`) becomes his: his hub could not open it. */
export function giveToOwner(dataDir: string): void {
  if (process.geteuid?.() !== 0 || !existsSync(dataDir)) return;
  const { uid, gid } = statSync(dataDir);
  if (uid === 0) return;
  for (const name of readdirSync(dataDir, { recursive: true, encoding: "utf8" })) {
    const path = join(dataDir, name);
    // A database's own log may be gone by now.
    if (lstatSync(path, { throwIfNoEntry: false })?.uid === 0 && name !== ofTheDisk) chownSync(path, uid, gid);
  }
}
