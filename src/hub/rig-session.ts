import type { RigSessionFact } from "../health/facts.ts";
import type { Destination } from "../schedule/move.ts";
import { type Configure, writeConfigureResult } from "../stratum/v1/configure.ts";
import { type Fault, type JsonId, writeError, writeResult } from "../stratum/v1/envelope.ts";
import { errorCodes, errorTexts } from "../stratum/v1/error-codes.ts";
import { type Firmware, firmwareOf } from "../stratum/v1/firmware.ts";
import { LineCutter } from "../stratum/v1/lines.ts";
import { writeReconnect, writeSetDifficulty, writeSetExtranonce, writeSetVersionMask, writeSubscribeResult } from "../stratum/v1/pool-messages.ts";
import { type Authorize, type RigMessage, readRigMessage, type Subscribe } from "../stratum/v1/rig-messages.ts";
import { passwordHints, rigNameOf } from "../stratum/v1/worker-names.ts";
import { encodeX, type Layout, type Slot, writeX } from "../work/extranonce.ts";
import { createVardiff, restartWindow, retarget, startDifficulty, type VardiffState } from "../work/vardiff.ts";
import { rollableMask } from "../work/version-rolling.ts";
import type { HubJob } from "./hub-job.ts";
import type { JobBoard } from "./job-board.ts";
import { limits } from "./limits.ts";
import type { LineWriter } from "./line-writer.ts";
import { onSubmit } from "./on-submit.ts";
import type { RosterRig } from "./roster.ts";
import type { RigFloor } from "./rig-floor.ts";
import type { Answerable } from "./submitted-share.ts";
import type { Worker } from "./switchboard.ts";

/** The port a rig came in on. */
export type Port = { listenerId: string; fleetNo: number; enrol: boolean; layout: Layout };

/**
 * One rig's connection, from its first byte to its last: what it said, what it holds, what it hears.
 * The handshake is answered strictly in the order it was asked; while an enrolment is being written, what comes after it waits.
 */
export class RigSession implements Worker, Answerable {
  readonly no: number;
  readonly port: Port;
  readonly writer: LineWriter;
  readonly openedAtMs: number;
  address: string;
  closed = false;
  lastLineAtMs: number;
  agent = "";
  firmware: Firmware;
  layout: Layout;
  slot: Slot | null = null;
  xHex = "";
  worker = "";
  rig: RosterRig | null = null;
  /** Further workers of the same connection, by the string they log in with. */
  others: Map<string, RosterRig> | null = null;
  board: JobBoard | null = null;
  to: Destination | null = null;
  /** The jobs given, newest last, each with its difficulty and the moment it was sent. */
  readonly jobs: HubJob[] = [];
  readonly jobDifficulties: number[] = [];
  readonly jobTimes: number[] = [];
  difficulty = 0;
  previousDifficulty = 0;
  difficultyChangedAtMs = 0;
  vardiff: VardiffState | null = null;
  badSharesInRow = 0;
  /** Since when it has been without any pool to work for; 0 while it has one. */
  joblessSinceMs: number;
  private readonly floor: RigFloor;
  private readonly cutter: LineCutter;
  private versionMask = 0;
  private versionMaskSent = 0;
  private rolls = false;
  private followsExtranonce = false;
  private suggestedDifficulty: number | null = null;
  private hintedDifficulty: number | null = null;
  private waiting: RigMessage[] | null = null;
  private partialSinceMs = 0;
  private leaveAtMs = 0;
  private readonly terminate: () => void;

  constructor(parts: { no: number; port: Port; address: string; writer: LineWriter; floor: RigFloor; terminate: () => void }) {
    this.no = parts.no;
    this.port = parts.port;
    this.address = parts.address;
    this.writer = parts.writer;
    this.floor = parts.floor;
    this.terminate = parts.terminate;
    this.openedAtMs = parts.floor.now();
    this.lastLineAtMs = this.openedAtMs;
    this.joblessSinceMs = this.openedAtMs;
    this.layout = parts.port.layout;
    this.firmware = firmwareOf("");
    this.cutter = new LineCutter(limits.rigLineBytesMax);
  }

  get x(): number {
    return this.slot?.x ?? 0;
  }

  get rigName(): string {
    return this.rig?.name ?? "";
  }

  get servingPoolNo(): number {
    return this.jobs.at(-1)?.poolJob.origin.poolNo ?? 0;
  }

  get servingContractNo(): number {
    return this.jobs.at(-1)?.poolJob.origin.contractNo ?? 0;
  }

  fact(): RigSessionFact {
    return { sessionNo: this.no, address: this.address, agent: this.agent, worker: this.worker, difficulty: this.difficulty, sinceMs: this.openedAtMs, listenerId: this.port.listenerId };
  }

