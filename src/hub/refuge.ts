import type { EndpointChoice } from "../schedule/choose-endpoint.ts";
import type { Destination } from "../schedule/move.ts";
import { limits } from "./limits.ts";
import type { Route, RoutedHand } from "./route.ts";
import type { SwitchEvent } from "./switch-events.ts";
import type { Upstream } from "./upstream.ts";

export type RefugeDeps = {
  now: () => number;
  /** Where a contract's rig mines while the contract's pools cannot be used; null = nowhere. */
  houseOf: (hand: RoutedHand) => Destination | null;
  routeOf: (to: Destination) => Route | null;
  activeOf: (route: Route) => Upstream | null;
  upstreamsOf: (route: Route) => Upstream[];
  /** It waits for no seat at the house any more. */
  forgetAtHouse: (hand: RoutedHand) => void;
  /** Gives those who do not work there yet a seat. */
  seat: (hands: readonly RoutedHand[], upstream: Upstream | null) => void;
  event: (event: SwitchEvent) => void;
  /** Why the pool that the route used last, or would begin with, cannot be used. */
  reasonOf: (route: Route) => string;
};

/**
 * A contract's rigs without a pool of theirs mine for the house, so that neither they nor the house lose the time: after the few seconds
 * in which a pool that only hiccuped is back, and until one has been well for long enough. Their allocations stand.
 */
export class Refuge {
  private readonly deps: RefugeDeps;

  constructor(deps: RefugeDeps) {
    this.deps = deps;
  }

  /** Called after each choice of a pool. */
  lookAfter(route: Route, choices: readonly EndpointChoice[]): void {
    const active = this.deps.activeOf(route);
    if (!route.isContract) {
      if (active === null) this.dismiss(route);
    } else if (active === null) this.whileDown(route, choices);
    else this.whileUp(route, active);
  }

  shelter(route: Route, hands: Iterable<RoutedHand>): void {
    for (const hand of hands) {
      const home = this.deps.houseOf(hand);
      const house = home === null ? null : this.deps.routeOf(home);
      if (house === null) continue;
      house.guests.add(hand);
      const upstream = this.deps.activeOf(house);
      this.deps.seat([hand], upstream);
      if (upstream !== null) route.sheltered = true;
    }
  }

  /** Guests whose rig has another house by now, or whose owner does not lend it any more, leave the house where they are. */
  turnOut({ to, guests }: Route): void {
    for (const hand of guests) {
      const home = this.deps.houseOf(hand);
      if (home?.profileNo === to.profileNo) continue;
      guests.delete(hand);
      this.deps.forgetAtHouse(hand);
      if (hand.board?.current?.origin.contractNo === to.contractNo) hand.board.leave(hand);
    }
  }

  /** A house without a pool leaves nobody at work for a contract that it was called home from: the rig's own backup takes over as for any who has no work. */
  private dismiss({ to, hands, poollessSinceMs }: Route): void {
    if (this.deps.now() - poollessSinceMs < limits.orphanMsMax) return;
    for (const hand of hands) {
      const owner = hand.board?.current?.origin.contractNo;
      if (owner !== undefined && owner !== to.contractNo) hand.board?.leave(hand);
    }
  }

  private whileDown(route: Route, choices: readonly EndpointChoice[]): void {
    const nowMs = this.deps.now();
    if (route.downSinceMs === 0) {
      if (choices.some(({ pending }) => pending)) return;
      route.downSinceMs = nowMs;
    }
    if (nowMs - route.downSinceMs < limits.orphanMsMax) return;
    if (!route.inRefuge) this.begin(route);
    this.shelter(
      route,
      [...route.hands].filter((hand) => isOut(hand, route)),
    );
  }

  private begin(route: Route): void {
    const { to, hands, profile, downSinceMs } = route;
    route.inRefuge = true;
    // None of them goes back before all do.
    for (const upstream of this.deps.upstreamsOf(route)) for (const hand of hands) upstream.forget(hand);
    const reason = this.deps.reasonOf(route);
    this.deps.event({ type: "contract.pools-down", contractNo: to.contractNo, profile, rigs: hands.size, fromMs: downSinceMs, reason });
  }

  private whileUp(route: Route, active: Upstream): void {
    const { to, profile, hands, downSinceMs } = route;
    if (route.inRefuge) {
      route.inRefuge = false;
      route.sheltered = false;
      this.deps.event({ type: "contract.pools-up", contractNo: to.contractNo, profile, rigs: hands.size, fromMs: downSinceMs, toMs: this.deps.now() });
    }
    route.downSinceMs = 0;
    // Where a pool has no seat for a rig, it need not idle.
    if (active.waiting.size === 0) return;
    const stranded = new Set(active.stranded(this.deps.now(), limits.orphanMsMax));
    if (stranded.size > 0)
      this.shelter(
        route,
        [...route.hands].filter((hand) => stranded.has(hand)),
      );
  }
}

/** It has no pool, or still the one of the contract where its work is lost; those who were sent ahead to one that is well again stay there. */
function isOut(hand: RoutedHand, { to, wave }: Route): boolean {
  const owner = hand.board?.current?.origin.contractNo;
  return owner === undefined || (owner === to.contractNo && wave?.hands.has(hand) !== true);
}
