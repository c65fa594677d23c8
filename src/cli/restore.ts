import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readDataDir, UsageError } from "../config.ts";
import { checkControl } from "../control/copy.ts";
import { copyFileDurably, syncFolder } from "../ledger/copy.ts";
import { bytesText, countText } from "./amounts.ts";
import { type BackupList, backupListName, readBackupList } from "./backup-list.ts";
import type { Command } from "./command.ts";
import { giveToOwner, namesIn, refuseInUse, restoringName } from "./data-folder.ts";
import { makeDataDir, reasonOf } from "./places.ts";
import { settingFlags } from "./setting-flags.ts";

export const restore: Command = {
  name: "restore",
  summary: "Makes a data folder from a backup. The folder of --data must be new or empty, and no hub may run on it.",
  details: "Every file is held against its checksum. The first start of the hub builds the database of shares again and listens meanwhile.",
  operands: "DIR",
  operandsMax: 1,
  flags: settingFlags(["dataDir"]),
  async run({ flags, positional }, { env, console }) {
    const [given] = positional;
    if (given === undefined) throw new UsageError("DIR: must be given");
    const from = resolve(given);
    const dataDir = readDataDir(flags, env);
    const list = readList(from);
    const isNew = !existsSync(dataDir);
    refuseUsed(dataDir);
    makeDataDir(dataDir);
    // Copied into a folder inside, which a hub refuses to start beside, and moved out at the end: the data folder may be a mount, or a link, or all that we may write to.
    const half = join(dataDir, restoringName);
    mkdirSync(half, { mode: 0o700 });
    try {
      await copyList(from, half, list);
      for (const name of readdirSync(half)) await rename(join(half, name), join(dataDir, name));
      await syncFolder(dataDir);
      rmdirSync(half);
      await syncFolder(dataDir);
    } catch (error) {
      for (const name of namesIn(dataDir)) rmSync(join(dataDir, name), { recursive: true, force: true });
      if (isNew) rmSync(dataDir, { recursive: true, force: true });
      throw error;
    }
    giveToOwner(dataDir);
    const bytes = list.files.reduce((sum, file) => sum + file.bytes, 0);
    console.err(`restored ${countText(list.files.length)} files, ${bytesText(bytes)}, of ${new Date(list.atMs).toISOString()} to ${dataDir}\n`);
    return 0;
  },
};

function readList(from: string): BackupList {
  try {
    return readBackupList(readFileSync(join(from, backupListName), "utf8"));
  } catch (error) {
    throw new Error(`DIR: ${from} is no backup: ${reasonOf(error)}`);
  }
}

function refuseUsed(dataDir: string): void {
  const names = namesIn(dataDir);
  if (names.length === 0) return;
  if (names.includes(restoringName)) throw new Error(`--data: a restore to ${dataDir} was broken off; empty the folder first`);
  refuseInUse(dataDir);
  throw new Error(`--data: ${dataDir} must be new or empty`);
}

async function copyList(from: string, to: string, list: BackupList): Promise<void> {
  for (const { path, bytes, sha256 } of list.files) {
    const copied = await copyFileDurably(join(from, path), join(to, path)).catch((error: unknown) => {
      throw new Error(`DIR: ${join(from, path)} could not be copied to ${to} (${reasonOf(error)})`);
    });
    if (copied.bytes !== bytes || copied.sha256 !== sha256) throw new Error(`DIR: ${join(from, path)} is not what was backed up (its checksum differs)`);
  }
  const { problems } = checkControl(join(to, "control.db"));
  if (problems[0] !== undefined) throw new Error(`DIR: the control database of the backup is damaged: ${problems[0]}`);
}
