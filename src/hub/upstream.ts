import type { Pool } from "../control/pools.ts";
import type { PoolState } from "../health/facts.ts";
import { fillerBytes, type Layout } from "../work/extranonce.ts";
import type { Work } from "../work/work.ts";
import type { GroundBook } from "./ground-book.ts";
import type { PoolJob } from "./hub-job.ts";
import { type Hand, JobBoard } from "./job-board.ts";
import { limits } from "./limits.ts";
import type { SettleShare } from "./pending-submits.ts";
import { type PoolCloseReason, PoolSession, type PoolSessionEvents } from "./pool-session.ts";

export type UpstreamDeps = {
  now: () => number;
  random: () => number;
  agent: string;
  bookOf: (host: string, port: number, work: Work) => GroundBook;
  /** Whether one more connection may be dialled in this second. */
  mayDial: () => boolean;
  settle: SettleShare;
  /** Something that decides where rigs work has changed. */
  changed: () => void;
  /** These have lost their pool session and hold only their last job. */
  homeless: (hands: Hand[]) => void;
  nameRefused: (upstream: Upstream, name: string, text: string) => void;
};

/** One pool session, the board of those who work on it, and the one rig it is for in `per-rig` mode. */
type Link = {
  session: PoolSession;
  board: JobBoard;
  only: Hand | null /** Since it is of a former configuration; 0 = it is not. */;
  retiringSinceMs: number;
  emptySinceMs: number;
};

/** The sessions of one owner (the house or a contract) at one pool endpoint: as many as its rigs need, opened again when they close. */
export class Upstream {
  readonly contractNo: number;
  pool: Pool;
  /** `active`: rigs work for it; `warm`: kept ready; `off`: let go. */
  role: "active" | "warm" | "off" = "off";
  /** How many sessions a pool without room for a prefix is to have: the largest number of rigs with one extranonce1. */
  sessionsWanted = 1;
  /** The layouts of those rigs, wherever they work now. */
  expected: readonly Layout[] = [];
  usableSinceMs = 0;
  stateSinceMs: number;
  reason = "";
  readonly waiting = new Set<Hand>();
  readonly warnings = new Set<string>();
  private links: Link[] = [];
  private attempts = 0;
  private retryAtMs = 0;
  private lastClose: PoolCloseReason | null = null;
  private lastState: PoolState = "unused";
  private skipConfigure = false;
  private readonly deps: UpstreamDeps;

  constructor(contractNo: number, pool: Pool, deps: UpstreamDeps) {
    this.contractNo = contractNo;
    this.pool = pool;
    this.deps = deps;
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
    return this.links.some((link) => link.session.ready && link.retiringSinceMs === 0);
  }

  /** Its first dial is under way: it has not had time to answer. */
  get pending(): boolean {
    const opened = this.links[0]?.session.openedAtMs;
    return this.attempts === 0 && !this.usable && (opened === undefined ? this.role === "off" : this.deps.now() - opened < limits.firstAnswerMsMax);
  }

  get sessions(): PoolSession[] {
    return this.links.map((link) => link.session);
  }

  /** A session whose figures stand for the endpoint as it is configured now. */
  get face(): PoolSession | null {
    const current = this.links.filter((link) => link.retiringSinceMs === 0);
    return (current.find((link) => link.session.ready) ?? current[0])?.session ?? null;
  }

  get rigs(): number {
    return this.links.reduce((sum, link) => sum + link.board.size, 0);
  }

