import { stampDigits, stampMark } from "./bench-job.ts";
import { preciseNowMs } from "./clock.ts";

const mark = Buffer.from(stampMark);

/** One job as it reaches the rigs. Times are milliseconds since 1970. */
export type Arrival = { poolTag: number; madeMs: number; firstMs: number; lastMs: number; rigs: number };

/** When each job came to how many rigs, by the stamp that its pool put into it. */
export class JobArrivals {
  readonly #byStamp = new Map<string, Arrival>();

  /** Notes the stamp of a `mining.notify` line and returns it; `before` is the rig's last one, which does not count again. */
  note(bytes: Buffer, start: number, before: string): string {
    const at = bytes.indexOf(mark, start) + mark.length;
    const stamp = bytes.toString("latin1", at, at + stampDigits);
    if (stamp === before) return before;
    const nowMs = preciseNowMs();
    const arrival = this.#byStamp.get(stamp);
    if (arrival === undefined) {
      this.#byStamp.set(stamp, {
        poolTag: Number.parseInt(stamp.slice(0, 2), 16),
        madeMs: Number.parseInt(stamp.slice(2), 16) / 1000,
        firstMs: nowMs,
        lastMs: nowMs,
        rigs: 1,
      });
    } else {
      arrival.rigs += 1;
      arrival.lastMs = nowMs;
    }
    return stamp;
  }

  /** The newest job of that pool, if it was made at or after `sinceMs`. */
  newest(poolTag: number, sinceMs: number): Arrival | null {
    let newest: Arrival | null = null;
    for (const arrival of this.#byStamp.values()) {
      if (arrival.poolTag === poolTag && arrival.madeMs >= sinceMs && arrival.madeMs >= (newest?.madeMs ?? 0)) newest = arrival;
    }
    return newest;
  }
}
