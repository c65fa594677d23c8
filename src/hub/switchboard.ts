import type { Pool } from "../control/pools.ts";
import type { Profile } from "../control/profiles.ts";
import type { PoolFact, PoolState } from "../health/facts.ts";
import { chooseEndpoint, type EndpointChoice, endpointsToHold } from "../schedule/choose-endpoint.ts";
import type { Destination } from "../schedule/move.ts";
import type { Layout } from "../work/extranonce.ts";
import type { Hand } from "./job-board.ts";
import { Upstream, type UpstreamDeps } from "./upstream.ts";

/** A rig's connection with the destination that it is meant to have. */
export type RoutedHand = Hand & { to: Destination | null };

export type SwitchEvent =
  | { type: "pool.failover" | "pool.returned"; from: Pool; to: Pool; profile: Profile; rigs: number; reason: string; tookMs: number }
  | { type: "pool.all-down"; from: Pool; profile: Profile; rigs: number; reason: string }
  | { type: "pool.state"; pool: Pool; from: PoolState; to: PoolState; reason: string }
  | { type: "pool.name-refused"; pool: Pool; name: string; reason: string };

export type SwitchboardDeps = Omit<UpstreamDeps, "changed" | "homeless" | "nameRefused"> & {
  pools: () => Pool[];
  profiles: () => Profile[];
  event: (event: SwitchEvent) => void;
};

/** What the routes ask of one upstream. */
type Need = { role: "active" | "warm"; sessions: number; layouts: readonly Layout[] };

/** A change that causes another is looked at again; more often than this is a circle. */
const roundsMax = 8;

/** All rigs of one destination, and the pool of its profile that they work for now. */
type Route = { to: Destination; profile: Profile; activePoolNo: number | null; hands: Set<RoutedHand>; lastPoolNo: number | null };

/**
 * Decides which pool session each rig works on. A route is one destination (owner and profile); the pools' own failures move its rigs
 * in the same turn, to the warm session of the next pool. Where rigs should go is never decided here: that comes as moves.
 */
export class Switchboard {
  private readonly routes = new Map<string, Route>();
  private readonly upstreams = new Map<string, Upstream>();
  private readonly states = new Map<number, { state: PoolState; sinceMs: number }>();
  private readonly deps: SwitchboardDeps;
  private pools = new Map<number, Pool>();
  private profiles = new Map<number, Profile>();
  private readonly startedAtMs: number;
  private evaluating = false;
  private again = false;

  constructor(deps: SwitchboardDeps) {
    this.deps = deps;
    this.startedAtMs = deps.now();
    this.reconcile();
  }

  /** Reads pools and profiles anew and brings the sessions in line. Harmless to call at any time. */
  reconcile(): void {
    this.reread();
    for (const upstream of this.upstreams.values()) {
      const pool = this.pools.get(upstream.pool.no);
      if (pool !== undefined) upstream.reconfigure(pool);
    }
    for (const route of this.routes.values()) route.profile = this.profiles.get(route.to.profileNo) ?? route.profile;
    this.evaluateAll();
  }

  /** Rigs to a destination, or to none. Those that a live session can seat get its job in this turn. */
  send(hands: readonly RoutedHand[], to: Destination | null): void {
    const route = to === null ? null : this.routeOf(to);
    for (const hand of hands) {
      this.withdraw(hand);
      hand.to = route === null ? null : to;
      route?.hands.add(hand);
    }
    if (route === null) {
      for (const hand of hands) hand.board?.leave(hand);
      return;
    }
    if (route.hands.size === hands.length) this.evaluateAll();
    this.activeOf(route)?.adopt(hands.filter((hand) => hand.board === null || !this.worksOn(hand, route)));
  }

  /** The connection is gone. */
  drop(hand: RoutedHand): void {
    this.withdraw(hand);
    hand.board?.leave(hand);
    hand.to = null;
  }

  /** Keeps sessions to a destination open even while no rig works for it, so that the first rig finds a job. */
  hold(destinations: readonly Destination[]): void {
    for (const to of destinations) this.routeOf(to);
    const held = new Set(destinations.map(keyOf));
    for (const [key, route] of this.routes) {
      if (!held.has(key) && route.hands.size === 0) this.routes.delete(key);
    }
    this.evaluateAll();
  }

  tick(nowMs: number): void {
    for (const upstream of [...this.upstreams.values()]) upstream.tick(nowMs);
    this.evaluateAll();
    for (const [key, upstream] of this.upstreams) {
      if (upstream.role === "off" && upstream.sessions.length === 0) this.upstreams.delete(key);
    }
  }

  /** Shares at the pools that are not answered yet. */
  pendingSubmits(): number {
    let pending = 0;
    for (const upstream of this.upstreams.values()) for (const { pending: submits } of upstream.sessions) pending += submits.size;
    return pending;
  }

  close(): void {
    for (const upstream of this.upstreams.values()) upstream.close();
  }

