import type { LedgerDesk } from "./desk.ts";
import { scanJournal, tallyJournal } from "./journal-tally.ts";
import { bucketMax, differingBuckets, type SequenceRange, type TallyRow } from "./tally.ts";

export type Verdict = {
  /** What both copies hold. */
  compared: SequenceRange;
  /** Sequences that no whole block of the journal holds. */
  holes: SequenceRange[];
  /** By stretches. */
  inJournal: TallyRow[];
  inDatabase: TallyRow[];
  /** The first row of sequences that differ; null where the copies agree. */
  difference: SequenceRange | null;
};

/** Stretches of the second and third look. */
const finer = [256, 1];

/** Recounts the journal and holds it against the database: count, work, the pool's work and a checksum per pair of verdicts. Changes nothing. */
export async function verifyLedger(folder: string, desk: Pick<LedgerDesk, "tally">): Promise<Verdict> {
  const { firstSequence, lastSequence, holes } = await scanJournal(folder);
  let compared = { fromSequence: firstSequence, toSequence: lastSequence };
  let look = await compare(folder, desk, { ...compared, bucket: bucketMax, holes });
  const verdict = { holes: [...holes, ...look.beyond], inJournal: look.inJournal, inDatabase: look.inDatabase };
  const whole = look.compared;
  for (const bucket of finer) {
    const [differing] = look.differing;
    if (differing === undefined) break;
    const width = bucket === finer[0] ? bucketMax : (finer[0] as number);
    compared = { fromSequence: Math.max(compared.fromSequence, differing * width), toSequence: Math.min(compared.toSequence, differing * width + width - 1) };
    look = await compare(folder, desk, { ...compared, bucket, holes });
  }
  return { ...verdict, compared: whole, difference: firstRow(look.differing) };
}

/** `beyond`: what the database has behind the journal's end. */
type Look = { compared: SequenceRange; beyond: SequenceRange[]; inJournal: TallyRow[]; inDatabase: TallyRow[]; differing: number[] };

async function compare(folder: string, desk: Pick<LedgerDesk, "tally">, asked: Parameters<LedgerDesk["tally"]>[0]): Promise<Look> {
  const { appliedThrough, gone, rows } = await desk.tally(asked);
  const toSequence = Math.min(asked.toSequence, appliedThrough);
  // Read after the database was: a running hub may have applied more, which the database's part has not.
  const { late, lastSequence } = await scanJournal(folder, appliedThrough);
  const beyond = lastSequence < appliedThrough ? [{ fromSequence: Math.max(1, lastSequence + 1), toSequence: appliedThrough }] : [];
  const inJournal = await tallyJournal(folder, { ...asked, toSequence, gone, late });
  return { compared: { fromSequence: asked.fromSequence, toSequence }, beyond, inJournal, inDatabase: rows, differing: differingBuckets(inJournal, rows) };
}

/** The first of them and those that follow without a gap. */
function firstRow(sequences: readonly number[]): SequenceRange | null {
  const [fromSequence] = sequences;
  if (fromSequence === undefined) return null;
  let toSequence = fromSequence;
  while (sequences.includes(toSequence + 1)) toSequence += 1;
  return { fromSequence, toSequence };
}
