import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readDataDir, UsageError } from "../config.ts";
import type { ExportFormat, ExportKind, ExportQuestion } from "../ledger/export.ts";
import { countText } from "./amounts.ts";
import type { Command } from "./command.ts";
import { giveToOwner, inDataFolder } from "./data-folder.ts";
import { type Arguments, textFlag } from "./flags.ts";
import { openBeside } from "./open-control.ts";
import { reasonOf } from "./places.ts";
import { settingFlags } from "./setting-flags.ts";
import { findDesk } from "./side-door.ts";

const kinds = ["shares", "work"] as const satisfies readonly ExportKind[];
const formats = ["csv", "parquet"] as const satisfies readonly ExportFormat[];

export const exportCommand: Command = {
  name: "export",
  summary: "Writes shares, or their work per hour, rig, contract and pool, to a file.",
  details: "Works while the hub runs. Times are UTC; --from is in, --to is not. Work is in hashes; a contract_id that is empty is the house.",
  operands: kinds.join("|"),
  operandsMax: 1,
  flags: [
    { flag: "from", value: "TIME", help: "2026-11-01 or 2026-11-01T06:00:00Z", required: true },
    { flag: "to", value: "TIME", help: "as --from", required: true },
    { flag: "format", value: "FORMAT", help: `one of ${formats.join(", ")} (default csv)` },
    { flag: "out", value: "FILE", help: "a file that does not exist", required: true },
    ...settingFlags(["dataDir"]),
  ],
  async run(given, { env, console }) {
    const { question, out } = readQuestion(given);
    const dataDir = readDataDir(given.flags, env);
    const desk = await findDesk(dataDir);
    try {
      const { path, rows } = await inDataFolder(dataDir, () => desk.exportTo({ ...question, ids: idsOf(dataDir) }));
      move(path, out);
      console.err(`wrote ${countText(rows)} rows to ${out}\n`);
      return 0;
    } finally {
      await desk.close();
      giveToOwner(dataDir);
    }
  },
};

function readQuestion(given: Arguments): { question: Omit<ExportQuestion, "ids">; out: string } {
  const kind = kinds.find((one) => one === given.positional[0]);
  if (kind === undefined) throw new UsageError(`${given.positional[0] ?? "what to export"}: must be one of ${kinds.join(", ")}`);
  const format = formats.find((one) => one === (given.flags["format"] ?? "csv"));
  if (format === undefined) throw new UsageError(`--format: must be one of ${formats.join(", ")} (got ${JSON.stringify(given.flags["format"])})`);
  const [fromMs, toMs] = [timeFlag(given, "from"), timeFlag(given, "to")];
  if (toMs <= fromMs) throw new UsageError("--to: must be after --from");
  const out = resolve(textFlag(given, "out"));
  if (existsSync(out)) throw new UsageError(`--out: ${out} must not exist`);
  return { question: { kind, format, fromMs, toMs }, out };
}

function timeFlag(given: Arguments, flag: string): number {
  const text = textFlag(given, flag);
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`--${flag}: must be a day or a time such as 2026-11-01T06:00:00Z (got ${JSON.stringify(text)})`);
  return ms;
}

function idsOf(dataDir: string): ExportQuestion["ids"] {
  const control = openBeside(dataDir);
  try {
    const pairs = (rows: readonly { no: number; id: string }[]) => rows.map(({ no, id }) => [no, id] as const);
    return { rigs: pairs(control.rigs.all()), pools: pairs(control.pools.all()), contracts: pairs(control.contracts.all()) };
  } finally {
    control.close();
  }
}

/** The folder of exports and `--out` may be on two disks: then it is copied beside it first, so that `to` is whole from its first moment. @throws Error that names --out */
function move(from: string, to: string): void {
  const half = `${to}.${process.pid}.half`;
  try {
    mkdirSync(dirname(to), { recursive: true });
    try {
      renameSync(from, to);
    } catch (error) {
      if ((error as { code?: string }).code !== "EXDEV") throw error;
      copyFileSync(from, half);
      renameSync(half, to);
    }
  } catch (error) {
    rmSync(half, { force: true });
    throw new Error(`--out: ${to} cannot be written (${reasonOf(error)})`);
  } finally {
    rmSync(from, { force: true });
  }
}
