import { readLogin } from "./login-rules.ts";
import type { Caller, RigFloor } from "./rig-floor.ts";
import type { RosterRig } from "./roster.ts";

/** A rig's connection, as it outlives the records of those that log in over it. */
export type Guest = Omit<Caller, "rig" | "others"> & {
  rig: RosterRig | null;
  readonly others: Map<string, RosterRig> | null;
  readonly worker: string;
  close: (reason: string) => void;
};

/**
 * Brings a connection in line with the records of its rigs: merged ones go on as what they became. Those whose record was removed are rigs that
 * nobody knows: they enrol anew, as at a login, and mine on meanwhile; else their work would be booked to a record that nobody sees any more.
 * Where rigs don't enrol, the connection ends. Harmless to call at any time.
 */
export function followRecords(guest: Guest, floor: RigFloor): void {
  floor.roster.follow(guest, floor.now());
  const { rig, worker, others } = guest;
  if (rig !== null && !floor.roster.knows(rig)) readmitOne(guest, worker, rig, floor);
  for (const [user, other] of others ?? []) if (!floor.roster.knows(other)) readmitOne(guest, user, other, floor);
}

function readmitOne(guest: Guest, user: string, removed: RosterRig, floor: RigFloor): void {
  // It is being enrolled already.
  if (!removed.sessions.includes(guest)) return;
  const login = readLogin(user, 0);
  const known = "wrong" in login ? null : floor.roster.find(guest.port.fleetNo, login.name);
  if (known === null && ("wrong" in login || !guest.port.enrol)) {
    guest.close("its record was removed, and rigs do not enrol themselves here");
    return;
  }
  removed.leave(guest, floor.now());
  if (known !== null) take(guest, user, known, floor);
  else if (!("wrong" in login)) {
    floor.roster.enrol({ fleetNo: guest.port.fleetNo, name: login.name, nominalHps: null }, (fresh) => take(guest, user, fresh, floor));
  }
}

function take(guest: Guest, user: string, rig: RosterRig | null, floor: RigFloor): void {
  if (guest.closed) return;
  if (rig === null) {
    guest.close("its record was removed, and the hub could not enrol it anew");
    return;
  }
  const isFirst = user === guest.worker;
  if (isFirst) guest.rig = rig;
  else guest.others?.set(user, rig);
  if (!rig.sessions.includes(guest)) rig.join(guest);
  floor.admitted(guest, rig);
  if (isFirst) floor.startWork(guest, rig);
}