  receive(bytes: Buffer): void {
    if (this.closed) return;
    this.lastLineAtMs = this.floor.now();
    const whole = this.cutter.push(bytes, this.onLine);
    if (this.closed) return;
    const pending = this.cutter.pendingBytes;
    if (pending === 0) this.partialSinceMs = 0;
    else if (this.partialSinceMs === 0) this.partialSinceMs = this.lastLineAtMs;
    if (!whole || (this.rig === null && pending > limits.rigLineBeforeAuthorizeBytesMax)) this.close("sent a line that is too long");
  }

  reply(line: string): void {
    this.writer.queue(line);
  }

  noteRefusal(code: number, text: string): void {
    if (this.rig !== null) this.rig.lastRefusal = { atMs: this.floor.now(), code, text };
  }

  close(reason: string): void {
    if (this.closed) return;
    this.writer.flush();
    this.floor.closing(this, reason);
    this.terminate();
    this.ended();
  }

  /** The socket is gone. */
  ended(): void {
    if (this.closed) return;
    this.closed = true;
    this.cutter.stop();
    this.writer.close();
    this.floor.gone(this);
  }

  /** Deadlines and vardiff; called about once a second. */
  tick(nowMs: number): void {
    const reason = this.overdue(nowMs);
    if (reason !== null) this.close(reason);
    else if (this.board !== null && this.vardiff !== null) this.retune(nowMs);
  }

  /** A new difficulty when the shares ask for one; it comes with the job again, as firmware applies it with the next notify only. */
  retune(nowMs: number): void {
    const job = this.jobs.at(-1);
    if (job === undefined || this.vardiff === null || job.poolJob.origin.passDifficulty) return;
    const before = this.difficulty;
    if (retarget(this.vardiff, this.rules(job, nowMs)) !== null && this.vardiff.difficulty !== before) this.board?.reissue(this, false);
  }

  /** Hub job by id, newest first; -1 when it is not known to this connection any more. */
  findJob(id: string): number {
    for (let at = this.jobs.length - 1; at >= 0; at--) if (this.jobs[at]?.id === id) return at;
    return -1;
  }

  give(job: HubJob, line: Buffer): void {
    const nowMs = this.floor.now();
    const work = job.poolJob.work;
    let before = "";
    const mask = this.rolls ? rollableMask(work.version, this.versionMask & work.versionMask) : 0;
    if (this.rolls && mask !== this.versionMaskSent) {
      this.versionMaskSent = mask;
      before += writeSetVersionMask(mask);
    }
    const difficulty = this.difficultyFor(job, nowMs);
    if (difficulty !== this.difficulty) {
      this.previousDifficulty = this.difficulty;
      this.difficultyChangedAtMs = nowMs;
      this.difficulty = difficulty;
      before += writeSetDifficulty(difficulty);
    }
    this.remember(job, difficulty, nowMs);
    this.joblessSinceMs = 0;
    this.writer.send(before === "" ? line : Buffer.concat([Buffer.from(before), line]));
  }

  /** A pool with less room than the rig's layout needs: a shorter extranonce2 for rigs that follow, a reconnect for the others. */
  refit(free: number): boolean {
    const e2Bytes = free - this.layout.e1Bytes;
    // cgminer takes nothing below 2 bytes.
    if (e2Bytes < 2) return false;
    if (this.followsExtranonce || this.firmware.followsExtranonce) {
      this.layout = { e1Bytes: this.layout.e1Bytes, e2Bytes };
      const x = new Uint8Array(this.layout.e1Bytes);
      writeX(x, 0, this.x, this.layout.e1Bytes);
      this.writer.queue(writeSetExtranonce(x, e2Bytes));
      this.writer.flush();
      return true;
    }
    if (this.leaveAtMs === 0) {
      this.floor.rememberLayout(this, { e1Bytes: this.layout.e1Bytes, e2Bytes });
      this.writer.queue(writeReconnect());
      this.leaveAtMs = this.floor.now() + limits.reconnectMsMax;
    }
    return false;
  }

  private readonly onLine = (bytes: Buffer, start: number, end: number): void => {
    if (!this.closed) this.handle(readRigMessage(bytes, start, end));
  };

  /** The one switch on what a rig says: shares first, as they are nearly all of it; then the handshake, in order. */
  private handle(message: RigMessage | Fault): void {
    if (message.kind === "submit") {
      onSubmit(this, message, this.floor);
      return;
    }
    if (message.kind === "fault") {
      this.onFault(message);
      return;
    }
    if (this.waiting === null) {
      this.onHandshake(message);
      return;
    }
    if (this.waiting.length >= limits.waitingMessagesMax) this.close("sent too much before it was authorized");
    else this.waiting.push(message);
  }