  /** Whether the destination's rigs have another pool than `poolNo` to go to. */
  hasOther(to: Destination | null, poolNo: number): boolean {
    if (to === null) return false;
    const route = this.routes.get(keyOf(to));
    return route !== undefined && route.activePoolNo !== null && route.activePoolNo !== poolNo;
  }

  /** The smallest extranonce2 of the pools that a destination may use, as far as they are known; null before. */
  smallestFree(to: Destination): number | null {
    const profile = this.profiles.get(to.profileNo);
    const sizes = (profile?.poolNos ?? []).map((poolNo) => this.upstreams.get(`${to.contractNo}/${poolNo}`)?.face?.free ?? 0).filter((free) => free > 0);
    return sizes.length === 0 ? null : Math.min(...sizes);
  }

  facts(): PoolFact[] {
    return [...this.pools.values()].map((pool) => this.fact(pool));
  }

  factOf(poolNo: number): PoolFact | null {
    const pool = this.pools.get(poolNo);
    return pool === undefined ? null : this.fact(pool);
  }

  private fact(pool: Pool): PoolFact {
    const upstreams = [...this.upstreams.values()].filter((upstream) => upstream.pool.no === pool.no);
    const face = upstreams.map((upstream) => upstream.face).find((session) => session?.ready) ?? upstreams[0]?.face ?? null;
    const shown = bestOf(upstreams);
    const size = face === null || face.free === 0 ? null : face.free;
    return {
      poolNo: pool.no,
      algorithm: pool.algorithm,
      state: shown?.state() ?? "unused",
      stateSinceMs: shown?.stateSinceMs ?? this.states.get(pool.no)?.sinceMs ?? this.startedAtMs,
      reason: shown?.reason ?? "",
      extranonce2Size: size,
      difficulty: face === null || face.difficulty === 0 ? null : face.difficulty,
      sessions: upstreams.reduce((sum, upstream) => sum + upstream.sessions.length, 0),
      rigs: upstreams.reduce((sum, upstream) => sum + upstream.rigs, 0),
      lastJobAtMs: face === null || face.lastJobAtMs === 0 ? null : face.lastJobAtMs,
      answerMs: face?.pending.medianAnswerMs() ?? null,
      warnings: [...new Set(upstreams.flatMap((upstream) => [...upstream.warnings, ...(upstream.face?.warnings ?? [])])), ...sizeWarnings(size)],
    };
  }

  private reread(): void {
    this.pools = new Map(this.deps.pools().map((pool) => [pool.no, pool]));
    this.profiles = new Map(this.deps.profiles().map((profile) => [profile.no, profile]));
  }

  private routeOf(to: Destination): Route | null {
    const known = this.routes.get(keyOf(to));
    if (known !== undefined) return known;
    // A move may be ordered in the same breath as its profile was made.
    if (!this.profiles.has(to.profileNo)) this.reread();
    const profile = this.profiles.get(to.profileNo);
    if (profile === undefined) return null;
    const route: Route = { to, profile, activePoolNo: null, hands: new Set(), lastPoolNo: null };
    this.routes.set(keyOf(to), route);
    return route;
  }

  private withdraw(hand: RoutedHand): void {
    if (hand.to === null) return;
    this.routes.get(keyOf(hand.to))?.hands.delete(hand);
    // All of them: its profile may have lost the pool that it waits for.
    for (const upstream of this.upstreams.values()) upstream.forget(hand);
  }

  private upstreamsOf(route: Route): Upstream[] {
    return route.profile.poolNos.map((poolNo) => this.upstreamOf(route.to.contractNo, poolNo)).filter((upstream) => upstream !== null);
  }

  private upstreamOf(contractNo: number, poolNo: number): Upstream | null {
    const key = `${contractNo}/${poolNo}`;
    const known = this.upstreams.get(key);
    if (known !== undefined) return known;
    const pool = this.pools.get(poolNo);
    if (pool === undefined) return null;
    const upstream = new Upstream(contractNo, pool, {
      ...this.deps,
      changed: () => this.evaluateAll(),
      homeless: () => this.evaluateAll(),
      nameRefused: (of, name, reason) => this.deps.event({ type: "pool.name-refused", pool: of.pool, name, reason }),
    });
    this.upstreams.set(key, upstream);
    return upstream;
  }

  private activeOf(route: Route): Upstream | null {
    return route.activePoolNo === null ? null : this.upstreamOf(route.to.contractNo, route.activePoolNo);
  }

  private worksOn(hand: RoutedHand, route: Route): boolean {
    return hand.board !== null && hand.board.current?.origin.poolNo === route.activePoolNo && hand.board.current?.origin.contractNo === route.to.contractNo;
  }

  /** Tells of pools whose state is another than it was told last. */
  private tellStates(): void {
    for (const upstream of this.upstreams.values()) {
      const state = upstream.state();
      const before = this.states.get(upstream.pool.no)?.state ?? "unused";
      if (state === before) continue;
      this.states.set(upstream.pool.no, { state, sinceMs: this.deps.now() });
      this.deps.event({ type: "pool.state", pool: upstream.pool, from: before, to: state, reason: upstream.reason });
    }
  }

