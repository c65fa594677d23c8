import { join } from "node:path";
import { controlFile, readDataDir } from "../config.ts";
import { type ControlCheck, checkControl } from "../control/copy.ts";
import { scanJournal } from "../ledger/journal-tally.ts";
import { readRepairs } from "../ledger/repairs.ts";
import type { LedgerReport } from "../ledger/report.ts";
import type { SequenceRange } from "../ledger/tally.ts";
import { bytesText, countText, snakeCased } from "./amounts.ts";
import type { Command } from "./command.ts";
import { giveToOwner } from "./data-folder.ts";
import { productVersion } from "./product.ts";
import { settingFlags } from "./setting-flags.ts";
import { findDesk } from "./side-door.ts";

type Findings = { hubRuns: boolean; ledger: LedgerReport; control: ControlCheck; versions: Record<string, string>; problems: string[] };

export const doctor: Command = {
  name: "doctor",
  summary: "Tells how the data folder is: journal, database of shares, control database, disk, repairs.",
  details:
    "Works while the hub runs (it is asked) and while it does not (the files are opened, and nothing is changed).\nThe control database and the journal are read through; ledger verify holds the database of shares against the journal.\nExit codes: 0 all is well, 1 something is not; it says what.",
  flags: [{ flag: "json", help: "one JSON object instead of text" }, ...settingFlags(["dataDir"])],
  async run({ flags }, { env, console }) {
    const dataDir = readDataDir(flags, env);
    const desk = await findDesk(dataDir);
    try {
      const report = await desk.report();
      const control = checkControl(controlFile(dataDir));
      const findings = findingsOf({ hubRuns: desk.hubRuns, ledger: report, control, holes: await unexplainedHoles(dataDir) });
      console.out(flags["json"] === undefined ? textOf(findings) : `${JSON.stringify(snakeCased(findings))}\n`);
      return findings.problems.length === 0 ? 0 : 1;
    } finally {
      await desk.close();
      giveToOwner(dataDir);
    }
  },
};

/** What the journal should have and no repair has told of; it is read through for that. */
async function unexplainedHoles(dataDir: string): Promise<SequenceRange[]> {
  const { holes } = await scanJournal(join(dataDir, "journal"));
  const told = readRepairs(dataDir);
  const covers = (hole: SequenceRange) =>
    told.some(({ fromSequence = 1, toSequence = 0 }) => fromSequence <= hole.fromSequence && toSequence >= hole.toSequence);
  return holes.filter((hole) => !covers(hole));
}

type Looks = Pick<Findings, "hubRuns" | "ledger" | "control"> & { holes: SequenceRange[] };

function findingsOf({ hubRuns, ledger, control, holes }: Looks): Findings {
  const { journal, database } = ledger;
  const problems = [
    ...(database.problem === null ? [] : [`the database of shares can't be opened: ${database.problem}`]),
    ...control.problems.map((text) => `control database: ${text}`),
    ...(control.audit.broken === null ? [] : [`audit log: ${control.audit.broken.text} ${control.audit.broken.id}`.trimEnd()]),
    ...holes.map(({ fromSequence, toSequence }) => `the journal is damaged: it has no whole record ${countText(fromSequence)} to ${countText(toSequence)}`),
    ...(journal.bytes > journal.quotaBytes ? [`the journal takes ${bytesText(journal.bytes)}, more than its quota of ${bytesText(journal.quotaBytes)}`] : []),
    ...(database.appliedSequence > journal.lastSequence && database.problem === null ? ["the journal ends before the database"] : []),
  ];
  const versions = { hub: productVersion, bun: Bun.version, duckdb: database.version, sqlite: control.version };
  return { hubRuns, ledger, control, versions, problems };
}

function textOf({ hubRuns, ledger, control, versions, problems }: Findings): string {
  const { journal, database, disk } = ledger;
  const open = `${bytesText(database.bytes)}, its log ${bytesText(database.logBytes)}; ${countText(database.shares)} shares, applied to ${countText(database.appliedSequence)}; memory ${bytesText(database.memoryBytes)} of ${bytesText(database.memoryLimitBytes)}`;
  const aside = journal.asideBytes === 0 ? "" : `; ${bytesText(journal.asideBytes)} set aside as damaged`;
  const rows: [string, string][] = [
    ["hub", hubRuns ? "runs" : "does not run"],
    [
      "journal",
      `${countText(journal.segments)} segments (${countText(journal.compressedSegments)} compressed), ${bytesText(journal.bytes)} of ${bytesText(journal.quotaBytes)}; records ${countText(journal.firstSequence)} to ${countText(journal.lastSequence)}, on disk to ${countText(journal.durableSequence)}${aside}`,
    ],
    ["database", database.problem === null ? open : "can't be opened"],
    ["lag", `${countText(ledger.lag)} records`],
    ["reserve", `${bytesText(journal.reserveBytes)} held for a full disk`],
    ["disk", `${bytesText(disk.freeBytes)} free of ${bytesText(disk.totalBytes)}`],
    ["control", `${bytesText(control.bytes)}, ${control.problems.length === 0 ? "whole" : "damaged"}`],
    ["audit", `${countText(control.audit.entries)} entries, ${control.audit.broken === null ? "the chain is whole" : "the chain is broken"}`],
    ["repairs", ledger.repairs.length === 0 ? "none" : "the latest:"],
    ...ledger.repairs.map(({ atMs, text }): [string, string] => ["", `${new Date(atMs).toISOString()} ${text}`]),
    [
      "versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version || "?"}`)
        .join(", "),
    ],
    ...problems.map((text): [string, string] => ["PROBLEM", text]),
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(10)}${text}`).join("\n")}\n`;
}
