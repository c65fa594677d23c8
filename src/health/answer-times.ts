/** How long one pool took to answer shares over a time: within `p50Ms` half of them, within `p99Ms` 99 of 100; null = longer than the hub waits, or never. */
export type AnswerQuantiles = { count: number; p50Ms: number | null; p99Ms: number | null; sinceMs: number };

const slotMs = 300_000;
const slots = 12;
/** As long as the hub waits for an answer, in milliseconds: what takes longer is in the last bucket. */
export const answerMsMax = 3_000;
const growth = 1.06;

/** Whole milliseconds up to which a bucket goes: each one up to 16 ms, then by 6 %. */
const bounds: readonly number[] = boundsUpTo(answerMsMax);
const bucketOf = Uint8Array.from({ length: answerMsMax + 1 }, (_, ms) => bounds.findIndex((bound) => ms <= bound));
const buckets = bounds.length + 1;

function boundsUpTo(most: number): number[] {
  const found = [0];
  for (let bound = 0; bound < most; found.push(bound)) bound = Math.min(most, Math.max(bound + 1, Math.floor(bound * growth)));
  return found;
}

/** Times to answer of the last hour, by five minutes, in 5 kB. Exact up to 16 ms, above it at most 6 % too long. */
export class AnswerTimes {
  /** Which five minutes since 1970 each slot holds. */
  private readonly heldBy = new Float64Array(slots).fill(-1);
  private readonly counts = new Uint32Array(slots * buckets);

  /** A share received at `atMs`; `answeredMs` < 0 = not answered in time. */
  note(answeredMs: number, atMs: number): void {
    const no = Math.floor(atMs / slotMs);
    const slot = no % slots;
    if (this.heldBy[slot] !== no) this.begin(slot, no);
    const bucket = answeredMs < 0 || answeredMs > answerMsMax ? bounds.length : (bucketOf[Math.round(answeredMs)] as number);
    const at = slot * buckets + bucket;
    this.counts[at] = (this.counts[at] as number) + 1;
  }

  /** Of shares received in the last 55 to 60 minutes; null where there was none. */
  over(nowMs: number): AnswerQuantiles | null {
    const firstNo = Math.floor(nowMs / slotMs) - (slots - 1);
    const sums = new Float64Array(buckets);
    for (let slot = 0; slot < slots; slot++) {
      if ((this.heldBy[slot] as number) < firstNo) continue;
      for (let bucket = 0; bucket < buckets; bucket++) sums[bucket] = (sums[bucket] as number) + (this.counts[slot * buckets + bucket] as number);
    }
    const count = sums.reduce((sum, some) => sum + some, 0);
    return count === 0 ? null : { count, p50Ms: boundOf(sums, count * 0.5), p99Ms: boundOf(sums, count * 0.99), sinceMs: firstNo * slotMs };
  }

  private begin(slot: number, no: number): void {
    this.heldBy[slot] = no;
    this.counts.fill(0, slot * buckets, (slot + 1) * buckets);
  }
}

/** The bound that at least `rank` of them do not exceed; null beyond the last. */
function boundOf(sums: Float64Array, rank: number): number | null {
  let seen = 0;
  for (let bucket = 0; bucket < bounds.length; bucket++) {
    seen += sums[bucket] as number;
    if (seen >= rank) return bounds[bucket] as number;
  }
  return null;
}
