import type { Layout, Slot } from "../work/extranonce.ts";
import type { RigSession } from "./rig-session.ts";
import type { Roster, RosterRig } from "./roster.ts";
import type { Settlement } from "./settlement.ts";

/** What a rig's connection needs of the house around it. */
export type RigFloor = {
  now: () => number;
  roster: Roster;
  settlement: Settlement;
  /** The layout for a rig that just said who it is; it cannot change later on most firmware. */
  layoutFor: (session: RigSession) => Layout;
  takeSlot: (layout: Layout) => Slot;
  /** At its next connection the rig gets this layout. */
  rememberLayout: (session: RigSession, layout: Layout) => void;
  /** Why this rig may not work here, or null. */
  unfit: (session: RigSession, rig: RosterRig) => string | null;
  admitted: (session: RigSession, rig: RosterRig) => void;
  refused: (session: RigSession, text: string) => void;
  startWork: (session: RigSession, rig: RosterRig) => void;
  sharesPerMinute: (session: RigSession) => number;
  /** What one unit of SHA-256d difficulty is on the scale of the fleet's algorithm. */
  difficultyScale: (fleetNo: number) => number;
  /** Whether the session's rigs have another pool to go to than this one. */
  hasOtherPool: (session: RigSession, poolNo: number) => boolean;
  closing: (session: RigSession, reason: string) => void;
  gone: (session: RigSession) => void;
};
