import { idText, type JsonId } from "../stratum/v1/envelope.ts";
import type { Answerable } from "./hub-job.ts";

/**
 * Who is to hear `true` as soon as his share is on disk. Sequences come in rising order, so this is a queue, kept as a ring
 * because it turns over with every share.
 */
export class Acknowledgements {
  private sequences = new Float64Array(1024);
  private sessions: (Answerable | null)[] = new Array<Answerable | null>(1024).fill(null);
  private ids: JsonId[] = new Array<JsonId>(1024).fill(null);
  private head = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** `sequence`: of the share's record; never lower than the one before. */
  add(sequence: number, session: Answerable, id: JsonId): void {
    if (this.count === this.sequences.length) this.grow();
    const at = (this.head + this.count) & (this.sequences.length - 1);
    this.sequences[at] = sequence;
    this.sessions[at] = session;
    this.ids[at] = id;
    this.count++;
  }

  /** Everything up to `through` is durable: those who wait for it hear `true`. */
  durable(through: number): void {
    const mask = this.sequences.length - 1;
    while (this.count > 0 && (this.sequences[this.head] ?? 0) <= through) {
      const session = this.sessions[this.head];
      const id = this.ids[this.head];
      if (session !== null && session !== undefined && !session.closed) {
        session.reply(`{"id":${idText(id ?? null)},"result":true,"error":null}\n`);
      }
      this.sessions[this.head] = null;
      this.head = (this.head + 1) & mask;
      this.count--;
    }
  }

  private grow(): void {
    const before = this.sequences.length;
    const sequences = new Float64Array(before * 2);
    const sessions = new Array<Answerable | null>(before * 2).fill(null);
    const ids = new Array<JsonId>(before * 2).fill(null);
    for (let index = 0; index < this.count; index++) {
      const at = (this.head + index) & (before - 1);
      sequences[index] = this.sequences[at] ?? 0;
      sessions[index] = this.sessions[at] ?? null;
      ids[index] = this.ids[at] ?? null;
    }
    this.sequences = sequences;
    this.sessions = sessions;
    this.ids = ids;
    this.head = 0;
  }
}
