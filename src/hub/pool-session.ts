import { readConfigureResult, writeConfigure } from "../stratum/v1/configure.ts";
import { type Fault, writeResult } from "../stratum/v1/envelope.ts";
import { LineCutter } from "../stratum/v1/lines.ts";
import { type Notify, workOfNotify } from "../stratum/v1/notify.ts";
import { type PoolMessage, type Reconnect, readPoolMessage, readSubscribeResult, type Subscription } from "../stratum/v1/pool-messages.ts";
import { idOf, type Response, readAcceptedId } from "../stratum/v1/response.ts";
import { writeAuthorize, writeSubscribe } from "../stratum/v1/rig-messages.ts";
import type { AlgorithmName } from "../work/algorithm.ts";
import { DuplicateSet } from "../work/duplicate-set.ts";
import { prepareWork } from "../work/prepared-work.ts";
import type { HubJob, JobOrigin, PoolJob, SubmittedShare, Tip } from "./hub-job.ts";
import { limits } from "./limits.ts";
import { GatheringWriter } from "./line-writer.ts";
import { isTlsRecord } from "./network-words.ts";
import { PendingSubmits, type SettleShare } from "./pending-submits.ts";
import { dialPool, type PoolSocket } from "./pool-dial.ts";
import { PoolNames } from "./pool-names.ts";

export type PoolAddress = {
  poolNo: number;
  contractNo: number;
  host: string;
  port: number;
  tls: boolean;
  username: string;
  password: string;
  algorithm: AlgorithmName;
  /** Some pools hang up on `mining.configure`; then it is left out. */
  configure: boolean;
  /** One rig alone works here, at the pool's own difficulty. */
  passDifficulty: boolean;
  agent: string;
};

export type PoolCloseReason = { kind: "network" | "silent" | "refused" | "unfit" | "protocol" | "ended"; text: string };

/** What a session tells its owner; it knows neither rigs nor other sessions. */
export type PoolSessionEvents = {
  step: (session: PoolSession, step: "connect" | "subscribe" | "authorize" | "first_job", text: string) => void;
  /** Subscribed, authorized and holding a job: usable from now on. Fires once, before its `job`. */
  ready: (session: PoolSession) => void;
  job: (session: PoolSession, job: PoolJob) => void;
  closed: (session: PoolSession, reason: PoolCloseReason) => void;
  /** The pool asks us to come anew in so many seconds; until it hangs up this session is as good as before. */
  leaving: (session: PoolSession, waitS: number) => void;
  /** The pool refused one of the names that work is sent under. */
  nameRefused: (session: PoolSession, name: string, text: string) => void;
  settle: SettleShare;
};

type Phase = "connecting" | "configuring" | "subscribing" | "authorizing" | "open" | "closed";

const configureId = 1;
const subscribeId = 2;
const authorizeId = 3;
/** Far above the ids of anything else that is asked on a session. */
const firstSubmitId = 2 ** 20;

/** One connection to one pool account, from the dial to the last late verdict. Times are milliseconds since 1970. */
export class PoolSession implements JobOrigin {
  readonly address: PoolAddress;
  readonly poolNo: number;
  readonly contractNo: number;
  readonly passDifficulty: boolean;
  readonly duplicates = new DuplicateSet();
  readonly openedAtMs: number;
  readonly pending: PendingSubmits;
  phase: Phase = "connecting";
  closedAtMs = 0;
  ready = false;
  readyAtMs = 0;
  fixed: Uint8Array = new Uint8Array(0);
  /** The pool's extranonce2 size in bytes; 0 until subscribed. */
  free = 0;
  versionMask = 0;
  difficulty = 0;
  current: PoolJob | null = null;
  lastLineAtMs: number;
  lastJobAtMs = 0;
  /** The block that its work builds on, in hex; empty before the first job. */
  prevHashHex = "";
  /** Jobs that came since the login. */
  jobs = 0;
  /** What the answer to mining.subscribe took, in milliseconds; 0 before it. */
  handshakeMs = 0;
  /** It is dead after so long without a line; who owns it learns what is usual for this pool. */
  silentMsMax: number = limits.poolSilentMsMax;
  /** Said on the pool's page, such as a certificate that nobody vouches for. */
  readonly warnings = new Set<string>();
  private readonly events: PoolSessionEvents;
  private readonly cutter = new LineCutter(limits.poolLineBytesMax);
  private writer: GatheringWriter | null = null;
  private socket: PoolSocket | null = null;
  private phaseSinceMs: number;
  private tip: Tip = { superseded: false };
  private readonly names: PoolNames;
  private subscribeRetried = false;
  /** A job that came before the subscribe answer, which it needs to make sense. */
  private earlyNotify: Notify | null = null;
  /** It ended while it waited for the answer to mining.configure. */
  hungUpOnConfigure = false;
  private readonly now: () => number;

