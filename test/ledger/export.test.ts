import { expect, test } from "bun:test";
import { daysOfShares } from "./days-of-shares.ts";
import { aShare, LedgerFolder } from "./ledger-folder.ts";

test("a pool's words are no formula in a file for spreadsheets", async () => {
  await using folder = await LedgerFolder.create();
  const ledger = await folder.open();
  const atMs = daysOfShares.firstDayMs;
  for (const reason of ["=HYPERLINK(1)", "-1+1", "low difficulty"]) ledger.append(aShare({ atMs, poolVerdict: "rejected", reason }));
  await ledger.flush();
  const ids = { rigs: [], pools: [], contracts: [] } as const;
  const { path } = await ledger.exportTo({ kind: "shares", format: "csv", fromMs: atMs, toMs: atMs + 1, ids });
  const [head = "", ...lines] = (await Bun.file(path).text()).trim().split("\n");
  const at = head.split(",").indexOf("reason");
  expect(lines.map((line) => line.split(",")[at])).toEqual(["'=HYPERLINK(1)", "'-1+1", "low difficulty"]);
});
