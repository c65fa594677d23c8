/** Less than this is little for a turn of the event loop, more than that a lot, in milliseconds. */
const littleMs = 3;
const muchMs = 6;

/**
 * How much of a kind of work is done in one turn of the event loop: as much as the machine makes short work of, told by how long the last
 * portion took. A slow disk, or code that has just begun to run, gets small portions, so that nobody's share waits for them.
 */
export class TurnShare {
  private readonly min: number;
  private readonly max: number;
  /** Pieces to do in the next turn. */
  pieces: number;

  constructor({ min, max }: { min: number; max: number }) {
    this.min = min;
    this.max = max;
    this.pieces = min;
  }

  /** The last portion, a full one, took as long. */
  took(ms: number): void {
    if (ms > muchMs) this.pieces = Math.max(this.min, this.pieces >> 1);
    else if (ms < littleMs) this.pieces = Math.min(this.max, this.pieces * 2);
  }
}
