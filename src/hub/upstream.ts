import type { Pool } from "../control/pools.ts";
import type { PoolState } from "../health/facts.ts";
import type { PoolFault } from "../health/pool-fault.ts";
import type { TipHistory } from "../health/pool-tips.ts";
import type { EndpointChoice } from "../schedule/choose-endpoint.ts";
import type { Work } from "../work/work.ts";
import type { GroundBook } from "./ground-book.ts";
import type { PoolJob } from "./hub-job.ts";
import { type Hand, JobBoard } from "./job-board.ts";
import { limits } from "./limits.ts";
import type { SettleShare } from "./pending-submits.ts";
import { type PoolCloseReason, PoolSession, type PoolSessionEvents } from "./pool-session.ts";
import { PoolWatch } from "./pool-watch.ts";
import { Redial } from "./redial.ts";
import { type AnyLayout, faceOf, hasTwin, isCrowded, isFilled, isToStay, isUpToDate, type Link, poolAddress, sameAccount, takesRigs } from "./upstream-link.ts";
import { stateOf } from "./upstream-state.ts";

export type UpstreamDeps = {
  now: () => number;
  random: () => number;
  agent: string;
  bookOf: (host: string, port: number, work: Work) => GroundBook;
  /** Whether one more connection may be dialled in this second. */
  mayDial: () => boolean;
  settle: SettleShare;
  tips: TipHistory;
  /** What the rig is meant to do, in H/s; null where nobody knows. */
  nominalHps: (hand: Hand) => number | null;
  /** Something that decides where rigs work has changed. */
  changed: () => void;
  /** These have work here. */
  seated: (hands: readonly Hand[]) => void;
  /** These have lost their pool session and hold only their last job. */
  homeless: (hands: Hand[]) => void;
  nameRefused: (upstream: Upstream, name: string, text: string) => void;
};

/** The sessions of one owner (the house or a contract) at one pool endpoint: as many as its rigs need, opened again when they close. */
export class Upstream {
  readonly contractNo: number;
  pool: Pool;
  /** `active`: rigs work for it; `warm`: kept ready; `off`: let go. */
  role: "active" | "warm" | "off" = "off";
  /** How many sessions are to be there for rigs that fill the `free` bytes of the pool: the largest number of them with one extranonce1. */
  sessionsWanted: (free: number) => number = () => 1;
  /** The layouts of those rigs, wherever they work now. */
  expected: AnyLayout = () => false;
  stateSinceMs: number;
  reason = "";
  /** Rigs that are to work here and have no seat, and since when. */
  readonly waiting = new Map<Hand, number>();
  readonly watch: PoolWatch;
  private readonly warned = new Set<string>();
  links: readonly Link[] = [];
  readonly redial: Redial;
  /** Its sessions were let go because of a fault, and a new one has not been ready yet. */
  private probing = false;
  private lastState: PoolState = "unused";
  private fixedRepeats = false;
  private readonly deps: UpstreamDeps;

  constructor(contractNo: number, pool: Pool, deps: UpstreamDeps) {
    this.contractNo = contractNo;
    this.pool = pool;
    this.deps = deps;
    this.redial = new Redial(deps.random);
    this.watch = new PoolWatch({ tips: deps.tips, nominalHps: deps.nominalHps, place: () => `${this.pool.host}:${this.pool.port}` });
    this.stateSinceMs = deps.now();
  }

  get perRig(): boolean {
    return this.pool.mode === "per-rig";
  }

  /** Some session is authorized and holds a job; after an edit the old one counts until the new one does. */
  get usable(): boolean {
    return this.links.some((link) => link.session.ready && (link.retiringSinceMs === 0 || this.deps.now() - link.retiringSinceMs <= limits.retireMsMax));
  }

  /** Some session of the present configuration does. */
  private get upToDate(): boolean {
    return this.links.some(isUpToDate);
  }

  /** Its first dial is under way, or waits for those of others: it has not had time to answer. */
  get pending(): boolean {
    const opened = this.links[0]?.session.openedAtMs;
    return this.redial.attempts === 0 && !this.usable && (opened === undefined || this.deps.now() - opened < limits.firstAnswerMsMax);
  }

  get sessions(): PoolSession[] {
    return this.links.map((link) => link.session);
  }

