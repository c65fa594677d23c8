import { TurnShare } from "./turn-share.ts";

/** Chunks taken in one go: the most are about two milliseconds of work. */
const chunksPerTurn = { min: 12, max: 96 };

type Chunk<User> = { user: User; bytes: Buffer };

/**
 * What rigs say before they work is read at the hub's own pace, so that ten thousand logins at once don't keep the shares of the others
 * waiting: the rest of a turn belongs to whoever is mining already. In the order of arrival.
 */
export class HandshakeLane<User> {
  private waiting: Chunk<User>[] = [];
  private next = 0;
  private readonly share = new TurnShare(chunksPerTurn);
  private readonly take: (user: User, bytes: Buffer) => void;
  private readonly now: () => number;

  constructor(take: (user: User, bytes: Buffer) => void, now: () => number) {
    this.take = take;
    this.now = now;
  }

  add(user: User, bytes: Buffer): void {
    this.waiting.push({ user, bytes });
    if (this.waiting.length === 1) setTimeout(this.run, 0);
  }

  /** A timer and not an immediate between two goes: the sockets have their turn. */
  private readonly run = (): void => {
    const startMs = this.now();
    const end = Math.min(this.waiting.length, this.next + this.share.pieces);
    while (this.next < end) {
      const chunk = this.waiting[this.next++];
      if (chunk !== undefined) this.take(chunk.user, chunk.bytes);
    }
    if (this.next < this.waiting.length) {
      this.share.took(this.now() - startMs);
      setTimeout(this.run, 0);
      return;
    }
    this.waiting = [];
    this.next = 0;
  };
}
