import type { Destination } from "../schedule/move.ts";
import { type Configure, writeConfigureResult } from "../stratum/v1/configure.ts";
import { type Fault, type JsonId, writeError, writeResult } from "../stratum/v1/envelope.ts";
import { errorCodes, errorTexts } from "../stratum/v1/error-codes.ts";
import type { Firmware } from "../stratum/v1/firmware.ts";
import { writeReconnect, writeSetDifficulty, writeSetExtranonce, writeSubscribeResult } from "../stratum/v1/pool-messages.ts";
import { type RigMessage, readRigMessage, type Subscribe } from "../stratum/v1/rig-messages.ts";
import { encodeX, type Layout, type Slot } from "../work/extranonce.ts";
import { GivenJobs } from "./given-jobs.ts";
import type { HubJob } from "./hub-job.ts";
import type { Block, JobBoard } from "./job-board.ts";
import { knownFirmware } from "./known-firmware.ts";
import { limits } from "./limits.ts";
import type { LineWriter } from "./line-writer.ts";
import { type Entrant, onAuthorize } from "./on-authorize.ts";
import { onMalformedSubmit, onSubmit, type Submitter } from "./on-submit.ts";
import { overdue, type RigMoments } from "./rig-deadlines.ts";
import { RigDifficulty, type RigTerms } from "./rig-difficulty.ts";
import { excuse, expose } from "./rig-exposure.ts";
import type { Caller, Port, RigFloor } from "./rig-floor.ts";
import type { BegunLine, IntakeOwner } from "./rig-intake.ts";
import { RigMask } from "./rig-mask.ts";
import type { RosterRig } from "./roster.ts";

/**
 * One rig's connection, from its first byte to its last: what it said, what it holds, what it hears.
 * The handshake is answered strictly in the order it was asked; while an enrolment is being written, what comes after it waits.
 */
export class RigSession implements Submitter, Entrant, Caller, IntakeOwner, RigMoments, RigTerms {
  readonly no: number;
  readonly port: Port;
  readonly writer: LineWriter;
  readonly sinceMs: number;
  address: string;
  closed = false;
  /** When it last said something; 0 before. */
  lastLineAtMs = 0;
  begun: BegunLine | null = null;
  laneBytes = 0;
  private kind = knownFirmware("");
  layout: Layout;
  slot: Slot | null = null;
  worker = "";
  rig: RosterRig | null = null;
  /** Further workers, by the string they log in with. */
  others: Map<string, RosterRig> | null = null;
  board: JobBoard | null = null;
  seat: Block | null = null;
  to: Destination | null = null;
  readonly jobs = new GivenJobs();
  readonly tuning = new RigDifficulty();
  badSharesInRow = 0;
  oddShares = 0;
  toldLater = false;
  /** Since when it has been without any pool to work for; 0 while it has one. */
  private unemployedSinceMs: number;
  private readonly floor: RigFloor;
  /** Null until it asks to roll version bits. */
  mask: RigMask | null = null;
  private followsExtranonce = false;
  waiting: (RigMessage | Fault)[] | null = null;
  leaveAtMs = 0;

  constructor(parts: { no: number; port: Port; address: string; writer: LineWriter; floor: RigFloor }) {
    this.no = parts.no;
    this.port = parts.port;
    this.address = parts.address;
    this.writer = parts.writer;
    this.floor = parts.floor;
    this.sinceMs = parts.floor.now();
    this.unemployedSinceMs = this.sinceMs;
    this.layout = parts.port.layout;
  }

  get agent(): string {
    return this.kind.agent;
  }

  get firmware(): Firmware {
    return this.kind.firmware;
  }

  get x(): number {
    return this.slot?.x ?? 0;
  }

  get xHex(): string {
    return this.slot === null ? "" : encodeX(this.slot.x, this.layout.e1Bytes);
  }

  get rigName(): string {
    return this.rig?.name ?? "";
  }

  get servingPoolNo(): number {
    return this.jobs.latest?.poolJob.origin.poolNo ?? 0;
  }

  get servingContractNo(): number {
    return this.jobs.latest?.poolJob.origin.contractNo ?? 0;
  }

  get sessionNo(): number {
    return this.no;
  }

  get difficulty(): number {
    return this.tuning.current;
  }

  get listenerId(): string {
    return this.port.listenerId;
  }

  get nominalHps(): number | null {
    return this.rig?.nominalHps ?? null;
  }

  get sharesPerMinute(): number {
    return this.floor.sharesPerMinute(this);
  }

  get joblessSinceMs(): number {
    return this.authorized && this.board === null ? this.unemployedSinceMs : 0;
  }

  receive(bytes: Buffer): void {
    if (this.closed || !this.floor.taking()) return;
    this.lastLineAtMs = this.floor.now();
    this.floor.intake.receive(this, bytes);
  }

  drain(): void {
    this.writer.drain();
  }

  reply(line: string): void {
    this.writer.queue(line);
  }

  noteRefusal(code: number, text: string, rigNo: number = this.rig?.no ?? 0): void {
    const rig = this.floor.roster.byNo(rigNo);
    if (rig !== null) rig.lastRefusal = { atMs: this.floor.now(), code, text };
  }

  close(reason: string): void {
    if (this.closed) return;
    this.writer.flush();
    this.floor.closing(this, reason);
    this.writer.terminate();
    this.leave();
  }

  /** The socket is gone. */
  ended(): void {
    if (this.closed) return;
    if (this.writer.overflowed) this.floor.closing(this, `does not read what it is sent: over ${limits.unsentBytesMax / 1024} KiB wait for it`);
    this.leave();
  }

