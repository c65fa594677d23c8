import type { Destination } from "../schedule/move.ts";
import type { Caller } from "./rig-floor.ts";
import type { RosterRig } from "./roster.ts";
import { SessionsByRoute } from "./sessions-by-route.ts";

/** Rigs that become ready in one turn of the event loop go to their pools together, so that a whole block shares one job and one line. */
export class Starting {
  private ready: { session: Caller; rig: RosterRig }[] = [];
  private readonly homeOf: (rig: RosterRig) => Destination | null;
  private readonly send: (routes: SessionsByRoute) => void;

  /** `send`: called at the end of the turn. */
  constructor(homeOf: (rig: RosterRig) => Destination | null, send: (routes: SessionsByRoute) => void) {
    this.homeOf = homeOf;
    this.send = send;
  }

  add(session: Caller, rig: RosterRig): void {
    this.ready.push({ session, rig });
    if (this.ready.length === 1) setImmediate(() => this.sendAll());
  }

  private sendAll(): void {
    const routes = new SessionsByRoute();
    for (const { session, rig } of this.ready) {
      const to = this.homeOf(rig);
      if (!session.closed && to !== null) routes.add(session, to);
    }
    this.ready = [];
    this.send(routes);
  }
}