  /** Chooses each route's pool, says what sessions that takes, and moves rigs. Changes that this causes are looked at in another round. */
  private evaluateAll(): void {
    if (this.evaluating) {
      this.again = true;
      return;
    }
    this.evaluating = true;
    try {
      for (let round = 0; round < roundsMax; round++) {
        this.again = false;
        this.evaluateOnce();
        if (!this.again) break;
      }
    } finally {
      this.evaluating = false;
    }
    this.tellStates();
  }

  private evaluateOnce(): void {
    const needs = new Map<Upstream, Need>();
    for (const route of this.routes.values()) this.evaluate(route, needs);
    for (const upstream of this.upstreams.values()) {
      const need = needs.get(upstream);
      upstream.sessionsWanted = Math.max(1, need?.sessions ?? 0);
      upstream.expected = need?.layouts ?? [];
      upstream.setRole(need?.role ?? "off");
    }
  }

  private evaluate(route: Route, needs: Map<Upstream, Need>): void {
    const upstreams = this.upstreamsOf(route);
    const choices: EndpointChoice[] = upstreams.map((upstream) => ({
      poolNo: upstream.pool.no,
      usable: upstream.usable,
      usableSinceMs: upstream.usableSinceMs,
      pending: upstream.pending,
    }));
    const chosen = chooseEndpoint(choices, route.activePoolNo, { nowMs: this.deps.now(), returnAfterMs: route.profile.returnAfterS * 1000 });
    if (chosen !== route.activePoolNo) this.activate(route, chosen);
    const held = new Set(endpointsToHold(choices, chosen));
    const mostAlike = mostRigsPerX(route.hands);
    const layouts = layoutsOf(route.hands);
    for (const upstream of upstreams) {
      if (!held.has(upstream.pool.no)) continue;
      const others = needs.get(upstream);
      const role = upstream.pool.no === chosen ? "active" : (others?.role ?? "warm");
      needs.set(upstream, { role, sessions: (others?.sessions ?? 0) + mostAlike, layouts: [...(others?.layouts ?? []), ...layouts] });
    }
  }

  private activate(route: Route, chosen: number | null): void {
    const startMs = this.deps.now();
    const previous = route.activePoolNo;
    route.activePoolNo = chosen;
    const from = this.pools.get(previous ?? route.lastPoolNo ?? 0);
    if (chosen === null) {
      route.lastPoolNo = previous;
      if (from !== undefined)
        this.deps.event({ type: "pool.all-down", from, profile: route.profile, rigs: route.hands.size, reason: this.reasonOf(route, from) });
      return;
    }
    const upstream = this.upstreamOf(route.to.contractNo, chosen);
    upstream?.setRole("active");
    const movers = [...route.hands].filter((hand) => !this.worksOn(hand, route));
    for (const other of this.upstreamsOf(route)) if (other !== upstream) for (const hand of route.hands) other.forget(hand);
    upstream?.adopt(movers);
    const to = this.pools.get(chosen);
    if (from === undefined || to === undefined) return;
    const returned = route.profile.poolNos.indexOf(to.no) <= route.profile.poolNos.indexOf(from.no);
    this.deps.event({
      type: returned ? "pool.returned" : "pool.failover",
      from,
      to,
      profile: route.profile,
      rigs: movers.length,
      reason: this.reasonOf(route, from),
      tookMs: this.deps.now() - startMs,
    });
  }

  private reasonOf(route: Route, pool: Pool): string {
    return this.upstreams.get(`${route.to.contractNo}/${pool.no}`)?.reason ?? "";
  }
}

function keyOf(to: Destination): string {
  return `${to.contractNo}/${to.profileNo}`;
}

const order: readonly PoolState[] = ["live", "warm", "misconfigured", "failing", "ejected", "connecting", "unused"];

function bestOf(upstreams: readonly Upstream[]): Upstream | undefined {
  return upstreams.toSorted((a, b) => order.indexOf(a.state()) - order.indexOf(b.state()))[0];
}

/** As many sessions does a pool need that leaves no room for a prefix: one for each rig that carries the same extranonce1. */
function mostRigsPerX(hands: ReadonlySet<RoutedHand>): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (const hand of hands) {
    const key = hand.layout.e1Bytes * 2 ** 32 + hand.x;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > most) most = count;
  }
  return most;
}

function layoutsOf(hands: ReadonlySet<RoutedHand>): Layout[] {
  const layouts = new Map<number, Layout>();
  for (const { layout } of hands) layouts.set(layout.e1Bytes * 256 + layout.e2Bytes, layout);
  return [...layouts.values()];
}

/** What an operator should know before he sends rigs to a pool that leaves so few bytes. */
export function sizeWarnings(free: number | null): string[] {
  if (free === null || free >= 4) return [];
  if (free === 3) return ["gives 3 bytes of extranonce2: rigs that connected before need set_extranonce or a reconnect to work here"];
  return [`gives ${free} bytes of extranonce2: too few for rigs behind a hub; use another port of the pool, or mode per-rig with a pool of at least 3`];
}