  private onHandshake(message: Exclude<RigMessage, { kind: "submit" }>): void {
    switch (message.kind) {
      case "configure":
        this.onConfigure(message);
        return;
      case "subscribe":
        this.onSubscribe(message);
        return;
      case "authorize":
        this.onAuthorize(message);
        return;
      case "extranonce-subscribe":
        this.followsExtranonce = true;
        this.reply(writeResult(message.id, true));
        return;
      case "suggest-difficulty":
      case "suggest-target":
        this.onSuggest(message.kind === "suggest-target" ? message.difficulty * this.floor.difficultyScale(this.port.fleetNo) : message.difficulty, message.id);
        return;
      case "ping":
        this.reply(writeResult(message.id, "pong"));
        return;
      case "get-transactions":
      case "multi-version":
      case "unknown":
        if (message.id !== null) this.reply(writeError(message.id, errorCodes.other, errorTexts.unsupportedMethod));
        return;
      default:
        return;
    }
  }

  private onFault(fault: Fault): void {
    if (fault.fatal) {
      this.close(fault.reason);
      return;
    }
    this.noteRefusal(errorCodes.other, fault.reason);
    this.reply(writeError(fault.id, errorCodes.other, fault.reason));
    this.noteBad();
  }

  /** Too many bad messages in a row are no bad luck. */
  noteBad(): void {
    this.badSharesInRow++;
    if (this.badSharesInRow >= limits.badSharesInRowMax) this.close(`sent ${limits.badSharesInRowMax} unusable messages in a row`);
  }

  private onConfigure(message: Configure): void {
    if (message.versionMask !== null) {
      this.rolls = true;
      this.versionMask = (message.versionMask & limits.versionMask) >>> 0;
      this.versionMaskSent = this.versionMask;
    }
    if (message.subscribeExtranonce) this.followsExtranonce = true;
    if (message.minimumDifficulty !== null) this.suggestedDifficulty = message.minimumDifficulty;
    this.reply(writeConfigureResult(message, { versionMask: this.versionMask, minimumDifficulty: message.minimumDifficulty !== null, subscribeExtranonce: message.subscribeExtranonce }));
  }

  private onSubscribe(message: Subscribe): void {
    if (this.slot === null) {
      this.agent = message.agent.slice(0, limits.agentLengthMax);
      this.firmware = firmwareOf(this.agent);
      this.layout = this.floor.layoutFor(this);
      this.slot = this.floor.takeSlot(this.layout);
      this.xHex = encodeX(this.slot.x, this.layout.e1Bytes);
    }
    const x = new Uint8Array(this.layout.e1Bytes);
    writeX(x, 0, this.slot.x, this.layout.e1Bytes);
    this.reply(writeSubscribeResult(message.id, { extranonce1: x, extranonce2Bytes: this.layout.e2Bytes, sessionId: this.no.toString(16).padStart(8, "0") }));
    this.start();
  }

  private onSuggest(difficulty: number, id: JsonId): void {
    this.suggestedDifficulty = difficulty;
    if (id !== null) this.reply(writeResult(id, true));
  }

  private onAuthorize(message: Authorize): void {
    const name = rigNameOf(message.user);
    if (name === null) {
      this.refuse(message.id, "the worker name is empty: log in as RIG or ANYTHING.RIG");
      return;
    }
    if (this.rig !== null && (this.others?.size ?? 0) >= limits.workersPerSessionMax) {
      this.refuse(message.id, `more than ${limits.workersPerSessionMax} workers on one connection`);
      return;
    }
    const known = this.floor.roster.find(this.port.fleetNo, name);
    if (known !== null) {
      this.admit(message, known);
      return;
    }
    if (!this.port.enrol) {
      this.refuse(message.id, `no rig named ${name} is known, and rigs do not enrol themselves here`);
      return;
    }
    this.waiting = [];
    const nominalHps = passwordHints(message.password).nominalHps;
    this.floor.roster.enrol({ fleetNo: this.port.fleetNo, name, nominalHps }, (rig) => this.enrolled(message, rig));
  }

  private enrolled(message: Authorize, rig: RosterRig | null): void {
    if (this.closed) return;
    const waiting = this.waiting ?? [];
    this.waiting = null;
    if (rig === null) this.refuse(message.id, "the hub could not enrol this rig; it will try again at the next login");
    else this.admit(message, rig);
    for (const next of waiting) this.resume(next);
  }

  /** What waited for an enrolment; where another login of the connection has to be enrolled in turn, it waits again. */
  private resume(message: RigMessage): void {
    if (this.closed) return;
    if (this.waiting === null) this.handle(message);
    else this.waiting.push(message);
  }

  private refuse(id: JsonId, text: string): void {
    this.floor.refused(this, text);
    this.reply(writeError(id, errorCodes.unauthorized, `${errorTexts.unauthorized}: ${text}`));
  }

