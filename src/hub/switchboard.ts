import type { Pool } from "../control/pools.ts";
import type { Profile } from "../control/profiles.ts";
import { answerMsMax } from "../health/answer-times.ts";
import type { ContractPools, PoolFact } from "../health/facts.ts";
import { answerRule } from "../health/pool-answers.ts";
import { waveSize } from "../health/pool-gate.ts";
import { TipHistory } from "../health/pool-tips.ts";
import { chooseEndpoint, type EndpointChoice, endpointsToHold } from "../schedule/choose-endpoint.ts";
import type { Destination } from "../schedule/move.ts";
import { type Owner, Owners } from "./owners.ts";
import { factOfPool } from "./pool-facts.ts";
import { Refuge, type RefugeDeps } from "./refuge.ts";
import { keyOf, mostRigsPerX, Route, type RoutedHand, worksFor } from "./route.ts";
import { type ContractName, type SwitchEvent, switchEvent } from "./switch-events.ts";
import { Upstream, type UpstreamDeps } from "./upstream.ts";
import type { AnyLayout } from "./upstream-link.ts";

export type SwitchboardDeps = Omit<UpstreamDeps, "changed" | "seated" | "homeless" | "nameRefused" | "tips"> & {
  pools: () => Pool[];
  profiles: () => Profile[];
  houseOf: RefugeDeps["houseOf"];
  event: (event: SwitchEvent) => void;
  contractName: ContractName;
};

/** What the routes ask of one upstream. */
type Need = { role: "active" | "warm"; sessions: (free: number) => number; layouts: AnyLayout };

/** A change that causes another is looked at again; more often than this is a circle. */
const roundsMax = 8;
/** All owners have had their turn after so many ticks. */
export const tickParts = 5;

/**
 * Decides which pool session each rig works on. A route is one destination (owner and profile); the pools' own failures move its rigs
 * in the same turn, to the warm session of the next pool. Where rigs should go is never decided here: that comes as moves.
 */
export class Switchboard {
  private readonly routes = new Map<string, Route>();
  private readonly owners = new Owners();
  private readonly tips = new TipHistory();
  private readonly refuge: Refuge;
  private held: ReadonlySet<string> = new Set();
  private readonly deps: SwitchboardDeps;
  private pools = new Map<number, Pool>();
  private profiles = new Map<number, Profile>();
  private readonly startedAtMs: number;
  private closed = false;
  private tickPart = 0;

  constructor(deps: SwitchboardDeps) {
    this.deps = deps;
    this.startedAtMs = deps.now();
    this.refuge = new Refuge({
      ...deps,
      routeOf: (to) => this.routeOf(to),
      forgetAtHouse: (hand) => this.owners.forget(hand, 0),
      activeOf: (route) => this.activeOf(route),
      upstreamsOf: (route) => this.upstreamsOf(route),
      seat: (hands, upstream) => this.seat(hands, upstream),
      reasonOf: (route) => {
        const pool = this.pools.get(route.lastPoolNo ?? route.profile.poolNos[0] ?? 0);
        return pool === undefined ? "" : this.reasonOf(route, pool);
      },
    });
    this.reconcile();
  }

  /** Reads pools and profiles anew and brings the sessions in line. Harmless to call at any time. */
  reconcile(): void {
    this.reread();
    const edited = new Set<number>();
    for (const upstream of this.owners.upstreams()) {
      const pool = this.pools.get(upstream.pool.no);
      if (pool !== undefined && upstream.reconfigure(pool)) edited.add(pool.no);
    }
    const nowMs = this.deps.now();
    for (const route of this.routes.values()) {
      const profile = this.profiles.get(route.to.profileNo) ?? route.profile;
      route.follow(profile, { edited: profile.poolNos.some((no) => edited.has(no)), nowMs });
      this.refuge.turnOut(route);
    }
    this.evaluateAll();
  }

  /** Rigs to a destination, or to none. Those that a live session can seat get its job in this turn. */
  send(hands: readonly RoutedHand[], to: Destination | null): void {
    const route = to === null ? null : this.routeOf(to);
    this.withdraw(hands);
    for (const hand of hands) {
      hand.to = route === null ? null : to;
      route?.hands.add(hand);
    }
    if (route === null) {
      for (const hand of hands) hand.board?.leave(hand);
      return;
    }
    if (route.hands.size === hands.length) this.evaluateOwner(this.owners.of(route.to.contractNo));
    if (route.inRefuge) this.refuge.shelter(route, hands);
    else this.seat(hands, this.activeOf(route));
  }