  constructor(address: PoolAddress, events: PoolSessionEvents, now: () => number) {
    this.address = address;
    this.poolNo = address.poolNo;
    this.contractNo = address.contractNo;
    this.passDifficulty = address.passDifficulty;
    this.events = events;
    this.now = now;
    this.openedAtMs = now();
    this.phaseSinceMs = this.openedAtMs;
    this.lastLineAtMs = this.openedAtMs;
    this.names = new PoolNames(address.username, this.warnings);
    this.pending = new PendingSubmits(firstSubmitId, this.settle);
    this.dial();
  }

  /** The name a rig's shares go up under. */
  nameFor(rigName: string): string {
    return this.names.of(rigName);
  }

  /** Makes sure the pool knows the name before its first submit; TCP keeps the order. */
  introduce(name: string): void {
    if (this.writer === null) return;
    const unknown = this.names.introduction(name);
    if (unknown !== null) this.writer.queue(writeAuthorize(unknown.id, name, this.address.password));
  }

  submit(share: SubmittedShare, job: HubJob): boolean {
    share.forwardedAtMs = share.atMs;
    return this.forward(share, job, share.atMs);
  }

  private forward(share: SubmittedShare, job: HubJob, nowMs: number): boolean {
    if (this.closedAtMs !== 0 || this.writer === null || this.pending.size >= limits.pendingSubmitsMax) return false;
    this.introduce(share.upstreamName);
    this.pending.add(share, job, this.versionMask);
    this.writer.gather(this.pending.takeLines, nowMs);
    return true;
  }

  /** A share that the pool refuses for its name goes up again under the name of the login, unless its rig has heard of it already. */
  private readonly settle: SettleShare = (share, answer, late) => {
    const blamesName = answer.poolVerdict === "rejected" && this.names.blames(share.upstreamName, answer);
    if (!blamesName || late || !this.submitAsLogin(share)) this.events.settle(share, answer, late);
  };

  /** Its rig waits no longer than for any other: the time counts from the first forwarding. */
  private submitAsLogin(share: SubmittedShare): boolean {
    const name = share.upstreamName;
    if (share.job === null) return false;
    share.upstreamName = this.names.login;
    if (this.forward(share, share.job, this.now())) return true;
    share.upstreamName = name;
    return false;
  }

  /** Deadlines of the handshake, of silence, and of unanswered submits; called a few times a second. */
  tick(nowMs: number): void {
    this.pending.expire(nowMs);
    if (this.closedAtMs !== 0) return;
    const inPhaseMs = nowMs - this.phaseSinceMs;
    if (this.phase === "connecting" && inPhaseMs > limits.connectMsMax) this.close("network", this.unconnectedWords());
    else if (this.phase === "configuring" && inPhaseMs > limits.configureMsMax) this.startSubscribe();
    else if (!this.ready && nowMs - this.openedAtMs > limits.connectMsMax + limits.handshakeMsMax)
      this.close("network", `no complete login within ${(limits.connectMsMax + limits.handshakeMsMax) / 1000} s`);
    else if (this.ready && nowMs - this.lastLineAtMs > this.silentMsMax) this.close("silent", `silent for ${Math.round(this.silentMsMax / 1000)} s`);
    else if (this.ready && nowMs - this.lastJobAtMs > limits.poolJoblessMsMax)
      this.close("silent", `no new job for ${limits.poolJoblessMsMax / 60_000} minutes`);
    else if (this.writer !== null && this.writer.unsentForMs(nowMs) > limits.unsentMsMax) this.close("network", "the pool does not read");
  }

