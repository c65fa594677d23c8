import type { Pool } from "../control/pools.ts";
import { fillerBytes, type Layout } from "../work/extranonce.ts";
import type { Hand, JobBoard } from "./job-board.ts";
import type { PoolAddress, PoolSession } from "./pool-session.ts";

/** One pool session, the board of those who work on it, and the one rig it is for in `per-rig` mode. */
export type Link = {
  session: PoolSession;
  board: JobBoard;
  only: Hand | null /** Since it is of a former configuration or let go; 0 = it is not. */;
  retiringSinceMs: number;
  emptySinceMs: number;
};

/** The session that stands for the endpoint as it is configured now: a ready one, else one on its way. */
export function faceOf(links: readonly Link[]): PoolSession | null {
  const isCurrent = (link: Link) => link.retiringSinceMs === 0;
  return (links.find((link) => isCurrent(link) && link.session.ready) ?? links.find(isCurrent))?.session ?? null;
}

/** Whether another session in use has the same extranonce1. */
export function hasTwin(link: Link, links: readonly Link[]): boolean {
  const isTwin = ({ session, retiringSinceMs }: Link) => session.ready && retiringSinceMs === 0 && Buffer.compare(session.fixed, link.session.fixed) === 0;
  return links.some((other) => other !== link && isTwin(other));
}

/** Whether both are the same account at the same place, so that open sessions may stay. */
export function sameAccount(before: Pool, pool: Pool): boolean {
  return (
    before.host === pool.host &&
    before.port === pool.port &&
    before.tls === pool.tls &&
    before.username === pool.username &&
    before.mode === pool.mode &&
    before.algorithm === pool.algorithm &&
    before.password.reveal() === pool.password.reveal()
  );
}

/** How a session to this endpoint logs in; `rigName`: the one rig that it is for in `per-rig` mode. */
export function poolAddress(pool: Pool, login: { contractNo: number; rigName: string | null; configure: boolean; agent: string }): PoolAddress {
  const { contractNo, rigName, configure, agent } = login;
  const { host, port, tls, algorithm } = pool;
  const username = rigName === null ? pool.username : pool.username.replaceAll("{rig}", rigName);
  const passDifficulty = rigName !== null;
  return { poolNo: pool.no, contractNo, host, port, tls, algorithm, username, password: pool.password.reveal(), configure, passDifficulty, agent };
}

/** Asks whether one of some rigs has such a layout. */
export type AnyLayout = (isSuch: (layout: Layout) => boolean) => boolean;

/**
 * Whether a rig that is expected, waits, or works on one of the links fills the bytes that a pool leaves, so that no prefix can tell it
 * from another of the same extranonce1.
 */
export function isFilled(free: number, rigs: { expected: AnyLayout; waiting: ReadonlyMap<Hand, number>; links: readonly Link[] }): boolean {
  const fills = (layout: Layout) => fillerBytes(free, layout) === 0;
  if (rigs.links.some(({ board }) => board.hasLayout(fills)) || rigs.expected(fills)) return true;
  return rigs.waiting.size > 0 && rigs.waiting.keys().some(({ layout }) => fills(layout));
}

/** The least hashrate that one of the sessions with rigs is meant to have, in H/s; null where one rig's is not known. */
export function leastHps(links: readonly Link[], nominalHps: (hand: Hand) => number | null): number | null {
  const sums = links.filter(({ board }) => board.size > 0).map(({ board }) => sumHps(board.hands(), nominalHps));
  const known = sums.filter((sum) => sum !== null);
  return known.length < sums.length || known.length === 0 ? null : Math.min(...known);
}

function sumHps(hands: readonly Hand[], nominalHps: (hand: Hand) => number | null): number | null {
  let sum = 0;
  for (const hand of hands) {
    const nominal = nominalHps(hand);
    if (nominal === null) return null;
    sum += nominal;
  }
  return sum;
}
