import type { Pool } from "../control/pools.ts";
import { fillerBytes, type Layout } from "../work/extranonce.ts";
import type { Hand, JobBoard } from "./job-board.ts";
import type { PoolAddress, PoolSession } from "./pool-session.ts";

/** One pool session, the board of those who work on it, and the one rig it is for in `per-rig` mode. */
export type Link = {
  session: PoolSession;
  board: JobBoard;
  only: Hand | null;
  /** Since it is of a former configuration or let go; 0 = it is not. */
  retiringSinceMs: number;
  /** The pool has asked us to come anew. Until a new session can take its rigs over this one is as good as before, however long that is. */
  leaving: boolean;
  emptySinceMs: number;
};

/** The session that stands for the endpoint as it is configured now: a ready one, else one on its way. */
export function faceOf(links: readonly Link[]): PoolSession | null {
  const isCurrent = (link: Link) => link.retiringSinceMs === 0;
  return (links.find((link) => isCurrent(link) && link.session.ready) ?? links.find(isCurrent))?.session ?? null;
}

/** Can take rigs, and is of the present configuration. */
export function isUpToDate({ session, retiringSinceMs }: Link): boolean {
  return session.ready && retiringSinceMs === 0;
}

/** Of the present configuration, and to stay. */
export function isToStay({ retiringSinceMs, leaving }: Link): boolean {
  return retiringSinceMs === 0 && !leaving;
}

/** Whether rigs that come are to go there: to one that retires or leaves only while there is none better. */
export function takesRigs(link: Link, links: readonly Link[]): boolean {
  if (!link.session.ready || isToStay(link)) return link.session.ready;
  return !links.some(link.leaving && link.retiringSinceMs === 0 ? (other) => other.session.ready && isToStay(other) : isUpToDate);
}

/** Whether another session in use has the same extranonce1. */
export function hasTwin(link: Link, links: readonly Link[]): boolean {
  const isTwin = (other: Link) => isUpToDate(other) && Buffer.compare(other.session.fixed, link.session.fixed) === 0;
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

/** Who works at a pool, waits to, or is expected to. */
type Crew = { readonly expected: AnyLayout; readonly waiting: ReadonlyMap<Hand, number>; readonly links: readonly Link[] };

/**
 * Whether a rig that is expected, waits, or works on one of the links fills the bytes that a pool leaves, so that no prefix can tell it
 * from another of the same extranonce1.
 */
export function isFilled(free: number, { expected, waiting, links }: Crew): boolean {
  const fills = (layout: Layout) => fillerBytes(free, layout) === 0;
  if (links.some(({ board }) => board.hasLayout(fills)) || expected(fills)) return true;
  return waiting.size > 0 && waiting.keys().some(({ layout }) => fills(layout));
}

/** Rigs wait that fit, so the ground of the sessions there are is others'. */
export function isCrowded(free: number, { waiting }: Pick<Crew, "waiting">): boolean {
  return waiting.size > 0 && waiting.keys().some(({ layout }) => fillerBytes(free, layout) >= 0);
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
