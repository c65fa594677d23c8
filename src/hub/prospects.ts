import type { Destination } from "../schedule/move.ts";
import type { Hand } from "./job-board.ts";
import { limits } from "./limits.ts";
import type { Caller } from "./rig-floor.ts";
import type { Roster, RosterRig } from "./roster.ts";
import type { Route, RoutedHand } from "./route.ts";

export type ProspectsDeps = {
  now: () => number;
  roster: Roster;
  /** Undefined = a destination that is none of ours. */
  routeAt: (to: Destination) => Route | undefined;
  /** Whose connection it is; null before it has logged in. */
  rigOf: (hand: Hand) => RosterRig | null;
};

export const worklessText = "there has been no pool to work for for more than a minute: the rig's own backup pool may take over";

/** What work a rig can expect here: where it may log in, where else it could go, and whether there is any. */
export class Prospects {
  private readonly deps: ProspectsDeps;

  constructor(deps: ProspectsDeps) {
    this.deps = deps;
  }

  /** Why the rig cannot log in on this connection, as a sentence; null = it can. */
  unfit({ port }: Caller, rig: RosterRig): string | null {
    const here = this.deps.roster.fleet(port.fleetNo);
    const own = this.deps.roster.fleet(rig.fleetNo);
    if (here !== null && own !== null && here.algorithm !== own.algorithm)
      return `${rig.name} belongs to a fleet of ${own.algorithm}, and this port is for ${here.algorithm}`;
    return this.isWorkless(rig) ? worklessText : null;
  }

  /** Where a contract's rig mines while none of the contract's pools can be used; a customer's own rig that he does not lend: nowhere. */
  houseOf(hand: Hand): Destination | null {
    const rig = this.deps.rigOf(hand);
    return rig === null ? null : this.deps.roster.houseOf(rig);
  }

  /** Whether the rig has another pool than `poolNo` to go to: of its destination, or where that has none at all, as a guest of the house. */
  hasOther(hand: RoutedHand, poolNo: number): boolean {
    const route = hand.to === null ? undefined : this.deps.routeAt(hand.to);
    if (route === undefined) return false;
    const home = route.activePoolNo === null && route.sheltered ? this.houseOf(hand) : null;
    const activePoolNo = home === null ? route.activePoolNo : (this.deps.routeAt(home)?.activePoolNo ?? null);
    return activePoolNo !== null && activePoolNo !== poolNo;
  }

  /** Whether the rig's house has a pool at this moment. */
  houseServes(rigNo: number): boolean {
    const rig = this.deps.roster.byNo(rigNo);
    const home = rig === null ? null : this.deps.roster.houseOf(rig);
    return home !== null && (this.deps.routeAt(home)?.activePoolNo ?? null) !== null;
  }

  /** For longer than rigs are kept on their last job there has been no pool for it: a login that succeeds would keep it from its own backup. */
  private isWorkless(rig: RosterRig): boolean {
    const homes = [this.deps.roster.homeOf(rig), this.deps.roster.houseOf(rig)].filter((home) => home !== null);
    const beforeMs = this.deps.now() - limits.orphanAloneMsMax;
    const isDead = (home: Destination) => {
      const route = this.deps.routeAt(home);
      return route !== undefined && route.activePoolNo === null && route.poollessSinceMs < beforeMs;
    };
    return homes.length > 0 && homes.every(isDead);
  }
}