  /** A session whose figures stand for the endpoint as it is configured now. */
  get face(): PoolSession | null {
    return faceOf(this.links);
  }

  get rigs(): number {
    return this.links.reduce((sum, link) => sum + link.board.size, 0);
  }

  state(): PoolState {
    const { upToDate, role, probing, redial, watch } = this;
    return stateOf({ upToDate, role, probing, redial, watch });
  }

  /** What speaks for and against working here. */
  choice(nowMs: number): EndpointChoice {
    return { poolNo: this.pool.no, usable: this.usable, pending: this.pending, ...this.watch.choice(nowMs, this.face) };
  }

  /** How long an answer takes, in milliseconds: nearly the slowest to shares (infinite where they stay away), or that of the handshake where there were none; null before. */
  get latencyMs(): number | null {
    const face = this.face;
    return face === null || !face.ready ? null : (face.pending.answerMs(0.95) ?? face.handshakeMs);
  }

  /** Rigs leave it, or may not come, because of this. */
  eject(fault: PoolFault): void {
    this.watch.take(fault, this.deps.now());
    this.reason = fault.text;
    this.noteState();
  }

  warnings(nowMs: number): string[] {
    const { face } = this;
    return [...this.warned, ...(face === null ? [] : [...face.warnings, ...this.watch.warnings(nowMs, face)])];
  }

  /** Those who have had no job of a live pool for so long, because there is no seat for them. */
  stranded(nowMs: number, afterMs: number): Hand[] {
    return [...this.waiting].filter(([hand, sinceMs]) => hand.board === null && nowMs - sinceMs >= afterMs).map(([hand]) => hand);
  }

  setRole(role: "active" | "warm" | "off"): void {
    if (this.role === role) return;
    this.role = role;
    if (role !== "off") this.keepOpen(this.deps.now());
    this.noteState();
  }

  /** Rigs to work here from now on. Each gets a job at once where there is a seat; the others keep what they have until there is one. */
  adopt(hands: readonly Hand[]): void {
    let left: readonly Hand[] = hands;
    if (this.perRig) left = left.filter((hand) => !this.adoptAlone(hand));
    else {
      for (const link of this.links) {
        if (left.length === 0) break;
        if (!takesRigs(link, this.links)) continue;
        this.introduceAll(link, left);
        left = link.board.adopt(left);
      }
    }
    for (const hand of hands) this.waiting.delete(hand);
    for (const hand of left) this.wait(hand);
    this.deps.seated(hands.filter((hand) => !this.waiting.has(hand)));
    if (left.length > 0) this.keepOpen(this.deps.now());
  }

  private wait(hand: Hand): void {
    if (!this.waiting.has(hand)) this.waiting.set(hand, this.deps.now());
  }

  forget(hand: Hand): void {
    this.waiting.delete(hand);
  }

  /** New address, account or mode: a new session is opened and takes the rigs over when it holds a job; the old one stays for late shares. False where that is all as before. */
  reconfigure(pool: Pool): boolean {
    const before = this.pool;
    this.pool = pool;
    if (sameAccount(before, pool)) return false;
    this.retireAll();
    this.redial.reset();
    this.watch.beginElsewhere();
    this.reason = "";
    this.warned.clear();
    this.fixedRepeats = false;
    this.keepOpen(this.deps.now());
    this.noteState();
    return true;
  }

  private retireAll(): void {
    for (const link of this.links) if (link.retiringSinceMs === 0) link.retiringSinceMs = this.deps.now();
  }

  tick(nowMs: number): void {
    const silentMsMax = this.watch.gaps.deadAfterMs();
    for (const link of [...this.links]) {
      link.session.silentMsMax = silentMsMax;
      link.session.tick(nowMs);
      this.letGo(link, nowMs);
      if (link.session.ready && link.board.size > 0 && nowMs - link.board.lastIssueAtMs > limits.jobEveryMsMax) link.board.repeat();
    }
    this.noteHeld(nowMs);
    this.judge(nowMs);
    if (this.role !== "off") this.keepOpen(nowMs);
    this.noteState();
  }

  /** It has held for as long as a handshake may take: the next failure is a first one. */
  private noteHeld(nowMs: number): void {
    const held = this.links.filter(({ session }) => session.ready && nowMs - session.readyAtMs > limits.handshakeMsMax);
    if (held.length > 0) this.redial.good(nowMs);
    if (held.some(isToStay)) this.redial.attempts = 0;
  }