  /** The connection is gone. */
  drop(hand: RoutedHand): void {
    this.withdraw([hand]);
    hand.board?.leave(hand);
    hand.to = null;
  }

  /** Keeps sessions to a destination open even while no rig works for it, so that the first rig finds a job. */
  hold(destinations: readonly Destination[]): void {
    this.held = new Set(destinations.map(keyOf));
    for (const to of destinations) this.routeOf(to);
    this.dropIdle();
    this.evaluateAll();
  }

  private dropIdle(): void {
    for (const [key, route] of this.routes) {
      if (this.held.has(key) || route.hands.size > 0 || route.guests.size > 0) continue;
      this.routes.delete(key);
      this.owners.of(route.to.contractNo).routes.delete(route);
    }
  }

  /** Looks after the next of `tickParts` parts of the owners: hundreds of contracts in one turn would stop the event loop. */
  tick(nowMs: number): void {
    this.tickPart = (this.tickPart + 1) % tickParts;
    if (this.tickPart === 0) this.dropIdle();
    for (const [contractNo, owner] of this.owners.all()) if (contractNo % tickParts === this.tickPart) this.tickOwner(contractNo, owner, nowMs);
  }

  private tickOwner(contractNo: number, owner: Owner, nowMs: number): void {
    for (const upstream of [...owner.upstreams.values()]) upstream.tick(nowMs);
    this.evaluateOwner(owner);
    this.owners.tidy(contractNo, owner);
  }

  /** Shares at the pools that are not answered yet. */
  pendingSubmits(): number {
    let pending = 0;
    for (const upstream of this.owners.upstreams()) for (const { pending: submits } of upstream.sessions) pending += submits.size;
    return pending;
  }

  /** Nothing is chosen, dialled or told any more: that its own end takes the pools away is no news. */
  close(): void {
    this.closed = true;
    for (const upstream of this.owners.upstreams()) upstream.close();
  }

  routeAt(to: Destination): Route | undefined {
    return this.routes.get(keyOf(to));
  }

  /** The smallest extranonce2 of the pools that a destination may use, as far as they are known; null before. */
  smallestFree(to: Destination): number | null {
    const profile = this.profiles.get(to.profileNo);
    const sizes = (profile?.poolNos ?? []).map((poolNo) => this.owners.upstream(to.contractNo, poolNo)?.face?.free ?? 0).filter((free) => free > 0);
    return sizes.length === 0 ? null : Math.min(...sizes);
  }

  *facts(): Iterable<PoolFact> {
    const upstreams = Map.groupBy(this.owners.upstreams(), ({ pool }) => pool.no);
    for (const pool of [...this.pools.values()]) yield this.fact(pool, upstreams.get(pool.no) ?? []);
  }

  factOf(poolNo: number): PoolFact | null {
    const pool = this.pools.get(poolNo);
    return pool === undefined ? null : this.fact(pool, this.owners.upstreamsAt(poolNo));
  }

  /** How each contract stands with its pools; one whose profile is being changed has two destinations for a moment. */
  *contracts(): Iterable<ContractPools> {
    for (const { to, activePoolNo, downSinceMs, hands } of this.routes.values()) {
      if (to.contractNo === 0) continue;
      yield { ...to, activePoolNo, poolsDownSinceMs: downSinceMs === 0 ? null : downSinceMs, rigs: hands.size };
    }
  }

  private fact(pool: Pool, upstreams: Upstream[]): PoolFact {
    return factOfPool(pool, upstreams, { nowMs: this.deps.now(), sinceMs: this.startedAtMs, nameOf: this.deps.contractName });
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
    const route = new Route(to, profile, this.deps.now());
    this.routes.set(keyOf(to), route);
    this.owners.of(to.contractNo).routes.add(route);
    return route;
  }

  private withdraw(hands: readonly RoutedHand[]): void {
    for (const { guests } of this.owners.of(0).routes) if (guests.size > 0) for (const hand of hands) guests.delete(hand);
    for (const hand of hands) {
      if (hand.to === null) continue;
      this.routes.get(keyOf(hand.to))?.forget(hand);
      this.owners.forget(hand, hand.to.contractNo);
    }
  }

  private upstreamsOf(route: Route): Upstream[] {
    return route.profile.poolNos.map((poolNo) => this.upstreamOf(route.to.contractNo, poolNo)).filter((upstream) => upstream !== null);
  }

