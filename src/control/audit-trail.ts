import type { Database, Statement } from "bun:sqlite";
import { AsyncLocalStorage } from "node:async_hooks";
import { type AuditChange, auditChange, type RowChange } from "./audit-change.ts";

/** Somebody who does something. */
export type Doer = {
  /** `user:usr_…`, `token:tok_…` or `command`: by id, because names change. */
  actor: string;
  /** What people call him at that time. */
  name: string;
  /** Network address that it came from; null for a command on the machine itself. */
  address: string | null;
  /** `PATCH /api/v1/pools/{id}`, `POST /pools/:id`, `user add`. */
  action: string;
  /** What the path names; null where it names nothing. */
  subjectId: string | null;
};

/** What one transaction did: rows that changed, and sentences about it, each with what it is about. */
export type Deed = { changes: AuditChange[]; told: { text: string; subjectId: string | null }[] };
export type WriteEntry = (doer: Doer, deed: Deed) => void;

type Running = Doer & { isOver: boolean; entries: number };
type Mark = { changes: number; told: number };

/**
 * Who is at work, and what the transaction at hand did so far. Tables tell of every row that they write, so that nobody who adds a
 * change has to think of the audit log: whatever runs inside `during` and commits leaves an entry in the same transaction.
 */
export class AuditTrail {
  // A change on a page waits for hashes and pools in between: who is at work must follow it, and only it.
  readonly #running = new AsyncLocalStorage<Running>();
  readonly #totalChanges: Statement<{ count: number }, []>;
  #changes: AuditChange[] = [];
  #told: Deed["told"] = [];
  #ignored = 0;
  #write: WriteEntry = () => {};

  constructor(sql: Database) {
    this.#totalChanges = sql.prepare("SELECT total_changes() AS count");
  }

  /** Names the table that entries go to. */
  writeWith(write: WriteEntry): void {
    this.#write = write;
  }

  /** Runs `work` in the name of `doer`, until it returns or its promise is settled; what timers do later is not his. */
  during<T>(doer: Doer, work: () => T): T {
    const running = { ...doer, isOver: false, entries: 0 };
    const end = () => {
      running.isOver = true;
    };
    let value: T;
    try {
      value = this.#running.run(running, work);
    } catch (error) {
      end();
      throw error;
    }
    if (!(value instanceof Promise)) {
      end();
      return value;
    }
    return value.finally(end) as T;
  }

  isOpen(): boolean {
    return this.#current() !== null;
  }

  /** A row was written; to be called inside the transaction that does it. */
  note(change: RowChange, unrecorded?: readonly string[]): void {
    if (this.isOpen()) this.#changes.push(auditChange(change, unrecorded));
  }

  /** A sentence about what is done. */
  tell(text: string, subjectId: string | null): void {
    if (this.isOpen()) this.#told.push({ text, subjectId });
  }

  /** Runs what writes and is no change, such as keeping an answer. */
  ignoring<T>(work: () => T): T {
    const before = this.#rowsWritten();
    const value = work();
    this.#ignored += this.#rowsWritten() - before;
    return value;
  }

  mark(): Mark {
    return { changes: this.#changes.length, told: this.#told.length };
  }

  /** A savepoint was rolled back to: what came after the mark did not happen. */
  forget({ changes, told }: Mark): void {
    this.#changes.length = changes;
    this.#told.length = told;
  }

  /** Runs the work of an outermost transaction and writes its entry as the last thing in it. */
  closing<T>(work: () => T): T {
    this.forget({ changes: 0, told: 0 });
    const running = this.#current();
    if (running === null) return work();
    const before = this.#rowsWritten();
    this.#ignored = 0;
    const value = work();
    const hasWritten = this.#rowsWritten() - before > this.#ignored;
    // What no table told of counts too, once: rows are not all that can be written. What follows from a change (a plan) is not the doer's.
    const isChange = this.#changes.length > 0 || (running.entries === 0 && hasWritten);
    if (isChange) {
      running.entries += 1;
      this.#write(running, { changes: this.#changes, told: this.#told });
      this.#changes = [];
      this.#told = [];
    }
    return value;
  }

  #rowsWritten(): number {
    return this.#totalChanges.get()?.count ?? 0;
  }

  #current(): Running | null {
    const running = this.#running.getStore();
    return running === undefined || running.isOver ? null : running;
  }
}
