/** Chunks taken in one go: about two milliseconds of work. */
const chunksPerTurnMax = 96;

type Chunk<User> = { user: User; bytes: Buffer };

/**
 * What rigs say before they work is read at the hub's own pace, so that ten thousand logins at once don't keep the shares of the others
 * waiting: the rest of a turn belongs to whoever is mining already. In the order of arrival.
 */
export class HandshakeLane<User> {
  private waiting: Chunk<User>[] = [];
  private next = 0;
  private readonly take: (user: User, bytes: Buffer) => void;

  constructor(take: (user: User, bytes: Buffer) => void) {
    this.take = take;
  }

  add(user: User, bytes: Buffer): void {
    this.waiting.push({ user, bytes });
    if (this.waiting.length === 1) setTimeout(this.run, 0);
  }

  /** A timer and not an immediate between two goes: the sockets have their turn. */
  private readonly run = (): void => {
    const end = Math.min(this.waiting.length, this.next + chunksPerTurnMax);
    while (this.next < end) {
      const chunk = this.waiting[this.next++];
      if (chunk !== undefined) this.take(chunk.user, chunk.bytes);
    }
    if (this.next < this.waiting.length) {
      setTimeout(this.run, 0);
      return;
    }
    this.waiting = [];
    this.next = 0;
  };
}