  private upstreamOf(contractNo: number, poolNo: number): Upstream | null {
    const known = this.owners.upstream(contractNo, poolNo);
    if (known !== undefined) return known;
    const pool = this.pools.get(poolNo);
    if (pool === undefined) return null;
    const owner = this.owners.of(contractNo);
    const upstream = new Upstream(contractNo, pool, {
      ...this.deps,
      tips: this.tips,
      changed: () => this.evaluateOwner(owner),
      // As guests they may have waited at the house, which is not to take them away later.
      seated: (hands) => {
        if (contractNo !== 0) for (const hand of hands) this.owners.forget(hand, 0);
      },
      homeless: () => this.evaluateOwner(owner),
      nameRefused: (of, name, reason) => this.deps.event({ type: "pool.name-refused", contractNo, pool: of.pool, name, reason }),
    });
    owner.upstreams.set(poolNo, upstream);
    return upstream;
  }

  private activeOf(route: Route): Upstream | null {
    return route.activePoolNo === null ? null : this.upstreamOf(route.to.contractNo, route.activePoolNo);
  }

  /** Those of the hands that do not work there yet. */
  private seat(hands: readonly RoutedHand[], upstream: Upstream | null): RoutedHand[] {
    const movers = upstream === null ? [] : hands.filter((hand) => !worksFor(hand, upstream));
    if (movers.length > 0) upstream?.adopt(movers);
    return movers;
  }

  private tellStates(owner: Owner): void {
    for (const { upstream, from, to } of this.owners.news(owner, this.deps.now()))
      this.deps.event({ type: "pool.state", contractNo: upstream.contractNo, pool: upstream.pool, from, to, reason: upstream.reason });
  }

  private evaluateAll(): void {
    for (const [, owner] of this.owners.all()) this.evaluateOwner(owner);
  }

  /**
   * Chooses the pool of each route of one owner, says what sessions that takes, and moves rigs. Changes that this causes are looked at in
   * another round. Only his: when a pool dies that hundreds of contracts have, each of their sessions tells so.
   */
  private evaluateOwner(owner: Owner): void {
    if (this.closed) return;
    if (owner.evaluating) {
      owner.again = true;
      return;
    }
    owner.evaluating = true;
    try {
      for (let round = 0; round < roundsMax; round++) {
        owner.again = false;
        this.evaluateOnce(owner);
        if (!owner.again) break;
      }
    } finally {
      owner.evaluating = false;
    }
    this.tellStates(owner);
  }

  private evaluateOnce(owner: Owner): void {
    const needs = new Map<Upstream, Need>();
    for (const route of [...owner.routes]) this.evaluate(route, needs);
    for (const upstream of owner.upstreams.values()) {
      const need = needs.get(upstream);
      upstream.sessionsWanted = need?.sessions ?? (() => 1);
      upstream.expected = need?.layouts ?? (() => false);
      upstream.setRole(need?.role ?? "off");
    }
  }

  private evaluate(route: Route, needs: Map<Upstream, Need>): void {
    const nowMs = this.deps.now();
    const upstreams = this.upstreamsOf(route);
    this.leaveSlow(route, upstreams);
    const choices = upstreams.map((upstream) => upstream.choice(nowMs));
    const chosen = chooseEndpoint(choices, route.activePoolNo, {
      nowMs,
      returnAfterMs: route.profile.returnAfterS * 1000,
      switches: route.switches.count(nowMs),
      hasRefuge: route.isContract,
      inRefuge: route.inRefuge,
      justChanged: route.justChanged(nowMs),
    });
    this.follow(route, chosen, choices);
    if (chosen === null) for (const upstream of upstreams) upstream.redial.hurry();
    this.refuge.lookAfter(route, choices);
    const held = new Set(endpointsToHold(choices, route.activePoolNo));
    const present = route.present();
    // Hardly ever asked, and ten thousand rigs take a millisecond and a megabyte.
    const mostAlike = (free: number) => mostRigsPerX(present, free);
    const layouts: AnyLayout = (isSuch) => present.some(({ layout }) => isSuch(layout));
    for (const upstream of upstreams) {
      const poolNo = upstream.pool.no;
      const isUsed = poolNo === route.activePoolNo || poolNo === route.wave?.poolNo;
      if (!isUsed && !held.has(poolNo)) continue;
      const others = needs.get(upstream);
      const role = isUsed ? "active" : (others?.role ?? "warm");
      const sessions = others === undefined ? mostAlike : (free: number) => others.sessions(free) + mostAlike(free);
      needs.set(upstream, { role, sessions, layouts: others === undefined ? layouts : (isSuch) => others.layouts(isSuch) || layouts(isSuch) });
    }
  }

