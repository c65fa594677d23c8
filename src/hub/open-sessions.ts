import type { RigSession } from "./rig-session.ts";

const parts = 5;

/**
 * The rigs' connections. Each is ticked once in five calls, so that ten thousand do not stop the loop at once; and none leaves garbage
 * by that, as an iterator over all of them would: an object each, five times a second.
 */
export class OpenSessions {
  private readonly parts = Array.from({ length: parts }, () => new Map<number, RigSession>());
  private lastTicked = 0;

  get size(): number {
    return this.parts.reduce((sum, { size }) => sum + size, 0);
  }

  add(session: RigSession): void {
    this.partOf(session.no).set(session.no, session);
  }

  delete(sessionNo: number): void {
    this.partOf(sessionNo).delete(sessionNo);
  }

  *[Symbol.iterator](): Iterator<RigSession> {
    for (const part of this.parts) yield* part.values();
  }

  /** To be called five times a second. */
  tickSome(nowMs: number): void {
    this.lastTicked = (this.lastTicked + 1) % parts;
    this.parts[this.lastTicked]?.forEach((session) => {
      session.tick(nowMs);
    });
  }

  private partOf(sessionNo: number): Map<number, RigSession> {
    return this.parts[sessionNo % parts] as Map<number, RigSession>;
  }
}
