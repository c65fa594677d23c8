import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { controlFile, readDataDir, UsageError } from "../config.ts";
import { copyControl } from "../control/copy.ts";
import { copyLedger, syncFolder } from "../ledger/copy.ts";
import { bytesText, countText } from "./amounts.ts";
import { type BackupList, backupListName } from "./backup-list.ts";
import type { Command } from "./command.ts";
import { inDataFolder, namesIn, refuseHalfFolder } from "./data-folder.ts";
import { reasonOf } from "./places.ts";
import { productVersion } from "./product.ts";
import { settingFlags } from "./setting-flags.ts";
import { refuseNoHub } from "./side-door.ts";

export const backup: Command = {
  name: "backup",
  summary: "Copies everything that cannot be made again to a folder that is new or empty.",
  details:
    "Works while the hub runs; the copy is of one moment. It holds the control database (with the pools' passwords), the journal and the day files;\nthe database of shares is built again from those by the first start after a restore.",
  operands: "DIR",
  operandsMax: 1,
  flags: settingFlags(["dataDir"]),
  async run({ flags, positional }, { env, console }) {
    const [given] = positional;
    if (given === undefined) throw new UsageError("DIR: must be given");
    const target = resolve(given);
    const dataDir = readDataDir(flags, env);
    refuseNoHub(dataDir);
    refuseHalfFolder(dataDir);
    const isNew = !existsSync(target);
    makeTarget(target);
    try {
      const list = await inDataFolder(dataDir, () => copyAll(dataDir, target));
      const bytes = list.files.reduce((sum, file) => sum + file.bytes, 0);
      console.err(`copied ${countText(list.files.length)} files, ${bytesText(bytes)}, to ${target}\n`);
      return 0;
    } catch (error) {
      for (const name of namesIn(target)) rmSync(join(target, name), { recursive: true, force: true });
      if (isNew) rmSync(target, { recursive: true, force: true });
      throw error;
    }
  },
};

function makeTarget(target: string): void {
  try {
    if (namesIn(target).length === 0) return void mkdirSync(target, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`DIR: ${target} cannot be made (${reasonOf(error)})`);
  }
  throw new Error(`DIR: ${target} must be new or empty`);
}

/** Shares first: whatever they name is in the control database that is copied after them. The list last: without it the rest is no backup. */
async function copyAll(dataDir: string, target: string): Promise<BackupList> {
  const files = await copyLedger(dataDir, target);
  const control = join(target, "control.db");
  copyControl(controlFile(dataDir), control);
  const content = await Bun.file(control).bytes();
  files.push({ path: "control.db", bytes: content.length, sha256: new Bun.CryptoHasher("sha256").update(content).digest("hex") });
  const list: BackupList = { format: 1, atMs: Date.now(), version: productVersion, files };
  await Bun.write(join(target, backupListName), `${JSON.stringify(list, null, 1)}\n`, { mode: 0o600 });
  await syncFolder(target);
  return list;
}
