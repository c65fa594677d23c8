import type { EventInput } from "../control/events.ts";
import type { RosterRig } from "./roster.ts";

type Port = { readonly fleetNo: number; readonly listenerId: string };

/**
 * What is worth telling of a rig that has just logged in on a port; its own record counts in any case.
 * `idOf`: what people know a rig by, from its number; asked for when there is something to tell.
 */
export function loginEvents(rig: RosterRig, port: Port, fleetName: string, idOf: (no: number) => string): EventInput[] {
  const events: EventInput[] = [];
  const tell = (type: string, text: string, data: Record<string, unknown>) => events.push({ type, subjectKind: "rig", subjectId: idOf(rig.no), text, data });
  const { lifecycle } = rig;
  if (rig.fleetNo !== port.fleetNo) {
    const text = `${rig.name} of fleet ${fleetName} came in on a port of another fleet; its own record counts`;
    tell("rig.wrong-listener", text, { listener_id: port.listenerId });
  }
  if (rig.isResting) {
    const where = lifecycle === "storage" ? "is in storage" : `is ${lifecycle}`;
    tell("rig.resting-login", `${rig.name} ${where} and has logged in: it mines for the house and stays what it is`, { lifecycle });
  }
  return events;
}
