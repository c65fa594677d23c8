import { appendFileSync, readFileSync } from "node:fs";
import { constants, copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Log } from "../log.ts";
import type { JournalEnd, JournalGap } from "./journal-end.ts";

/** Something in the data folder was not as it should be, and what was done about it. */
export type Repair = {
  atMs: number;
  /**
   * `database-reopened`: it had failed and works again. `log-set-aside`: it opens without its own log. `database-set-aside`: it is built anew. `tail-cut`: half-written bytes at the
   * journal's end, never acknowledged. `day-file-rebuilt`: its shares were taken from elsewhere; `day-file-damaged`: nothing else has them. `sequences-missing`: records that no whole block holds. `sequences-skipped`: the database knew later ones.
   */
  kind:
    | "database-reopened"
    | "log-set-aside"
    | "database-set-aside"
    | "tail-cut"
    | "sequences-missing"
    | "sequences-skipped"
    | "day-file-rebuilt"
    | "day-file-damaged";
  /** One sentence for a person. */
  text: string;
  fromSequence?: number;
  toSequence?: number;
  /** What was set aside, for whoever wants to look into it. */
  keptAs?: string;
};

const fileName = "repairs.jsonl";
/** Those that `readRepairs` looks at, from the end. */
const readBytesMax = 256 << 10;

/** Notes repairs of a data folder: in the log, for who listens, and in a file of its own, since each of the two copies may be what was repaired. */
export class Repairs {
  readonly #path: string;
  readonly #known: Set<string>;
  readonly #now: () => number;
  readonly #log: Log;
  readonly #kept = new Set<string>();
  #untold: Repair[] = [];
  #listener: (repair: Repair) => void = (repair) => this.#untold.push(repair);

  constructor({ dataDir, now, log }: { dataDir: string; now: () => number; log: Log }) {
    this.#path = join(dataDir, fileName);
    this.#known = new Set(readRepairs(dataDir).map(keyOf));
    this.#now = now;
    this.#log = log;
  }

  get listener(): (repair: Repair) => void {
    return this.#listener;
  }

  /** Told of each repair, also of those before it was set. */
  set listener(listener: (repair: Repair) => void) {
    this.#listener = listener;
    for (const repair of this.#untold.splice(0)) listener(repair);
  }

  /** The same missing sequences are told once, however often they are come across. */
  note(repair: Repair): void {
    const key = keyOf(repair);
    if (repair.fromSequence !== undefined && this.#known.has(key)) return;
    this.#known.add(key);
    this.#log.error("ledger.repaired", { ...repair });
    try {
      appendFileSync(this.#path, `${JSON.stringify(repair)}\n`, { mode: 0o600 });
    } catch (error) {
      // A full disk must not keep the hub from starting.
      this.#log.warn("ledger.repair-not-noted", { error: error instanceof Error ? error.message : String(error) });
    }
    this.#listener(repair);
  }

  /** What was found at the journal's end. `applied`: the database has all up to here. */
  ofEnd(end: JournalEnd, applied: number): void {
    const atMs = this.#now();
    for (const gap of end.gaps) this.ofGap(gap, applied);
    if (end.tornBytes > 0) {
      const text = `${end.tornBytes === 1 ? "1 half-written byte" : `${end.tornBytes} half-written bytes`} behind sequence ${end.nextSequence - 1} ${end.tornBytes === 1 ? "was" : "were"} cut off the journal; nobody was told that they are on record`;
      this.note({ atMs, kind: "tail-cut", text, keptAs: end.tornKeptAs });
    }
    if (applied < end.nextSequence) return;
    const [fromSequence, toSequence] = [end.nextSequence, applied];
    const text = `the journal ends before the database: records ${fromSequence} to ${toSequence} are in the database alone; the journal goes on after them`;
    this.note({ atMs, kind: "sequences-skipped", text, fromSequence, toSequence });
  }

  /** Sequences that no whole block of the journal holds; the damaged file is copied once, before anything else becomes of it. */
  ofGap({ fromSequence, toSequence, path }: JournalGap, applied: number): void {
    const damaged = `records ${fromSequence} to ${toSequence} are missing in the journal (${basename(path)})`;
    const text = applied >= toSequence ? `${damaged}; the database has them` : `${damaged}: that disk has lost what it had confirmed, or the hub's last write`;
    const atMs = this.#now();
    const keptAs = `${path}.corrupt.${atMs}`;
    this.note({ atMs, kind: "sequences-missing", text, fromSequence, toSequence, keptAs });
    if (this.#kept.has(path)) return;
    this.#kept.add(path);
    copyFile(path, keptAs, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch((error: unknown) =>
      this.#log.warn("ledger.damaged-segment-not-kept", { path, error: error instanceof Error ? error.message : String(error) }),
    );
  }
}

const keyOf = ({ kind, fromSequence, toSequence }: Repair): string => `${kind} ${fromSequence}-${toSequence}`;

/** The latest repairs of a data folder, oldest first. */
export function readRepairs(dataDir: string): Repair[] {
  let text: string;
  try {
    text = readFileSync(join(dataDir, fileName), "utf8").slice(-readBytesMax);
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Repair];
    } catch {
      // Cut by a crash or by the bound.
      return [];
    }
  });
}