  /** A pool that answers slowly is at fault only while it does, and where another one of the list is much faster. */
  private leaveSlow(route: Route, upstreams: readonly Upstream[]): void {
    const slow = this.activeOf(route);
    const ownMs = slow?.watch.isSlow === true && slow.watch.fault === null ? slow.latencyMs : null;
    if (slow === null || ownMs === null || ownMs <= answerMsMax) return;
    const isFast = (latencyMs: number | null) => latencyMs !== null && latencyMs < Number.POSITIVE_INFINITY && latencyMs <= answerRule.fasterPart * ownMs;
    const faster = upstreams.find(({ latencyMs, usable, watch }) => usable && watch.fault === null && isFast(latencyMs));
    if (faster === undefined) return;
    const answers = Number.isFinite(ownMs) ? `answers in ${ownMs} ms` : "leaves more than one share in twenty without an answer";
    slow.eject({ kind: "slow", text: `${answers}, ${faster.pool.name} answers in ${faster.latencyMs} ms` });
  }

  /** Goes to the chosen pool: at once where it must be, in waves where many rigs return to one that was lost. */
  private follow(route: Route, chosen: number | null, choices: readonly EndpointChoice[]): void {
    if (chosen === null || chosen === route.activePoolNo) {
      this.stopWave(route);
      if (chosen !== route.activePoolNo) this.activate(route, chosen, false);
      return;
    }
    const inUse = choices.find(({ poolNo }) => poolNo === route.activePoolNo);
    const returns = route.inRefuge || (inUse?.usable === true && inUse.fault === null);
    if (!returns || this.wavesDone(route, chosen)) this.activate(route, chosen, returns);
  }

  /** Sends as many rigs ahead as may go by now; true when all may. */
  private wavesDone(route: Route, poolNo: number): boolean {
    const nowMs = this.deps.now();
    if (route.wave?.poolNo !== poolNo) this.stopWave(route);
    const size = waveSize(route.hands.size, nowMs - (route.wave?.sinceMs ?? nowMs));
    if (size === null) return true;
    route.wave ??= { poolNo, sinceMs: nowMs, hands: new Set() };
    const { hands } = route.wave;
    for (const hand of route.hands) {
      if (hands.size >= size) break;
      hands.add(hand);
    }
    this.seat([...hands], this.upstreamOf(route.to.contractNo, poolNo));
    return false;
  }

  /** The pool that they were to return to is unwell again: those who went ahead go back. */
  private stopWave(route: Route): void {
    const { wave } = route;
    if (wave === null) return;
    route.wave = null;
    for (const hand of wave.hands) this.upstreamOf(route.to.contractNo, wave.poolNo)?.forget(hand);
    this.seat([...wave.hands], this.activeOf(route));
  }

  /** `returns`: by choice, from a pool that could be used; else that one has failed, or there was none. */
  private activate(route: Route, chosen: number | null, returns: boolean): void {
    const startMs = this.deps.now();
    const previous = route.activePoolNo;
    const { contractNo } = route.to;
    route.wave = null;
    route.activePoolNo = chosen;
    const from = this.pools.get(previous ?? route.lastPoolNo ?? 0);
    if (chosen === null) {
      route.lastPoolNo = previous;
      route.poollessSinceMs = startMs;
      if (from !== undefined)
        this.deps.event({ type: "pool.all-down", contractNo, from, profile: route.profile, rigs: route.hands.size, reason: this.reasonOf(route, from) });
      return;
    }
    if (previous !== null || route.inRefuge) route.switches.note(startMs);
    const upstream = this.upstreamOf(contractNo, chosen);
    upstream?.setRole("active");
    for (const other of this.upstreamsOf(route)) if (other !== upstream) for (const hand of route.hands) other.forget(hand);
    const present = route.present();
    this.seat(present, upstream);
    const to = this.pools.get(chosen);
    if (from === undefined || to === undefined) return;
    const told = { contractNo, from, to, profile: route.profile, rigs: present.length, reason: this.reasonOf(route, from), tookMs: this.deps.now() - startMs };
    this.deps.event(switchEvent(told, { returns, hadNone: previous === null, justChanged: route.justChanged(startMs) }));
  }

  private reasonOf(route: Route, pool: Pool): string {
    return this.owners.upstream(route.to.contractNo, pool.no)?.reason ?? "";
  }
}