  /** Looks for what is wrong with it. A pool at fault that nobody works for is logged into anew, to see whether it is well again. */
  private judge(nowMs: number): void {
    const session = this.face;
    if (session === null || !session.ready) return;
    const fault = this.watch.look(nowMs, session, this.links);
    if (fault !== null) this.reason = fault.text;
    const leaves = fault !== null && fault.kind !== "stale" && this.role !== "active" && this.rigs === 0;
    if (!leaves || this.probing) return;
    this.probing = true;
    this.retireAll();
    this.redial.later(nowMs);
  }

  close(): void {
    this.role = "off";
    for (const link of [...this.links]) link.session.end();
  }

  private letGo(link: Link, nowMs: number): void {
    // Work for an account that was taken back ends soon, whether the new one can be used or not.
    if (link.retiringSinceMs !== 0 && link.board.size > 0 && nowMs - link.retiringSinceMs > limits.retireMsMax) this.dismiss(link);
    const shared = link.retiringSinceMs === 0 && this.role !== "off" && link.only === null;
    const needed = link.board.size > 0 || shared || (link.only !== null && this.waiting.has(link.only));
    if (needed) link.emptySinceMs = 0;
    else if (link.emptySinceMs === 0) link.emptySinceMs = nowMs;
    else if (nowMs - link.emptySinceMs > limits.lingerMs) link.session.end();
  }

  /** Its rigs get no more jobs of it; late shares are still taken while it lingers. */
  private dismiss(link: Link): void {
    const hands = link.board.clear();
    for (const hand of hands) this.wait(hand);
    this.deps.homeless(hands);
  }

  private keepOpen(nowMs: number): void {
    const shared = this.links.filter((link) => isToStay(link) && link.only === null).length;
    for (let count = shared; count < this.sharedWanted() && nowMs >= this.redial.atMs; count++) {
      if (!this.deps.mayDial()) return;
      this.dial(null);
      if (this.redial.attempts > 0) return;
    }
    if (!this.perRig || !this.usable) return;
    for (const hand of this.waiting.keys()) {
      if (this.links.some((link) => link.only === hand && isToStay(link))) continue;
      if (nowMs < this.redial.atMs || !this.deps.mayDial()) return;
      this.dial(hand);
    }
  }

  private sharedWanted(): number {
    if (this.perRig || this.fixedRepeats) return 1;
    const face = this.face;
    // Only a pool that leaves no room for a prefix needs more than one.
    if (face === null || !face.ready) return 1;
    const ready = () => this.links.filter(isUpToDate).length;
    const wanted = Math.max(1, isFilled(face.free, this) ? this.sessionsWanted(face.free) : 1, isCrowded(face.free, this) ? ready() + 1 : 1);
    return Math.min(wanted, limits.sessionsPerUpstreamMax);
  }

  private adoptAlone(hand: Hand): boolean {
    const own = this.links.find((link) => link.only === hand && isToStay(link) && link.session.ready);
    return own !== undefined && own.board.adopt([hand]).length === 0;
  }

  private introduceAll(link: Link, hands: readonly Hand[]): void {
    if (!this.pool.username.includes("{rig}")) return;
    for (const hand of hands) link.session.introduce(link.session.nameFor(hand.rigName));
  }

  private dial(only: Hand | null): void {
    const { pool, deps } = this;
    let link: Link | null = null;
    const events: PoolSessionEvents = {
      step: () => {},
      ready: (opened) => this.onReady(opened, only),
      job: (_session, job) => this.onJob(link, job),
      closed: (opened, reason) => this.onClosed(opened, reason),
      leaving: (_session, waitS) => this.replace(link, waitS),
      nameRefused: (_session, name, text) => deps.nameRefused(this, name, text),
      settle: (share, answer, late) => {
        deps.settle(share, answer, late);
        if (this.watch.noteAnswer(answer, late)) this.onRefusal();
      },
    };
    const { contractNo } = this;
    const address = poolAddress(pool, { contractNo, rigName: only?.rigName ?? null, configure: !this.redial.skipConfigure, agent: deps.agent });
    const session = new PoolSession(address, events, deps.now);
    const board = new JobBoard((work) => deps.bookOf(pool.host, pool.port, work), deps.now);
    link = { session, board, only, retiringSinceMs: 0, leaving: false, emptySinceMs: 0 };
    this.links = [...this.links, link];
  }

