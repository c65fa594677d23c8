import { join } from "node:path";
import { readDataDir } from "../config.ts";
import { hubVerdicts, poolVerdicts } from "../ledger/share-record.ts";
import { type SequenceRange, totalsOf } from "../ledger/tally.ts";
import { type Verdict, verifyLedger } from "../ledger/verify.ts";
import { countText, snakeCased } from "./amounts.ts";
import type { Command } from "./command.ts";
import { giveToOwner } from "./data-folder.ts";
import { settingFlags } from "./setting-flags.ts";
import { findDesk } from "./side-door.ts";

export const ledgerVerify: Command = {
  name: "ledger verify",
  summary: "Counts all shares once from the journal and once from the database, and compares.",
  details:
    "Compared are count, work, the pool's work and a checksum for each pair of verdicts, over what both hold; a running hub goes on meanwhile.\nExit codes: 0 they agree, 1 they differ, or the journal is damaged; it names the first sequences concerned.",
  flags: [{ flag: "json", help: "one JSON object instead of text" }, ...settingFlags(["dataDir"])],
  async run({ flags }, { env, console }) {
    const dataDir = readDataDir(flags, env);
    const desk = await findDesk(dataDir);
    try {
      const verdict = await verifyLedger(join(dataDir, "journal"), desk);
      console.out(flags["json"] === undefined ? textOf(verdict) : `${JSON.stringify(snakeCased({ ...verdict, totals: totals(verdict) }))}\n`);
      return verdict.difference === null && verdict.holes.length === 0 ? 0 : 1;
    } finally {
      await desk.close();
      giveToOwner(dataDir);
    }
  },
};

const totals = ({ inJournal, inDatabase }: Verdict) => ({ journal: named(inJournal), database: named(inDatabase) });

const named = (rows: Parameters<typeof totalsOf>[0]) =>
  totalsOf(rows).map(({ hubCode, poolCode, count, work, poolWork, checksum }) => ({
    hubVerdict: hubVerdicts[hubCode] ?? hubCode,
    poolVerdict: poolVerdicts[poolCode] ?? poolCode,
    count,
    work,
    poolWork,
    checksum,
  }));

const rangeText = ({ fromSequence, toSequence }: SequenceRange): string => `${countText(fromSequence)} to ${countText(toSequence)}`;

function textOf(verdict: Verdict): string {
  const { journal, database } = totals(verdict);
  const sum = (rows: readonly { count: number }[]) => rows.reduce((all, { count }) => all + count, 0);
  const lines = [
    `compared  records ${rangeText(verdict.compared)}`,
    `journal   ${countText(sum(journal))} shares`,
    ...journal.map((row) => `          ${row.hubVerdict}, ${row.poolVerdict}: ${countText(row.count)}, work ${row.work}`),
    `database  ${countText(sum(database))} shares`,
    ...verdict.holes.map((hole) => `MISSING   the journal has no whole record ${rangeText(hole)}`),
    verdict.difference === null ? "they agree" : `DIFFERENT first at records ${rangeText(verdict.difference)}`,
  ];
  return `${lines.join("\n")}\n`;
}
