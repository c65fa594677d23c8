import type { PoolState } from "../health/facts.ts";
import type { Hand } from "./job-board.ts";
import type { Route } from "./route.ts";
import type { Upstream } from "./upstream.ts";

/** The house or a contract: his destinations, and his accounts by pool number, with the state that was told last. */
export type Owner = { routes: Set<Route>; upstreams: Map<number, Upstream>; told: Map<Upstream, PoolState>; evaluating: boolean; again: boolean };

/** Everybody who has rigs or sessions here, by contract number; 0 = the house. */
export class Owners {
  private readonly owners = new Map<number, Owner>();

  /** He is made when he is not known yet. */
  of(contractNo: number): Owner {
    const known = this.owners.get(contractNo);
    if (known !== undefined) return known;
    const owner: Owner = { routes: new Set(), upstreams: new Map(), told: new Map(), evaluating: false, again: false };
    this.owners.set(contractNo, owner);
    return owner;
  }

  /** Those of now; who comes or goes meanwhile is of no consequence. */
  all(): [contractNo: number, owner: Owner][] {
    return [...this.owners];
  }

  upstream(contractNo: number, poolNo: number): Upstream | undefined {
    return this.owners.get(contractNo)?.upstreams.get(poolNo);
  }

  *upstreams(): Iterable<Upstream> {
    for (const { upstreams } of this.owners.values()) yield* upstreams.values();
  }

  /**
   * A rig waits for no pool any more. It can only do so at its own owner's, at all of them as its profile may have lost the one that it
   * waits for, and as a guest at the house's: ten thousand that go at once do not search all contracts.
   */
  forget(hand: Hand, contractNo: number): void {
    for (const no of new Set([contractNo, 0])) for (const upstream of this.owners.get(no)?.upstreams.values() ?? []) upstream.forget(hand);
  }

  /** Everybody's accounts at one pool. */
  upstreamsAt(poolNo: number): Upstream[] {
    return [...this.owners.values()].flatMap(({ upstreams }) => upstreams.get(poolNo) ?? []);
  }

  /** His accounts whose state is another than was told last, which is now as good as told. */
  *news(owner: Owner, nowMs: number): Iterable<{ upstream: Upstream; from: PoolState; to: PoolState }> {
    for (const upstream of owner.upstreams.values()) {
      const to = upstream.state();
      const from = owner.told.get(upstream) ?? "unused";
      if (to === from || (to === "warm" && isBroken(from) && !upstream.watch.holds(nowMs))) continue;
      owner.told.set(upstream, to);
      yield { upstream, from, to };
    }
  }

  /** Lets his accounts go that are used no more and have no session left, and himself with the last of them. */
  tidy(contractNo: number, owner: Owner): void {
    for (const [poolNo, upstream] of owner.upstreams) {
      if (upstream.role !== "off" || upstream.sessions.length > 0) continue;
      owner.upstreams.delete(poolNo);
      owner.told.delete(upstream);
    }
    if (owner.upstreams.size === 0 && owner.routes.size === 0) this.owners.delete(contractNo);
  }
}

/** What flaps without anybody working for it is told once: it is well again when it has held. */
const isBroken = (state: PoolState): boolean => state === "failing" || state === "ejected";
