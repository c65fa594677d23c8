import { LineCutter, type OnLine } from "../stratum/v1/lines.ts";
import type { HandshakeLane } from "./handshake-lane.ts";
import { limits } from "./limits.ts";

export type IntakeOwner = {
  /** Takes one line; valid only during the call. */
  line: OnLine;
  /** What the rig does is out of bounds; the reason is a sentence's end. */
  close: (reason: string) => void;
  readonly lastLineAtMs: number;
  /** It has had a job: its bytes are shares, and read at once. */
  readonly working: boolean;
  readonly authorized: boolean;
};

/** Bytes are cut one rig at a time, so one function serves all of them; ten thousand closures would be a megabyte. */
let reading: RigIntake | null = null;
const toReading: OnLine = (bytes, start, end) => reading?.line(bytes, start, end);

/** From a rig's bytes to its lines, with the bounds that they keep. */
export class RigIntake {
  /** Since when a line has been begun and not ended; milliseconds since 1970, 0 = none. */
  partialSinceMs = 0;
  private readonly cutter = new LineCutter(limits.rigLineBytesMax);
  private readonly owner: IntakeOwner;
  private readonly lane: HandshakeLane;
  private stopped = false;
  private laneBytes = 0;
  private lineEnded = false;

  constructor(owner: IntakeOwner, lane: HandshakeLane) {
    this.owner = owner;
    this.lane = lane;
  }

  receive(bytes: Buffer): void {
    if (this.laneBytes === 0 && this.owner.working) {
      this.read(bytes);
      return;
    }
    this.laneBytes += bytes.length;
    if (this.laneBytes > limits.laneBytesMax) this.owner.close("sent too much before it had work");
    else this.lane.add(this, bytes);
  }

  takeFromLane(bytes: Buffer): void {
    this.laneBytes -= bytes.length;
    if (!this.stopped) this.read(bytes);
  }

  /** No further line is given out. */
  stop(): void {
    this.stopped = true;
    this.cutter.stop();
  }

  /** One line of what is being read. */
  line(bytes: Buffer, start: number, end: number): void {
    this.lineEnded = true;
    this.owner.line(bytes, start, end);
  }

  private read(bytes: Buffer): void {
    reading = this;
    const whole = this.cutter.push(bytes, toReading);
    if (this.stopped) return;
    const pending = this.cutter.pendingBytes;
    // Every ended line starts the clock anew: a busy proxy's chunks may each end in the middle of the next one.
    if (pending === 0 || this.lineEnded) this.partialSinceMs = 0;
    if (pending > 0 && this.partialSinceMs === 0) this.partialSinceMs = this.owner.lastLineAtMs;
    this.lineEnded = false;
    if (!whole || (!this.owner.authorized && pending > limits.rigLineBeforeAuthorizeBytesMax)) this.owner.close("sent a line that is too long");
  }
}