  private onReady(session: PoolSession, only: Hand | null): void {
    const link = this.links.find((candidate) => candidate.session === session);
    if (link === undefined || session.current === null) return;
    this.watch.noteJob(link.session, this.deps.now());
    link.board.post(session.current);
    this.redial.succeeded();
    for (const old of this.links) if (old.leaving && old.only === only && old.retiringSinceMs === 0) old.retiringSinceMs = this.deps.now();
    if (this.watch.fault === null || this.probing) this.beginAnew();
    if (only === null && this.repeatsFixed(link)) {
      this.fixedRepeats = true;
      this.warned.add(
        "gives every session the same extranonce1 and leaves no room beside it, so only as many rigs as there are extranonce1 values can work here",
      );
      session.end();
      return;
    }
    this.watch.well(this.deps.now());
    this.adopt([...this.waiting.keys()]);
    for (const old of this.links) if (old.retiringSinceMs !== 0) this.adopt(old.board.hands());
    this.deps.changed();
    this.noteState();
  }

  private beginAnew(): void {
    if (this.probing) this.watch.begin();
    this.probing = false;
    this.reason = "";
  }

  private onRefusal(): void {
    const fault = this.watch.refusal();
    if (fault === null) return;
    this.eject(fault);
    this.deps.changed();
  }

  private repeatsFixed(link: Link): boolean {
    const { free } = link.session;
    // With room to spare they share the ground as if they were one.
    if (!isFilled(free, this) && !isCrowded(free, this)) return false;
    return hasTwin(link, this.links);
  }

  private onJob(link: Link | null, job: PoolJob): void {
    if (link === null || link.board.current === job) return;
    this.watch.noteJob(link.session, this.deps.now());
    for (const hand of link.board.post(job)) this.wait(hand);
    if (this.waiting.size > 0) this.adopt([...this.waiting.keys()]);
  }

  private onClosed(session: PoolSession, reason: PoolCloseReason): void {
    const link = this.links.find((candidate) => candidate.session === session);
    if (link === undefined) return;
    this.links = this.links.filter((candidate) => candidate !== link);
    if (reason.kind !== "ended") this.noteFailure(link, reason);
    if (!this.usable) this.watch.lost();
    const hands = link.board.clear();
    if (this.usable && hands.length > 0 && reason.kind !== "ended") this.adopt(hands);
    this.noteState();
    this.deps.changed();
    const homeless = hands.filter((hand) => hand.board === null);
    if (homeless.length > 0) this.deps.homeless(homeless);
  }

  /** The pool wants us anew, mostly at another machine of its own: the new session takes the rigs over when it holds a job, as after an edit. */
  private replace(link: Link | null, waitS: number): void {
    if (link === null || !isToStay(link)) return;
    const nowMs = this.deps.now();
    link.leaving = true;
    if (link.only !== null) this.wait(link.only);
    this.redial.notBefore(nowMs + Math.min(waitS * 1000, limits.retireMsMax / 2));
    if (this.role !== "off") this.keepOpen(nowMs);
  }

  private noteFailure({ session, retiringSinceMs }: Link, reason: PoolCloseReason): void {
    // What was let go anyway says nothing of those that replace it.
    if (retiringSinceMs !== 0 && this.upToDate) return;
    const nowMs = this.deps.now();
    this.reason = reason.text;
    this.redial.failed(session, reason, nowMs);
    // Thrown out again right after the login: still the failure before.
    const isOld = nowMs - session.readyAtMs <= limits.handshakeMsMax && this.watch.failures.count(nowMs) > 0;
    if (session.readyAtMs !== 0 && !this.usable && !isOld) this.watch.failures.note(nowMs);
  }

  private noteState(): void {
    const state = this.state();
    if (state === this.lastState) return;
    this.lastState = state;
    this.stateSinceMs = this.deps.now();
    if (state === "live" || state === "warm" || state === "unused") this.reason = this.watch.fault?.text ?? "";
    else if (state === "failing") this.reason ||= this.redial.lastClose?.text ?? "";
    this.deps.changed();
  }
}