  private admit(message: Authorize, rig: RosterRig): void {
    const wrong = this.floor.unfit(this, rig);
    if (wrong !== null) {
      this.refuse(message.id, wrong);
      return;
    }
    this.reply(writeResult(message.id, true));
    if (this.rig === rig) return;
    rig.sessions.add(this);
    if (this.rig === null) {
      this.rig = rig;
      this.worker = message.user.slice(0, limits.workerLengthMax);
      this.hintedDifficulty = passwordHints(message.password).difficulty;
      this.floor.admitted(this, rig);
      this.start();
      return;
    }
    this.others ??= new Map();
    this.others.set(message.user, rig);
  }

  /** Known and subscribed: from now on it works. Nothing unasked goes out before. */
  private start(): void {
    if (this.rig === null || this.slot === null || this.to !== null) return;
    this.floor.startWork(this, this.rig);
  }

  private difficultyFor(job: HubJob, nowMs: number): number {
    const upstream = job.poolJob.work.difficulty;
    if (job.poolJob.origin.passDifficulty) return upstream;
    const sharesPerMinute = this.floor.sharesPerMinute(this);
    if (this.vardiff === null) {
      const wish = startDifficulty({
        hintD: this.hintedDifficulty,
        suggested: this.suggestedDifficulty,
        nominalHps: this.rig?.nominalHps ?? null,
        algorithm: job.poolJob.work.algorithm,
        upstream,
        sharesPerMinute,
      });
      this.vardiff = createVardiff(this.whole(wish, upstream), nowMs);
      return this.vardiff.difficulty;
    }
    if (this.servingPoolNo !== job.poolJob.origin.poolNo) restartWindow(this.vardiff, nowMs);
    retarget(this.vardiff, this.rules(job, nowMs));
    return this.vardiff.difficulty;
  }

  private rules(job: HubJob, nowMs: number) {
    const upstream = job.poolJob.work.difficulty;
    return { nowMs, sharesPerMinute: this.floor.sharesPerMinute(this), difficultyMax: upstream, difficultyMin: Math.max(Number.MIN_VALUE, Math.min(upstream, this.firmware.difficultyMin)), integersOnly: !this.firmware.fractionalDifficulty && upstream >= 1 };
  }

  /** Whole numbers for firmware that cuts fractions off, except where the pool itself asks for less than 1. */
  private whole(difficulty: number, upstream: number): number {
    return this.firmware.fractionalDifficulty || upstream < 1 ? difficulty : Math.min(upstream, Math.max(1, Math.round(difficulty)));
  }

  private remember(job: HubJob, difficulty: number, nowMs: number): void {
    const oldestMs = nowMs - limits.jobKeptMsMax;
    let gone = 0;
    while (gone < this.jobs.length && ((this.jobTimes[gone] ?? 0) < oldestMs || this.jobs.length - gone >= limits.jobsPerSessionMax)) gone++;
    if (gone > 0) {
      this.jobs.splice(0, gone);
      this.jobDifficulties.splice(0, gone);
      this.jobTimes.splice(0, gone);
    }
    this.jobs.push(job);
    this.jobDifficulties.push(difficulty);
    this.jobTimes.push(nowMs);
  }

  private overdue(nowMs: number): string | null {
    const ageMs = nowMs - this.openedAtMs;
    if (this.leaveAtMs !== 0 && nowMs > this.leaveAtMs) return "asked to reconnect, for a pool with less room for its extranonce2";
    if (this.slot === null && this.rig === null && ageMs > limits.firstLineMsMax && this.lastLineAtMs === this.openedAtMs) return `silent for its first ${limits.firstLineMsMax / 1000} s`;
    if (this.slot === null && ageMs > limits.subscribeMsMax) return `no mining.subscribe within ${limits.subscribeMsMax / 1000} s`;
    if (this.rig === null && ageMs > limits.authorizeMsMax) return `no accepted mining.authorize within ${limits.authorizeMsMax / 1000} s`;
    if (this.partialSinceMs !== 0 && nowMs - this.partialSinceMs > limits.partialLineMsMax) return "began a line and did not end it";
    if (nowMs - this.lastLineAtMs > limits.idleMsMax) return `silent for ${limits.idleMsMax / 60_000} minutes`;
    if (this.writer.unsentForMs(nowMs) > limits.unsentMsMax) return "does not read what it is sent";
    if (this.rig !== null && this.board === null) {
      // From the moment its pool was lost, not from when this clock saw it.
      if (this.joblessSinceMs === 0) this.joblessSinceMs = this.jobs.at(-1)?.poolJob.origin.closedAtMs || nowMs;
      if (nowMs - this.joblessSinceMs > limits.joblessMsMax) return "no pool to work for: its own backup pool may take over";
    }
    return null;
  }
}
