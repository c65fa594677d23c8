import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { readDataDir, UsageError } from "../config.ts";
import { checkControl } from "../control/copy.ts";
import { copyFileDurably, syncFolder } from "../ledger/copy.ts";
import { FolderInUse, lockFolder } from "../ledger/folder-lock.ts";
import { bytesText, countText } from "./amounts.ts";
import { type BackupList, backupListName, readBackupList } from "./backup-list.ts";
import type { Command } from "./command.ts";
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
    refuseUsed(dataDir);
    // Made beside it and renamed: a restore that is broken off leaves no half of a data folder.
    const half = `${dataDir}.restoring`;
    if (existsSync(half)) throw new Error(`--data: ${half} is left of a restore that was broken off; delete it first`);
    mkdirSync(half, { recursive: true, mode: 0o700 });
    try {
      await copyList(from, half, list);
      if (existsSync(dataDir)) rmSync(dataDir, { recursive: true });
      await rename(half, dataDir);
      await syncFolder(dirname(dataDir));
    } catch (error) {
      rmSync(half, { recursive: true, force: true });
      throw error;
    }
    const bytes = list.files.reduce((sum, file) => sum + file.bytes, 0);
    console.err(`restored ${countText(list.files.length)} files, ${bytesText(bytes)}, of ${new Date(list.atMs).toISOString()} to ${dataDir}\n`);
    return 0;
  },
};

function readList(from: string): BackupList {
  try {
    return readBackupList(readFileSync(join(from, backupListName), "utf8"));
  } catch (error) {
    throw new Error(`DIR: ${from} is no backup: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function refuseUsed(dataDir: string): void {
  if (!existsSync(dataDir) || readdirSync(dataDir).length === 0) return;
  try {
    if (existsSync(join(dataDir, "ledger.lock"))) lockFolder(dataDir).release();
  } catch (error) {
    if (error instanceof FolderInUse) throw new Error(`--data: ${error.message}; stop it, and move the folder away`);
    throw error;
  }
  throw new Error(`--data: ${dataDir} must be new or empty`);
}

async function copyList(from: string, to: string, list: BackupList): Promise<void> {
  for (const { path, bytes, sha256 } of list.files) {
    const copied = await copyFileDurably(join(from, path), join(to, path));
    if (copied.bytes !== bytes || copied.sha256 !== sha256) throw new Error(`DIR: ${join(from, path)} is not what was backed up (its checksum differs)`);
  }
  const { problems } = checkControl(join(to, "control.db"));
  if (problems[0] !== undefined) throw new Error(`DIR: the control database of the backup is damaged: ${problems[0]}`);
}
