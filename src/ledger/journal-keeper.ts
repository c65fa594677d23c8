import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { listSegments, type SegmentFile } from "./journal-files.ts";
import type { KeeperDisk, Space } from "./keeper-thread.ts";
import type { LedgerLimits } from "./limits.ts";
import { Reserve } from "./reserve.ts";

/** Something about the disk that a person should know of. */
export type Alarm = { kind: "disk-full" | "shares-refused" | "disk-usable" | "disk-slow" | "disk-in-time" | "quota-exceeded"; text: string };

export type KeeperOptions = {
  folder: string;
  disk: KeeperDisk;
  limits: LedgerLimits;
  log: Log;
  now: () => number;
  /** Bytes that the journal took since the start. */
  appendedBytes: () => number;
  /** How long the commit under way has lasted; 0 when there is none. */
  commitMs: () => number;
  /** Everything up to here is in the database's file, and in day files; asked only where a segment could go. */
  storedThrough: () => Promise<number>;
  onAlarm: (alarm: Alarm) => void;
};

/** Bytes on disk of one kind of the journal's files. */
export type JournalSizes = { segments: number; packedSegments: number; bytes: number; asideBytes: number };

const mebibyte = 1 << 20;
const aside = /\.(corrupt\.\d+|torn-at-\d+)$/;

/**
 * Looks after the journal's folder in the background: compresses closed segments, deletes those that are not needed any more, keeps a reserve for a
 * full disk, and says when the disk is full, slow, or the journal over its quota.
 */
