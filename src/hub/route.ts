import type { Profile } from "../control/profiles.ts";
import { LastHour } from "../health/pool-gate.ts";
import type { Destination } from "../schedule/move.ts";
import { fillerBytes } from "../work/extranonce.ts";
import type { Hand } from "./job-board.ts";
import type { Upstream } from "./upstream.ts";

/** A rig's connection with the destination that it is meant to have. */
export type RoutedHand = Hand & { to: Destination | null };

/** The first rigs to go back to a pool that is well again, see `waveSize`. */
export type Wave = { poolNo: number; sinceMs: number; readonly hands: Set<RoutedHand> };

/** So long at least the word of people about a list counts: a pool that they have put into it has to be dialled first. */
const changedMsMin = 60_000;

/** All rigs of one destination, and the pool of its profile that they work for now. */
export class Route {
  readonly to: Destination;
  private currentProfile: Profile;
  private changedAtMs = Number.NEGATIVE_INFINITY;
  activePoolNo: number | null = null;
  lastPoolNo: number | null = null;
  /** While there is no active pool: since when; it begins without one. */
  poollessSinceMs: number;
  readonly hands = new Set<RoutedHand>();
  /** A contract's rigs that mine here, at the house's pool, while their own pools cannot be used. */
  readonly guests = new Set<RoutedHand>();
  wave: Wave | null = null;
  readonly switches = new LastHour();
  /** Since when no pool of it could be used; 0 = one can, or the first answer is still awaited. */
  downSinceMs = 0;
  /** Its rigs have gone to the house until a pool has been well for long enough. */
  inRefuge = false;
  /** Some of them found a pool there. */
  sheltered = false;

  constructor(to: Destination, profile: Profile, nowMs: number) {
    this.to = to;
    this.currentProfile = profile;
    this.poollessSinceMs = nowMs;
  }

  get profile(): Profile {
    return this.currentProfile;
  }

  /** As it is now; `edited`: an account of one of its pools is another. */
  follow(profile: Profile, { edited, nowMs }: { edited: boolean; nowMs: number }): void {
    if (edited || !Bun.deepEquals(profile.poolNos, this.currentProfile.poolNos)) this.changedAtMs = nowMs;
    this.currentProfile = profile;
  }

  /** Whether people have changed its list since a hold-down. After that a pool that is well needs nobody's word. */
  justChanged(nowMs: number): boolean {
    return nowMs - this.changedAtMs <= Math.max(changedMsMin, this.profile.returnAfterS * 1_000);
  }

  get isContract(): boolean {
    return this.to.contractNo !== 0;
  }

  /** Its own rigs, and its guests; who works for another owner by now is none any more. */
  present(): RoutedHand[] {
    for (const hand of this.guests) {
      const owner = hand.board?.current?.origin.contractNo;
      if (owner !== undefined && owner !== this.to.contractNo) this.guests.delete(hand);
    }
    return this.guests.size === 0 ? [...this.hands] : [...this.hands, ...this.guests];
  }

  forget(hand: RoutedHand): void {
    this.hands.delete(hand);
    this.wave?.hands.delete(hand);
  }
}

export function keyOf(to: Destination): string {
  return `${to.contractNo}/${to.profileNo}`;
}

/** As many sessions does a pool that leaves `free` bytes need for those whom it leaves no room for a prefix: one for each that carries the same extranonce1. */
export function mostRigsPerX(hands: Iterable<RoutedHand>, free: number): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (const hand of hands) {
    if (fillerBytes(free, hand.layout) > 0) continue;
    const key = hand.layout.e1Bytes * 2 ** 32 + hand.x;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > most) most = count;
  }
  return most;
}

export function worksFor({ board }: RoutedHand, upstream: Upstream): boolean {
  const origin = board?.current?.origin;
  return origin !== undefined && origin.poolNo === upstream.pool.no && origin.contractNo === upstream.contractNo;
}
