import type { Firmware } from "../stratum/v1/firmware.ts";
import type { PasswordHints } from "../stratum/v1/worker-names.ts";
import type { Layout, Slot } from "../work/extranonce.ts";
import type { Answerable } from "./hub-job.ts";
import type { RigIntake } from "./rig-intake.ts";
import type { Roster, RosterRig, RosterSession } from "./roster.ts";
import type { RoutedHand } from "./route.ts";
import type { Settlement } from "./settlement.ts";

/** The port a rig came in on. */
export type Port = { listenerId: string; fleetNo: number; enrol: boolean; layout: Layout };

/** A rig's connection, as the house around it sees it. */
export type Caller = RoutedHand &
  Answerable &
  RosterSession & {
    readonly no: number;
    readonly port: Port;
    readonly address: string;
    readonly agent: string;
    readonly firmware: Firmware;
    readonly slot: Slot | null;
    readonly rig: RosterRig | null;
    readonly others: ReadonlyMap<string, RosterRig> | null;
  };

/** What a rig's connection needs of the house around it. */
export type RigFloor = {
  now: () => number;
  /** False once the hub stops: what rigs still say is left unread. */
  taking: () => boolean;
  roster: Roster;
  intake: RigIntake;
  settlement: Settlement;
  /** The layout for a rig that just said who it is; it cannot change later on most firmware. */
  layoutFor: (caller: Caller) => Layout;
  takeSlot: (layout: Layout) => Slot;
  /** At its next connection the rig gets this layout. */
  rememberLayout: (caller: Caller, layout: Layout) => void;
  /** Why this rig may not work here, or null. */
  unfit: (caller: Caller, rig: RosterRig) => string | null;
  admitted: (caller: Caller, rig: RosterRig) => void;
  /** The rig's password names its nominal hashrate, in H/s. */
  hinted: (rig: RosterRig, hints: PasswordHints) => void;
  refused: (caller: Caller, text: string) => void;
  startWork: (caller: Caller, rig: RosterRig) => void;
  sharesPerMinute: (caller: Caller) => number;
  /** What one unit of SHA-256d difficulty is on the scale of the fleet's algorithm. */
  difficultyScale: (fleetNo: number) => number;
  /** Whether the caller has another pool to go to than this one. */
  hasOtherPool: (caller: Caller, poolNo: number) => boolean;
  closing: (caller: Caller, reason: string) => void;
  gone: (caller: Caller) => void;
};