  private leave(): void {
    if (this.closed) return;
    this.closed = true;
    this.writer.close();
    this.floor.gone(this);
  }

  /** Deadlines and vardiff; called about once a second. */
  tick(nowMs: number): void {
    this.noteJobless(nowMs);
    const reason = overdue(this, nowMs);
    if (reason !== null) this.close(reason);
    else this.retune(nowMs);
    expose(this, nowMs);
  }

  retune(nowMs: number): void {
    const job = this.jobs.latest;
    if (job !== null && this.board !== null && this.tuning.wantsChange(job, this, nowMs)) this.board.reissue(this, false);
  }

  give(job: HubJob, line: Buffer): void {
    const nowMs = this.floor.now();
    let before = this.mask?.lineFor(job.poolJob.work) ?? "";
    const moves = job.poolJob.origin.poolNo !== this.servingPoolNo;
    const difficulty = this.tuning.choose(job, this, { nowMs, moves });
    if (difficulty !== this.difficulty) {
      this.tuning.sent(difficulty, nowMs);
      before += writeSetDifficulty(difficulty);
    }
    if (moves) {
      // Meanwhile sent to a pool that it fits: it may stay.
      this.leaveAtMs = 0;
      excuse(this, nowMs);
    }
    this.jobs.add(job, difficulty);
    this.unemployedSinceMs = 0;
    expose(this, nowMs);
    this.writer.send(before === "" ? line : Buffer.concat([Buffer.from(before), line]));
  }

  /** Told at once to rigs that follow, for the jobs from now on; the others get it at their next connection, which they are asked for. */
  relayout(layout: Layout): boolean {
    if (layout.e1Bytes === this.layout.e1Bytes && (this.followsExtranonce || this.firmware.followsExtranonce)) {
      this.layout = layout;
      this.toldLater = true;
      this.oddShares = 0;
      this.writer.queue(writeSetExtranonce(Buffer.from(this.xHex, "hex"), layout.e2Bytes));
      this.writer.flush();
      return true;
    }
    this.askBack(layout);
    return false;
  }

  /** It gets this layout at its next connection, which it is asked for. */
  askBack(layout: Layout): void {
    if (this.leaveAtMs !== 0) return;
    this.floor.rememberLayout(this, layout);
    this.writer.queue(writeReconnect());
    this.leaveAtMs = this.floor.now() + limits.reconnectMsMax;
  }

  line(bytes: Buffer, start: number, end: number): void {
    this.handle(readRigMessage(bytes, start, end));
  }

  get working(): boolean {
    return this.jobs.latest !== null;
  }

  get authorized(): boolean {
    return this.rig !== null;
  }

  /** The one switch on what a rig says: shares first, as they are nearly all of it; then the handshake, in order. */
  handle(message: RigMessage | Fault): void {
    if (message.kind === "submit") onSubmit(this, message, this.floor);
    else if (this.waiting === null) this.onHandshake(message);
    else if (this.waiting.length >= limits.waitingMessagesMax) this.close("sent too much before it was authorized");
    else this.waiting.push(message);
  }

  private onHandshake(message: Exclude<RigMessage, { kind: "submit" }> | Fault): void {
    switch (message.kind) {
      case "fault":
        this.onFault(message);
        return;
      case "configure":
        this.onConfigure(message);
        return;
      case "subscribe":
        this.onSubscribe(message);
        return;
      case "authorize":
        onAuthorize(this, message, this.floor);
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
    if (fault.method === "mining.submit") {
      onMalformedSubmit(this, fault, this.floor);
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
    if (message.versionMask !== null) this.mask = new RigMask(message.versionMask);
    if (message.subscribeExtranonce) this.followsExtranonce = true;
    if (message.minimumDifficulty !== null) this.tuning.floorAt(message.minimumDifficulty);
    this.reply(
      writeConfigureResult(message, {
        versionMask: this.mask?.granted ?? 0,
        minimumDifficulty: message.minimumDifficulty !== null,
        subscribeExtranonce: message.subscribeExtranonce,
      }),
    );
    // Of the job that it has already its pool may let it roll fewer.
    const job = this.jobs.latest;
    if (job !== null) this.reply(this.mask?.lineFor(job.poolJob.work) ?? "");
  }

  private onSubscribe(message: Subscribe): void {
    if (this.slot === null) {
      this.kind = knownFirmware(message.agent.slice(0, limits.agentLengthMax));
      this.layout = this.floor.layoutFor(this);
      this.slot = this.floor.takeSlot(this.layout);
    }
    const extranonce1 = Buffer.from(this.xHex, "hex");
    this.reply(writeSubscribeResult(message.id, { extranonce1, extranonce2Bytes: this.layout.e2Bytes, sessionId: this.no.toString(16).padStart(8, "0") }));
    this.start();
  }

  private onSuggest(difficulty: number, id: JsonId): void {
    if (id !== null) this.reply(writeResult(id, true));
    if (this.tuning.suggest(difficulty, this.jobs.latest, this)) this.board?.reissue(this, false);
  }

  /** Known and subscribed: from now on it works. Nothing unasked goes out before. */
  start(): void {
    if (this.rig !== null && this.slot !== null && this.to === null) this.floor.startWork(this, this.rig);
  }

  /** Counted from the moment its pool was lost, not from when this clock saw it. */
  private noteJobless(nowMs: number): void {
    if (this.authorized && this.board === null && this.unemployedSinceMs === 0) this.unemployedSinceMs = this.jobs.latest?.poolJob.origin.closedAtMs || nowMs;
  }
}
