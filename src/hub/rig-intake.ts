import { LineCutter, type OnLine } from "../stratum/v1/lines.ts";
import { HandshakeLane } from "./handshake-lane.ts";
import { limits } from "./limits.ts";

/** A line that a rig has begun and not ended, and since when; milliseconds since 1970. */
export type BegunLine = { readonly cutter: LineCutter; readonly sinceMs: number };

export type IntakeOwner = {
  /** Takes one line; valid only during the call. */
  line: OnLine;
  /** What the rig does is out of bounds; the reason is a sentence's end. */
  close: (reason: string) => void;
  readonly closed: boolean;
  readonly lastLineAtMs: number;
  /** It has had a job: its bytes are shares, and read at once. */
  readonly working: boolean;
  readonly authorized: boolean;
  /** Both are the intake's own to write. */
  begun: BegunLine | null;
  laneBytes: number;
};

/**
 * From rigs' bytes to their lines, with the bounds that they keep. One for all rigs: nearly every chunk ends with a line, and then
 * one cutter serves them all; a rig has its own only in the middle of a line.
 */
export class RigIntake {
  private shared = new LineCutter(limits.rigLineBytesMax);
  private readonly lane: HandshakeLane<IntakeOwner>;
  private reading: IntakeOwner | null = null;
  private lineEnded = false;

  constructor(now: () => number) {
    this.lane = new HandshakeLane((owner, bytes) => this.takeFromLane(owner, bytes), now);
  }

  receive(owner: IntakeOwner, bytes: Buffer): void {
    if (owner.laneBytes === 0 && owner.working) {
      this.read(owner, bytes);
      return;
    }
    owner.laneBytes += bytes.length;
    if (owner.laneBytes > limits.laneBytesMax) owner.close("sent too much before it had work");
    else this.lane.add(owner, bytes);
  }

  private takeFromLane(owner: IntakeOwner, bytes: Buffer): void {
    owner.laneBytes -= bytes.length;
    if (!owner.closed) this.read(owner, bytes);
  }

  private read(owner: IntakeOwner, bytes: Buffer): void {
    const { begun } = owner;
    const cutter = begun?.cutter ?? this.shared;
    this.reading = owner;
    this.lineEnded = false;
    const whole = cutter.push(bytes, this.onLine);
    const pending = cutter.pendingBytes;
    if (cutter === this.shared && (!whole || pending > 0)) this.shared = new LineCutter(limits.rigLineBytesMax);
    if (pending === 0) owner.begun = null;
    // Every ended line starts the clock anew: a busy proxy's chunks may each end in the middle of the next one.
    else if (begun === null || this.lineEnded) owner.begun = { cutter, sinceMs: owner.lastLineAtMs };
    if (!whole || (!owner.authorized && pending > limits.rigLineBeforeAuthorizeBytesMax)) owner.close("sent a line that is too long");
  }

  private readonly onLine: OnLine = (bytes, start, end) => {
    this.lineEnded = true;
    if (this.reading?.closed === false) this.reading.line(bytes, start, end);
  };
}
