import { expect, test } from "bun:test";
import { watch } from "node:fs";
import { join } from "node:path";
import { LedgerFolder, startMs } from "./ledger-folder.ts";

/** Resolves when the file has grown to `bytes`. */
function grown(path: string, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (Bun.file(path).size < bytes) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(join(path, ".."), look);
    look();
  });
}

test("whatever was reported durable is there once after kill -9, and nothing is there twice", async () => {
  await using folder = await LedgerFolder.create();
  const toldPath = join(folder.path, "told");
  let countBefore = 0;
  for (const commits of [5, 20, 60]) {
    await Bun.write(toldPath, "");
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "kill-child.ts"), folder.path, toldPath], { stderr: "inherit" });
    await grown(toldPath, commits * 8);
    child.kill("SIGKILL");
    await child.exited;
    const told = new Float64Array((await Bun.file(toldPath).bytes()).slice().buffer).at(-1) ?? 0;
    const ledger = await folder.open();
    await ledger.flush();
    const sequences: number[] = [];
    for await (const page of ledger.shares({ fromMs: 0, toMs: startMs * 2, limit: 1_000_000 })) sequences.push(...page.map(({ sequence }) => sequence));
    expect(new Set(sequences).size).toBe(sequences.length);
    const { count } = (await ledger.summary({ kind: "rig", no: 1 }, 0, startMs * 2)).hubAccepted;
    expect(count).toBe(sequences.length);
    expect(count).toBeGreaterThan(countBefore);
    // Sequences are dense but for the records that are not shares: a start and a stop per run, and pulses between.
    const found = sequences.filter((sequence) => sequence <= told).length;
    expect(told - found).toBeLessThanOrEqual(ledger.bootNo * 3);
    countBefore = count;
    await ledger.close();
  }
}, 30_000);
