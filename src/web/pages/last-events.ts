import type { EventLine } from "../../../views/parts/event-list.tsx";
import { listHref } from "../../../views/parts/saved-views.tsx";
import { breathe } from "../../../views/turns.ts";
import type { Control } from "../../control/control.ts";
import type { HubEvent } from "../../control/events.ts";
import { eventLine } from "./event-lines.ts";
import { eventFields } from "./event-query.ts";

const linesMax = 8;
/** Events that are alike are one line as long as no more than this lies between two of them. */
const apartMsMax = 60_000;
/** How far back they are looked for at first: an order for all rigs of a large farm is not longer. */
const readMax = 20_000;
const readAtOnce = 500;
/** Of more than that since the last time all is read anew, which costs no more and ends where the lines are full. */
const freshMax = 1_000;

/** Events of one key, the newest of them and how many there are; null = like no other. */
type Run = { key: string | null; newest: HubEvent; count: number; oldestMs: number };

/** What somebody did, and what happened to rigs, happens to many at once. */
function keyOf({ type, subjectKind, data }: HubEvent): string | null {
  const { by, code, to } = data;
  return by !== undefined || subjectKind === "rig" ? JSON.stringify([type, by ?? "", code ?? "", to ?? ""]) : null;
}

const runOf = (event: HubEvent): Run => ({ key: keyOf(event), newest: event, count: 1, oldestMs: event.atMs });

/** What is older than all of `runs` becomes part of one of them, or one of its own if there is room. */
function add(runs: Run[], run: Run): void {
  const alike = run.key === null ? undefined : runs.findLast(({ key }) => key === run.key);
  if (alike !== undefined && alike.oldestMs - run.newest.atMs <= apartMsMax) {
    alike.count += run.count;
    alike.oldestMs = run.oldestMs;
  } else if (runs.length < linesMax) runs.push(run);
}

/** The newest events, of which many alike of one time are one line: an order for two thousand rigs is not two thousand lines, and does not push out the others. */
export class LastEvents {
  readonly #events: Control["events"];
  #runs: Run[] = [];
  #newestId: string | null = null;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(events: Control["events"]) {
    this.#events = events;
  }

  /** With all that was written before this was called: one reading after the other, and each reads what is new alone. */
  current(): Promise<EventLine[]> {
    const reading = this.#reading.catch(() => {}).then(() => this.#read());
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<EventLine[]> {
    const fresh = this.#newestId === null ? null : this.#events.after(this.#newestId, freshMax);
    if (fresh?.ok !== true || fresh.value.length === freshMax) await this.#readAll();
    else if (fresh.value.length > 0) {
      const runs: Run[] = [];
      for (const event of fresh.value.toReversed()) add(runs, runOf(event));
      for (const run of this.#runs) add(runs, run);
      this.#runs = runs;
      this.#newestId = fresh.value.at(-1)?.id ?? null;
    }
    return this.#runs.map(lineOf);
  }

  async #readAll(): Promise<void> {
    const runs: Run[] = [];
    const isOver = ({ atMs }: HubEvent) => runs.length >= linesMax && runs.every(({ oldestMs }) => oldestMs - atMs > apartMsMax);
    let newestId: string | null = null;
    let beforeNo: number | null = null;
    for (let read = 0; read < readMax; ) {
      const { rows, olderNo } = await this.#events.search({ beforeNo, untilMs: null, kind: "", text: "", limit: readAtOnce }, breathe);
      newestId ??= rows[0]?.id ?? null;
      for (const event of rows) if (!isOver(event)) add(runs, runOf(event));
      const last = rows.at(-1);
      if (olderNo === null || last === undefined || isOver(last)) break;
      beforeNo = olderNo;
      read += rows.length;
    }
    this.#runs = runs;
    this.#newestId = newestId;
  }
}

function lineOf({ newest, count }: Run): EventLine {
  const line = eventLine(newest);
  if (count === 1) return line;
  const search = new URLSearchParams(eventFields({ about: "", q: newest.type, until: "", before: newest.no + 1 }));
  return { ...line, text: `${line.text}, and ${count - 1} more like it`, href: listHref("events", search.toString()) };
}
