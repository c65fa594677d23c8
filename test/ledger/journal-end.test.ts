import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { recoverEnd } from "../../src/ledger/journal-end.ts";
import { SegmentReader } from "../../src/ledger/segment-reader.ts";
import { aShare, LedgerFolder, startMs } from "./ledger-folder.ts";

/** A journal of three commits; the bytes of its one segment without the zeros behind, and where each block ends. */
async function threeBlocks(folder: LedgerFolder) {
  const ledger = await folder.open({ limits: { segmentAheadBytes: 4_096 } });
  for (const records of [2, 3, 4]) {
    for (let no = 0; no < records; no++) ledger.append(aShare({ rigNo: records, reason: no === 1 ? "bad luck" : null }));
    await ledger.flush();
  }
  const path = join(folder.journal, (await readdir(folder.journal))[0] ?? "");
  const reader = await SegmentReader.open(path);
  const blocks: { end: number; nextSequence: number }[] = [];
  for (let block = await reader.next(); block !== null; block = await reader.next()) {
    blocks.push({ end: reader.offset, nextSequence: block.firstSequence + block.records });
  }
  await reader.close();
  const whole = await Bun.file(path).bytes();
  return { path, whole, blocks, before: blocks.at(-2) ?? { end: 0, nextSequence: 0 }, last: blocks.at(-1) ?? { end: 0, nextSequence: 0 } };
}

describe("the journal's end after a crash", () => {
  test("a file cut at any byte of the last block ends at the block before", async () => {
    await using folder = await LedgerFolder.create();
    const { path, whole, before, last } = await threeBlocks(folder);
    for (let length = before.end; length < last.end; length++) {
      await Bun.write(path, whole.subarray(0, length));
      const end = await recoverEnd(folder.journal);
      expect(end.nextSequence).toBe(before.nextSequence);
      expect(end.segment?.bytes).toBe(before.end);
      expect(Bun.file(path).size).toBe(length === before.end ? length : before.end);
    }
    await Bun.write(path, whole.subarray(0, last.end));
    expect((await recoverEnd(folder.journal)).nextSequence).toBe(last.nextSequence);
  });

  test("any one byte changed in the last block ends at the block before, and the cut bytes are kept", async () => {
    await using folder = await LedgerFolder.create();
    const { path, whole, before, last } = await threeBlocks(folder);
    for (let at = before.end; at < last.end; at++) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      await Bun.write(path, damaged);
      const end = await recoverEnd(folder.journal);
      expect(end.nextSequence).toBe(before.nextSequence);
      expect(end.tornBytes).toBeGreaterThan(0);
      expect(Bun.file(path).size).toBe(before.end);
    }
    expect(Bun.file(`${path}.torn-at-${before.end}`).size).toBeGreaterThan(0);
  });

  test("zeros written ahead are no damage and stay", async () => {
    await using folder = await LedgerFolder.create();
    const { whole, last } = await threeBlocks(folder);
    expect(whole.length).toBeGreaterThan(last.end);
    const end = await recoverEnd(folder.journal);
    expect(end).toMatchObject({ nextSequence: last.nextSequence, tornBytes: 0 });
    expect(end.segment).toMatchObject({ bytes: last.end, fileBytes: whole.length });
  });

  test("an old block behind the end is not taken for the next: its sequence does not fit", async () => {
    await using folder = await LedgerFolder.create();
    const { path, whole, blocks, last } = await threeBlocks(folder);
    const old = whole.subarray(blocks.at(-2)?.end ?? 0, last.end);
    const damaged = whole.slice();
    damaged.set(old, last.end);
    await Bun.write(path, damaged);
    expect((await recoverEnd(folder.journal)).nextSequence).toBe(last.nextSequence);
  });

  test("after damage the ledger goes on, and what was whole is there once", async () => {
    await using folder = await LedgerFolder.create();
    await threeBlocks(folder);
    await using after = await folder.crashed();
    const name = (await readdir(after.journal))[0] ?? "";
    const path = join(after.journal, name);
    const bytes = await Bun.file(path).bytes();
    const reader = await SegmentReader.open(path);
    for (let block = await reader.next(); block !== null; block = await reader.next());
    bytes.set(new TextEncoder().encode("a half written block"), reader.offset);
    await reader.close();
    await Bun.write(path, bytes);
    const ledger = await after.open();
    ledger.append(aShare({ rigNo: 9 }));
    await ledger.flush();
    expect((await ledger.summary({ kind: "pool", no: 2 }, 0, startMs + 1)).hubAccepted.count).toBe(2 + 3 + 4 + 1);
  });
});