  end(): void {
    this.close("ended", "no longer needed");
  }

  private dial(): void {
    dialPool(this.address, {
      open: (socket) => {
        if (this.closedAtMs !== 0) return false;
        this.socket = socket;
        this.writer = new GatheringWriter(socket, limits.unsentPoolBytesMax);
        return true;
      },
      ready: (warning) => {
        if (warning !== null) this.warnings.add(warning);
        this.connected();
      },
      data: (bytes) => this.receive(bytes),
      drain: () => this.writer?.drain(),
      failed: (text) => this.close("network", text),
    });
  }

  private connected(): void {
    if (this.phase !== "connecting") return;
    this.events.step(this, "connect", "");
    if (this.address.algorithm === "sha256d" && this.address.configure) {
      this.enter("configuring");
      this.writer?.queue(writeConfigure(configureId, limits.versionMask));
    } else this.startSubscribe();
  }

  private unconnectedWords(): string {
    const within = `within ${limits.connectMsMax / 1000} s`;
    // A pool that speaks plainly takes our greeting for a line that has not ended yet.
    return this.socket === null ? `no connection ${within}` : `no TLS handshake ${within}: this port may be for stratum+tcp, not stratum+ssl`;
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.phaseSinceMs = this.now();
  }

  private startSubscribe(): void {
    this.enter("subscribing");
    this.writer?.queue(writeSubscribe(subscribeId, this.address.agent));
  }

  private receive(bytes: Buffer): void {
    if (this.closedAtMs !== 0) return;
    this.lastLineAtMs = this.now();
    if (this.phase !== "open" && isTlsRecord(bytes)) {
      this.close("protocol", "the pool speaks TLS on this port: its URL must begin with stratum+ssl");
      return;
    }
    const whole = this.cutter.push(bytes, this.onLine);
    if (!whole) this.close("protocol", `sent a line of over ${limits.poolLineBytesMax} bytes`);
  }

  private readonly onLine = (bytes: Buffer, start: number, end: number): void => {
    if (this.closedAtMs !== 0) return;
    // Most lines say yes to a submit: those make no garbage.
    const acceptedId = readAcceptedId(bytes, start, end);
    if (acceptedId >= firstSubmitId) this.pending.accept(acceptedId, this.lastLineAtMs);
    else this.handle(readPoolMessage(bytes, start, end));
  };

  /** The one switch on what a pool says. */
  private handle(message: PoolMessage | Fault): void {
    switch (message.kind) {
      case "response":
        this.onResponse(message);
        return;
      case "notify":
        this.onNotify(message);
        return;
      case "set-difficulty":
        this.difficulty = message.difficulty;
        return;
      case "set-extranonce":
        this.takeLayout(message);
        return;
      case "set-version-mask":
        this.versionMask = (message.versionMask & limits.versionMask) >>> 0;
        return;
      case "get-version":
      case "ping":
        this.writer?.queue(writeResult(message.id, message.kind === "ping" ? "pong" : this.address.agent));
        return;
      case "reconnect":
        this.onReconnect(message);
        return;
      case "fault":
        if (message.fatal) this.close("protocol", message.reason);
        else this.warnings.add(message.reason);
        return;
      default:
        return;
    }
  }

  /** Only its own host may send us elsewhere: a hijacked connection must not redirect work. */
  private onReconnect({ host, waitS }: Reconnect): void {
    if (host !== null && host !== this.address.host) this.warnings.add("the pool asked to reconnect to another host; not followed");
    else if (this.ready && this.now() - this.readyAtMs > limits.handshakeMsMax) this.events.leaving(this, waitS);
    // One that sends us away right after the login is not to have us go round.
    else this.close("network", "the pool asked to reconnect");
  }

