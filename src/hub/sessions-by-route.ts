import type { Destination } from "../schedule/move.ts";
import type { Caller } from "./rig-floor.ts";

/** Connections that go to the same destination go together, so that a whole block shares one job and one line. */
export class SessionsByRoute {
  readonly groups = new Map<string, { to: Destination | null; sessions: Caller[] }>();

  add(session: Caller, to: Destination | null): void {
    const key = to === null ? "-" : `${to.contractNo}/${to.profileNo}`;
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, { to, sessions: [session] });
    else group.sessions.push(session);
  }
}
