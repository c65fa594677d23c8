import type { EventInput } from "../control/events.ts";
import type { SwitchEvent } from "./switchboard.ts";

/** What the switchboard saw, as a sentence for a person and data for a script. */
export function eventOf(event: SwitchEvent): EventInput {
  switch (event.type) {
    case "pool.failover":
      return {
        type: event.type,
        subjectKind: "pool",
        subjectId: event.from.id,
        text: `${event.from.name}: ${event.reason || "not usable"}. ${rigs(event.rigs)} went on at ${event.to.name} in ${event.tookMs} ms.`,
        data: { from_pool_id: event.from.id, to_pool_id: event.to.id, profile_id: event.profile.id, rigs: event.rigs, took_ms: event.tookMs },
      };
    case "pool.returned":
      return {
        type: event.type,
        subjectKind: "pool",
        subjectId: event.to.id,
        text:
          event.from.no === event.to.no
            ? `${event.to.name} is usable again: ${rigs(event.rigs)} took up its work.`
            : `${event.to.name} has been well for ${event.profile.returnAfterS} s: ${rigs(event.rigs)} went back to it from ${event.from.name}.`,
        data: { from_pool_id: event.from.id, to_pool_id: event.to.id, profile_id: event.profile.id, rigs: event.rigs },
      };
    case "pool.all-down":
      return {
        type: event.type,
        subjectKind: "profile",
        subjectId: event.profile.id,
        text: `No pool of profile ${event.profile.name} is usable (${event.from.name}: ${event.reason || "not usable"}). ${rigs(event.rigs)} keep their last job.`,
        data: { pool_id: event.from.id, profile_id: event.profile.id, rigs: event.rigs },
      };
    case "pool.state":
      return {
        type: "pool.state-changed",
        subjectKind: "pool",
        subjectId: event.pool.id,
        text: `${event.pool.name} is ${event.to}${event.reason === "" ? "" : `: ${event.reason}`}`,
        data: { from: event.from, to: event.to, reason: event.reason },
      };
    case "pool.name-refused":
      return {
        type: event.type,
        subjectKind: "pool",
        subjectId: event.pool.id,
        text: `${event.pool.name} refused the worker name ${event.name}: ${event.reason}`,
        data: { name: event.name, reason: event.reason },
      };
  }
}

function rigs(count: number): string {
  return count === 1 ? "1 rig" : `${count} rigs`;
}