  private onResponse(message: Response): void {
    const id = idOf(message);
    if (id > authorizeId) {
      const named = this.names.answer(id, message);
      if (named === null) this.pending.answer(id, message, this.now());
      else if (named.refused !== null) this.events.nameRefused(this, named.refused, message.error?.text ?? "refused");
    } else if (id === configureId && this.phase === "configuring") this.onConfigured(message);
    else if (id === subscribeId && this.phase === "subscribing") this.onSubscribed(message);
    else if (id === authorizeId && this.phase === "authorizing") this.onAuthorized(message);
  }

  private onConfigured(message: Response): void {
    const granted = readConfigureResult(message.result, limits.versionMask);
    this.versionMask = "kind" in granted ? 0 : granted.versionMask;
    this.startSubscribe();
  }

  private onSubscribed(message: Response): void {
    if (message.error !== null && !this.subscribeRetried) {
      // cgminer does the same: pools that choke on an agent string take an empty list.
      this.subscribeRetried = true;
      this.writer?.queue(writeSubscribe(subscribeId, null));
      return;
    }
    const subscription = readSubscribeResult(message.result);
    if ("kind" in subscription) {
      this.close("protocol", message.error === null ? subscription.reason : `refused to subscribe: ${message.error.text || "no reason given"}`);
      return;
    }
    if (!this.takeLayout(subscription)) return;
    this.handshakeMs = this.now() - this.phaseSinceMs;
    this.events.step(this, "subscribe", `extranonce2 of ${this.free} bytes`);
    if (this.earlyNotify !== null) this.onNotify(this.earlyNotify);
    this.enter("authorizing");
    this.writer?.queue(writeAuthorize(authorizeId, this.names.login, this.address.password));
  }

  /** For the jobs from now on; false where rigs cannot share what it leaves. */
  private takeLayout({ extranonce1, extranonce2Bytes }: Pick<Subscription, "extranonce1" | "extranonce2Bytes">): boolean {
    this.fixed = extranonce1;
    this.free = extranonce2Bytes;
    if (this.free >= limits.freeBytesMin) return true;
    this.close("unfit", `gives ${this.free} bytes of extranonce2, and rigs behind a hub need at least ${limits.freeBytesMin}`);
    return false;
  }

  private onAuthorized(message: Response): void {
    if (!message.accepted) {
      this.close("refused", `refused to authorize: ${message.error?.text ?? "no reason given"}`);
      return;
    }
    this.enter("open");
    this.events.step(this, "authorize", "");
    if (this.current !== null) this.becomeReady();
  }

  private becomeReady(): void {
    this.ready = true;
    this.readyAtMs = this.now();
    this.events.step(this, "first_job", `difficulty ${this.difficulty}`);
    this.events.ready(this);
  }

  private onNotify(notify: Notify): void {
    if (this.free === 0) {
      this.earlyNotify = notify;
      return;
    }
    if (this.difficulty === 0) this.difficulty = 1;
    const work = workOfNotify(notify, {
      algorithm: this.address.algorithm,
      fixed: this.fixed,
      free: this.free,
      versionMask: this.versionMask,
      difficulty: this.difficulty,
    });
    const before = this.current;
    if (before === null || Buffer.compare(before.work.prevHash, work.prevHash) !== 0) {
      this.tip.superseded = true;
      this.tip = { superseded: false };
      this.prevHashHex = Buffer.from(work.prevHash).toString("hex");
      this.duplicates.clear();
    }
    const job: PoolJob = { origin: this, work, prepared: prepareWork(work), tip: this.tip };
    this.current = job;
    this.lastJobAtMs = this.now();
    this.jobs++;
    if (!this.ready && this.phase === "open") this.becomeReady();
    if (this.ready) this.events.job(this, job);
  }

  private close(kind: PoolCloseReason["kind"], text: string): void {
    if (this.closedAtMs !== 0) return;
    this.closedAtMs = this.now();
    const phase = this.phase;
    this.phase = "closed";
    this.hungUpOnConfigure = kind === "network" && phase === "configuring";
    this.writer?.close();
    this.socket?.terminate();
    this.pending.abandon();
    this.events.closed(this, { kind, text: phase === "open" || kind !== "network" ? text : `${text} (while ${phase})` });
  }
}
