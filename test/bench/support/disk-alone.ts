/**
 * What the disk does with the journal's pattern when nothing else of ours runs: commits a gap apart, each of the bytes that came in meanwhile, into room that
 * was written ahead, and synced. `bun test/bench/support/disk-alone.ts FOLDER SECONDS BYTES_PER_SECOND` prints one line of JSON. A process of its own, so that
 * no event loop or other thread is in it.
 */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { ledgerLimits } from "../../../src/ledger/limits.ts";
import { quantileOf } from "./report.ts";

/** Of each sync, and of records that come evenly and wait for the end of the commit that takes them; in milliseconds, rising. */
export type DiskAlone = { syncs: number[]; waits: number[] };

/** One record of a commit stands for those of so many milliseconds. */
const waitEachMs = 1;

const sleepMs = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const rising = (times: number[]) => times.sort((one, other) => one - other);

function measure(folder: string, seconds: number, bytesPerSecond: number): DiskAlone {
  const { commitGapMs, segmentAheadBytes } = ledgerLimits;
  const path = join(folder, `disk-alone-${process.pid}`);
  const fd = openSync(path, "w+");
  const zeros = new Uint8Array(segmentAheadBytes);
  const syncs: number[] = [];
  const waits: number[] = [];
  const beganMs = performance.now();
  let lastMs = beganMs;
  let written = 0;
  let fileBytes = 0;
  while (lastMs - beganMs < seconds * 1_000) {
    const startMs = performance.now();
    const bytes = Math.max(1, Math.floor(((startMs - lastMs) / 1_000) * bytesPerSecond));
    writeSync(fd, new Uint8Array(bytes).fill(1), 0, bytes, written);
    written += bytes;
    if (written > fileBytes) fileBytes = written + writeSync(fd, zeros, 0, zeros.length, written);
    fdatasyncSync(fd);
    const endMs = performance.now();
    syncs.push(endMs - startMs);
    for (let atMs = lastMs; atMs < startMs; atMs += waitEachMs) waits.push(endMs - atMs);
    lastMs = startMs;
    sleepMs(Math.max(0, commitGapMs - (endMs - startMs)));
  }
  closeSync(fd);
  unlinkSync(path);
  return { syncs, waits };
}

/** Measures before and after `work` on the disk of `folder`, and reports both as one beside what the work reports. */
export async function besideDiskAlone(
  {
    folder,
    name,
    bytesPerSecond,
    report,
  }: { folder: string; name: string; bytesPerSecond: number; report: (metric: string, value: number, unit: string) => void },
  work: () => Promise<void>,
): Promise<void> {
  const before = await diskAlone(folder, bytesPerSecond);
  await work();
  const after = await diskAlone(folder, bytesPerSecond);
  const waits = rising([...before.waits, ...after.waits]);
  const syncs = rising([...before.syncs, ...after.syncs]);
  report(`${name}: the disk alone, a sync p50`, quantileOf(syncs, 0.5), "ms");
  report(`${name}: the disk alone, a sync p99`, quantileOf(syncs, 0.99), "ms");
  report(`${name}: the disk alone, on disk after p50`, quantileOf(waits, 0.5), "ms");
  report(`${name}: the disk alone, on disk after p99`, quantileOf(waits, 0.99), "ms");
  report(`${name}: load average`, loadavg()[0] ?? 0, "processes");
}

const secondsEach = 8;

async function diskAlone(folder: string, bytesPerSecond: number): Promise<DiskAlone> {
  const child = Bun.spawn([process.execPath, import.meta.path, folder, String(secondsEach), String(bytesPerSecond)], { stdio: ["ignore", "pipe", "inherit"] });
  const text = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error("the disk could not be measured");
  return JSON.parse(text) as DiskAlone;
}

if (import.meta.main) {
  const [folder = ".", seconds = "8", bytesPerSecond = "480000"] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(measure(folder, Number(seconds), Number(bytesPerSecond))));
}