export class JournalKeeper {
  readonly #options: KeeperOptions;
  readonly reserve: Reserve;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #round: Promise<void> = Promise.resolve();
  #closed = false;
  #rate: { atMs: number; bytes: number; bytesPerS: number };
  #isSlow = false;
  #isOverQuota = false;
  #isFull = false;
  #failed = "";

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.reserve = new Reserve({ path: join(options.folder, "reserve"), disk: options.disk, pieceBytes: options.limits.reservePieceMb * mebibyte });
    this.#rate = { atMs: performance.now(), bytes: 0, bytesPerS: 0 };
  }

  /** What the disk has, now. */
  look(): Promise<Space> {
    return this.#options.disk.space(this.#options.folder);
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.round()
        .catch((error: unknown) => this.#failedWith(error))
        .finally(() => this.start());
    }, this.#options.limits.keeperIntervalMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#options.disk.end();
    await this.#round;
  }

  /** Called by the journal on a full disk: true when a piece of the reserve was given up and the write is worth another try. */
  async giveUpReserve(): Promise<boolean> {
    const had = this.reserve.bytes;
    const freed = await this.reserve.giveUp().catch(() => false);
    if (freed && !this.#isFull) {
      this.#isFull = true;
      const minutes = Math.floor(had / Math.max(1, this.#rate.bytesPerS) / 60);
      const lasts = this.#rate.bytesPerS > 0 ? `, about ${minutes === 1 ? "1 minute" : `${minutes} minutes`} at the present rate` : "";
      const text = `The disk is full. Shares are recorded into the reserve of ${Math.round(had / mebibyte)} MiB${lasts}; free some room before it is used up.`;
      this.#options.onAlarm({ kind: "disk-full", text });
    }
    return freed;
  }

  /** Told by the journal when it must refuse shares, and when it need not any more. */
  noteFull(full: boolean): void {
    if (full) this.#options.onAlarm({ kind: "shares-refused", text: "Shares are refused as not recorded: the disk is full or far too slow." });
    else this.#options.onAlarm({ kind: "disk-usable", text: "Shares are recorded again." });
  }

  /** One look after everything; for tests, and by its own timer. */
  async round(): Promise<void> {
    const { folder } = this.#options;
    this.#watchCommit();
    this.#measureRate();
    await this.#keepReserve(await this.look());
    await this.#packOne(await listSegments(folder));
    await this.#deleteOld(await listSegments(folder));
    this.#failed = "";
  }

  async sizes(): Promise<JournalSizes> {
    const { folder } = this.#options;
    return await journalSizes(folder);
  }

  #watchCommit(): void {
    const { limits, onAlarm } = this.#options;
    const ms = this.#options.commitMs();
    const isSlow = ms >= limits.slowCommitMs;
    if (isSlow === this.#isSlow) return;
    this.#isSlow = isSlow;
    if (isSlow) onAlarm({ kind: "disk-slow", text: `The disk has not confirmed a write for ${Math.round(ms / 1_000)} s: rigs wait for their answers.` });
    else onAlarm({ kind: "disk-in-time", text: "The disk confirms writes again." });
  }

  #measureRate(): void {
    const atMs = performance.now();
    const seconds = (atMs - this.#rate.atMs) / 1_000;
    if (seconds < 1) return;
    const bytes = this.#options.appendedBytes();
    const latest = (bytes - this.#rate.bytes) / seconds;
    // Half of what it was counts after five minutes.
    const weight = this.#rate.bytesPerS === 0 ? 1 : 1 - 0.5 ** (seconds / 300);
    this.#rate = { atMs, bytes, bytesPerS: this.#rate.bytesPerS + (latest - this.#rate.bytesPerS) * weight };
  }

  /** About an hour's worth, in bounds; never more than a twentieth of what is free, and none of it is built up while the disk is nearly full. */
  async #keepReserve({ freeBytes }: Space): Promise<void> {
    const { limits } = this.#options;
    const wanted = Math.min(limits.reserveMaxMb * mebibyte, Math.max(limits.reserveMinMb * mebibyte, this.#rate.bytesPerS * 3_600));
    const target = Math.floor(Math.min(wanted, (freeBytes + this.reserve.bytes) / 20) / mebibyte) * mebibyte;
    if (this.#isFull && freeBytes < limits.reserveMinMb * mebibyte) return;
    if (this.#isFull) this.#options.onAlarm({ kind: "disk-usable", text: "The disk has room again; the reserve is built up anew." });
    this.#isFull = false;
    // A target just below what there is changes nothing, or it would go up and down with every look.
    if (target > this.reserve.bytes || target < this.reserve.bytes * 0.75) await this.reserve.adjust(target);
  }

  /** One a round, so that the thread is soon free for a full disk. */
  async #packOne(segments: readonly SegmentFile[]): Promise<void> {
    const plain = segments.slice(0, -1).find(({ compressed }) => !compressed);
    if (plain === undefined) return;
    await this.#options.disk.pack(plain.path, `${plain.path}.zst`);
  }

  async #deleteOld(segments: readonly SegmentFile[]): Promise<void> {
    const { limits, now, log } = this.#options;
    await this.#deleteAside();
    const sizes = await this.sizes();
    const quotaBytes = limits.journalQuotaMb * mebibyte;
    this.#watchQuota(sizes.bytes, quotaBytes);
    let over = sizes.bytes - quotaBytes;
    let storedThrough = -1;
    for (const [at, segment] of segments.slice(0, -1).entries()) {
      const { path, firstSequence } = segment;
      const { mtimeMs, size } = await stat(path);
      const isOld = now() - mtimeMs >= limits.segmentKeptMs;
      if (!isOld && over <= 0) return;
      const through = (segments[at + 1] as SegmentFile).firstSequence - 1;
      if (storedThrough < 0) storedThrough = await this.#options.storedThrough();
      if (through > storedThrough) return;
      await this.#options.disk.remove(path);
      log.info("ledger.segment-deleted", { path, fromSequence: firstSequence, toSequence: through, early: !isOld });
      over -= size;
    }
  }

  async #deleteAside(): Promise<void> {
    const { folder, limits, now, disk } = this.#options;
    for (const name of (await readdir(folder)).filter((one) => aside.test(one))) {
      const path = join(folder, name);
      if (now() - (await stat(path)).mtimeMs >= limits.asideKeptMs) await disk.remove(path);
    }
  }

  #watchQuota(bytes: number, quotaBytes: number): void {
    const isOver = bytes > quotaBytes;
    if (isOver && !this.#isOverQuota) {
      const text = `The journal takes ${Math.round(bytes / mebibyte)} MiB, more than its quota of ${Math.round(quotaBytes / mebibyte)} MiB; what is in day files goes early, what is not stays.`;
      this.#options.onAlarm({ kind: "quota-exceeded", text });
    }
    this.#isOverQuota = isOver;
  }

  #failedWith(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#closed || text === this.#failed) return;
    this.#failed = text;
    this.#options.log.warn("ledger.keeper-failed", { error: text });
  }
}

/** What lies in a journal's folder. */
export async function journalSizes(folder: string): Promise<JournalSizes> {
  const sizes = { segments: 0, packedSegments: 0, bytes: 0, asideBytes: 0 };
  for (const name of await readdir(folder)) {
    // One may be compressed or deleted meanwhile.
    const size = (await stat(join(folder, name)).catch(() => null))?.size ?? 0;
    if (name.endsWith(".seg")) sizes.segments += 1;
    if (name.endsWith(".seg.zst")) sizes.packedSegments += 1;
    if (/\.seg(\.zst)?$/.test(name)) sizes.bytes += size;
    else if (aside.test(name)) sizes.asideBytes += size;
  }
  return sizes;
}
