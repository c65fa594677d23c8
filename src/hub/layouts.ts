import type { Layout } from "../work/extranonce.ts";
import { limits } from "./limits.ts";
import type { Caller } from "./rig-floor.ts";

/** Which layout a rig gets when it subscribes: most firmware keeps it for as long as the connection lasts. */
export class Layouts {
  /** For as many rigs as were asked to come back with another one, by address and agent; who was asked last stands last. */
  private readonly promised = new Map<string, { layout: Layout; rigs: number; untilMs: number }>();
  private readonly now: () => number;
  private readonly smallestFree: (fleetNo: number) => number | null;

  /** `smallestFree`: the fewest bytes that a fleet's house pools leave; null while nobody knows. */
  constructor(now: () => number, smallestFree: (fleetNo: number) => number | null) {
    this.now = now;
    this.smallestFree = smallestFree;
  }

  /** How many are remembered. */
  get size(): number {
    return this.promised.size;
  }

  /** At its next connection this rig gets this layout. */
  remember(session: Caller, layout: Layout): void {
    const key = keyOf(session);
    const rigs = (this.promised.get(key)?.rigs ?? 0) + 1;
    this.promised.delete(key);
    this.dropStale();
    this.promised.set(key, { layout, rigs, untilMs: this.now() + limits.layoutKeptMsMax });
  }

  /** Not all come back, and an agent is whatever its rig says. */
  private dropStale(): void {
    for (const [key, { untilMs }] of this.promised) {
      if (this.now() <= untilMs && this.promised.size < limits.layoutsKeptMax) return;
      this.promised.delete(key);
    }
  }

  of(session: Caller): Layout {
    const remembered = this.promised.get(keyOf(session));
    if (remembered !== undefined) {
      remembered.rigs--;
      if (remembered.rigs === 0 || this.now() > remembered.untilMs) this.promised.delete(keyOf(session));
      if (this.now() <= remembered.untilMs) return remembered.layout;
    }
    const wanted = session.firmware.layout;
    // A layout that leaves no usual pool any room is for pass-through sessions, not for folding.
    const base = wanted !== null && wanted.e1Bytes + wanted.e2Bytes <= 8 ? wanted : session.port.layout;
    const free = this.smallestFree(session.port.fleetNo);
    return free !== null && free < base.e1Bytes + base.e2Bytes && free >= 3 ? { e1Bytes: 1, e2Bytes: free - 1 } : base;
  }
}

/** Before it has said its name, a rig is known by where it comes from and what it runs. */
function keyOf({ address, agent }: Caller): string {
  return `${address} ${agent}`;
}
