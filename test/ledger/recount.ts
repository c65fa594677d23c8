import type { HashrateScope, WorkQuery, WorkRow } from "../../src/ledger/answers.ts";
import type { LateVerdict, ShareRecord } from "../../src/ledger/share-record.ts";

/** Shares as they were noted, with the verdicts that came later. */
export type Noted = ShareRecord & { sequence: number };

const factor = { sha256d: 32n, scrypt: 16n } as const;

/** The work of a whole difficulty, or of an eighth of one. */
export function workOf(algorithm: ShareRecord["algorithm"], difficulty: number): bigint {
  const work = (BigInt(Math.round(difficulty * 8)) << factor[algorithm]) / 8n;
  return difficulty === 0 || work > 0n ? work : 1n;
}

export function verdictAdded(shares: Noted[], sequence: number, late: LateVerdict): void {
  const index = shares.findIndex((share) => share.sequence === sequence);
  shares[index] = { ...(shares[index] as Noted), ...late };
}

const square = (work: bigint): number => {
  const unit = Number((work + 2n ** 31n) >> 32n);
  if (work === 0n) return 0;
  return unit > 0 ? unit * unit : 1;
};

const keyOf = (share: Noted, by: WorkQuery["by"]) => (by === undefined ? 0 : share[`${by}No`]);

export function isOf(share: Noted, scope: HashrateScope | undefined): boolean {
  if (scope === undefined || scope.kind === "all") return true;
  return scope.kind === "fleet" ? scope.rigNos.includes(share.rigNo) : share[`${scope.kind}No`] === scope.no;
}

/** The answer to a question about work, by going through all shares one by one. */
export function recount(shares: readonly Noted[], { by, scope, fromMs, toMs, stepMs }: WorkQuery): WorkRow[] {
  const rows = new Map<string, WorkRow>();
  for (const share of shares) {
    if (share.atMs < fromMs || share.atMs >= toMs || !isOf(share, scope)) continue;
    const atMs = stepMs === undefined ? fromMs : fromMs + Math.floor((share.atMs - fromMs) / stepMs) * stepMs;
    const no = keyOf(share, by);
    const row = rows.get(`${no} ${atMs}`) ?? {
      no,
      atMs,
      count: 0,
      effective: 0n,
      held: 0n,
      rejected: 0n,
      accepted: 0n,
      squares: 0,
      poolSquares: 0,
      largest: 0n,
    };
    rows.set(`${no} ${atMs}`, row);
    addTo(row, share);
  }
  return sorted([...rows.values()]);
}

function addTo(row: WorkRow, share: Noted): void {
  const work = workOf(share.algorithm, share.difficulty);
  const poolWork = workOf(share.algorithm, share.poolDifficulty);
  if (share.hubVerdict === "accepted") {
    row.count += 1;
    row.effective += work;
    row.squares += square(work);
    if (share.poolVerdict !== "orphaned") row.held += work;
    if (work > row.largest) row.largest = work;
  }
  if (share.poolVerdict === "accepted") row.accepted += poolWork;
  if (share.poolVerdict === "rejected" || share.poolVerdict === "unanswered") row.rejected += poolWork;
  if (share.poolVerdict !== "orphaned" && share.poolVerdict !== "not-forwarded") row.poolSquares += square(poolWork);
}

/** In order, and with squares as exact as sums of doubles are in any order. */
export function sorted(rows: readonly WorkRow[]): WorkRow[] {
  const roughly = (value: number) => Number(value.toPrecision(squaresDigits));
  return rows
    .map((row) => ({ ...row, squares: roughly(row.squares), poolSquares: roughly(row.poolSquares) }))
    .toSorted((one, other) => one.no - other.no || one.atMs - other.atMs);
}

const squaresDigits = 12;
