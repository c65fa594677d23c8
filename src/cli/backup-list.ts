import type { CopiedFile } from "../ledger/copy.ts";

/** What a backup holds, beside its files. */
export type BackupList = { format: 1; atMs: number; version: string; files: CopiedFile[] };

export const backupListName = "backup.json";

/** @throws Error that says why the text is no list of a backup */
export function readBackupList(text: string): BackupList {
  const list = JSON.parse(text) as Partial<BackupList>;
  if (list.format !== 1 || !Array.isArray(list.files)) throw new Error("it is of another version");
  const strange = list.files
    .map((file) => ({ path: file?.path }))
    .find(({ path }) => typeof path !== "string" || path.startsWith("/") || path.split("/").includes(".."));
  if (strange !== undefined) throw new Error(`it names a file outside the backup (${strange.path})`);
  return list as BackupList;
}