  state(): PoolState {
    if (this.upToDate) return this.role === "active" ? "live" : "warm";
    if (this.lastClose?.kind === "refused" || this.lastClose?.kind === "unfit") return "misconfigured";
    if (this.role === "off") return "unused";
    return this.attempts > 0 ? "failing" : "connecting";
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
        if (!link.session.ready || (link.retiringSinceMs !== 0 && this.upToDate)) continue;
        this.introduceAll(link, left);
        left = link.board.adopt(left);
      }
    }
    for (const hand of hands) this.waiting.delete(hand);
    for (const hand of left) this.waiting.add(hand);
    if (left.length > 0) this.keepOpen(this.deps.now());
  }

  /** The rig is gone or works elsewhere. */
  forget(hand: Hand): void {
    this.waiting.delete(hand);
  }

  /** New address, account or mode: a new session is opened and takes the rigs over when it holds a job; the old one stays for late shares. */
  reconfigure(pool: Pool): void {
    const before = this.pool;
    this.pool = pool;
    const same =
      before.host === pool.host &&
      before.port === pool.port &&
      before.tls === pool.tls &&
      before.username === pool.username &&
      before.mode === pool.mode &&
      before.algorithm === pool.algorithm &&
      before.password.reveal() === pool.password.reveal();
    if (same) return;
    for (const link of this.links) if (link.retiringSinceMs === 0) link.retiringSinceMs = this.deps.now();
    this.attempts = 0;
    this.retryAtMs = 0;
    this.lastClose = null;
    this.reason = "";
    this.warnings.clear();
    this.fixedRepeats = false;
    this.keepOpen(this.deps.now());
    this.noteState();
  }

  tick(nowMs: number): void {
    for (const link of [...this.links]) {
      link.session.tick(nowMs);
      this.letGo(link, nowMs);
      if (link.session.ready && link.board.size > 0 && nowMs - link.board.lastIssueAtMs > limits.jobEveryMsMax) link.board.repeat();
    }
    // It has held for as long as a handshake may take: the next failure is a first one.
    if (this.links.some(({ session }) => session.ready && nowMs - session.readyAtMs > limits.handshakeMsMax)) this.attempts = 0;
    if (this.role !== "off") this.keepOpen(nowMs);
    this.noteState();
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
    for (const hand of hands) this.waiting.add(hand);
    this.deps.homeless(hands);
  }

  private keepOpen(nowMs: number): void {
    const shared = this.links.filter((link) => link.retiringSinceMs === 0 && link.only === null).length;
    for (let count = shared; count < this.sharedWanted() && nowMs >= this.retryAtMs; count++) {
      if (!this.deps.mayDial()) return;
      this.dial(null);
      if (this.attempts > 0) return;
    }
    if (!this.perRig || !this.usable) return;
    for (const hand of this.waiting) {
      if (this.links.some((link) => link.only === hand && link.retiringSinceMs === 0)) continue;
      if (nowMs < this.retryAtMs || !this.deps.mayDial()) return;
      this.dial(hand);
    }
  }

  private sharedWanted(): number {
    if (this.perRig || this.fixedRepeats) return 1;
    const face = this.face;
    // Only a pool that leaves no room for a prefix needs more than one.
    if (face === null || !face.ready) return 1;
    const ready = this.links.filter((link) => link.session.ready && link.retiringSinceMs === 0).length;
    const wanted = Math.max(1, this.room(face.free) === 0 ? this.sessionsWanted : 1, this.crowded(face.free) ? ready + 1 : 1);
    return Math.min(wanted, limits.sessionsPerUpstreamMax);
  }

  /** The fewest bytes that the pool leaves beside a rig that works, waits or is expected here; null without one that fits. */
  private room(free: number): number | null {
    let least: number | null = null;
    const note = (layout: Layout) => {
      const filler = fillerBytes(free, layout);
      if (filler >= 0 && (least === null || filler < least)) least = filler;
    };
    for (const layout of this.expected) note(layout);
    for (const hand of this.waiting) note(hand.layout);
    for (const { board } of this.links) for (const layout of board.layouts()) note(layout);
    return least;
  }

  /** Rigs wait that fit, so the ground of the sessions there are is others'. */
  private crowded(free: number): boolean {
    for (const hand of this.waiting) if (fillerBytes(free, hand.layout) >= 0) return true;
    return false;
  }

  private fixedRepeats = false;

  private adoptAlone(hand: Hand): boolean {
    const own = this.links.find((link) => link.only === hand && link.retiringSinceMs === 0 && link.session.ready);
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
      nameRefused: (_session, name, text) => deps.nameRefused(this, name, text),
      settle: deps.settle,
    };
    const username = only === null ? pool.username : pool.username.replaceAll("{rig}", only.rigName);
    const session = new PoolSession(
      {
        poolNo: pool.no,
        contractNo: this.contractNo,
        host: pool.host,
        port: pool.port,
        tls: pool.tls,
        username,
        password: pool.password.reveal(),
        algorithm: pool.algorithm,
        configure: !this.skipConfigure,
        passDifficulty: only !== null,
        agent: deps.agent,
      },
      events,
      deps.now,
    );
    link = { session, board: new JobBoard((work) => deps.bookOf(pool.host, pool.port, work), deps.now), only, retiringSinceMs: 0, emptySinceMs: 0 };
    this.links.push(link);
  }

  private onReady(session: PoolSession, only: Hand | null): void {
    const link = this.links.find((candidate) => candidate.session === session);
    if (link === undefined || session.current === null) return;
    link.board.post(session.current);
    this.lastClose = null;
    this.reason = "";
    if (only === null && this.repeatsFixed(link)) {
      this.fixedRepeats = true;
      this.warnings.add(
        "gives every session the same extranonce1 and leaves no room beside it, so only as many rigs as there are extranonce1 values can work here",
      );
      session.end();
      return;
    }
    if (this.usableSinceMs === 0) this.usableSinceMs = this.deps.now();
    this.adopt([...this.waiting]);
    for (const old of this.links) if (old.retiringSinceMs !== 0) this.adopt(old.board.hands());
    this.deps.changed();
    this.noteState();
  }

  private repeatsFixed(link: Link): boolean {
    const { free } = link.session;
    // With room to spare they share the ground as if they were one.
    if (this.room(free) !== 0 && !this.crowded(free)) return false;
    return this.links.some(
      (other) => other !== link && other.session.ready && other.retiringSinceMs === 0 && Buffer.compare(other.session.fixed, link.session.fixed) === 0,
    );
  }

  private onJob(link: Link | null, job: PoolJob): void {
    if (link === null || link.board.current === job) return;
    for (const hand of link.board.post(job)) this.waiting.add(hand);
    if (this.waiting.size > 0) this.adopt([...this.waiting]);
  }

  private onClosed(session: PoolSession, reason: PoolCloseReason): void {
    const link = this.links.find((candidate) => candidate.session === session);
    if (link === undefined) return;
    this.links = this.links.filter((candidate) => candidate !== link);
    if (reason.kind !== "ended") this.noteFailure(session, reason);
    if (!this.usable) this.usableSinceMs = 0;
    const hands = link.board.clear();
    if (this.usable && hands.length > 0 && reason.kind !== "ended") this.adopt(hands);
    this.noteState();
    this.deps.changed();
    const homeless = hands.filter((hand) => hand.board === null);
    if (homeless.length > 0) this.deps.homeless(homeless);
  }

  private noteFailure(session: PoolSession, reason: PoolCloseReason): void {
    this.lastClose = reason;
    this.reason = reason.text;
    // A pool that hangs up on configure is asked without it the next time.
    // Only the next time: it may have been a restart, and version rolling is not given up for good over one.
    this.skipConfigure = session.hungUpOnConfigure;
    const nowMs = this.deps.now();
    // A pool that lets us in and throws us out again is failing as much as one that does not answer.
    const wasReady = session.readyAtMs !== 0 && nowMs - session.readyAtMs > limits.handshakeMsMax;
    this.attempts = wasReady ? 1 : this.attempts + 1;
    // One retry at once, then full jitter (reliability reference 3).
    const ceiling = Math.min(limits.backoffMsMax, limits.backoffMsMin * 2 ** (this.attempts - 1));
    if (reason.kind === "refused") this.retryAtMs = nowMs + limits.misconfiguredRetryMs;
    else this.retryAtMs = wasReady ? nowMs : nowMs + Math.max(50, this.deps.random() * ceiling);
  }

  private noteState(): void {
    const state = this.state();
    if (state === this.lastState) return;
    this.lastState = state;
    this.stateSinceMs = this.deps.now();
    if (state === "live" || state === "warm" || state === "unused") this.reason = "";
    this.deps.changed();
  }
}
