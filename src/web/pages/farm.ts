import type { Control } from "../../control/control.ts";

/** What the farm is called, and the zone in whose time its people read the pages. */
export function farmOf({ settings }: Pick<Control, "settings">): { name: string; zone: string } {
  return { name: settings.get("farmName"), zone: settings.get("timeZone") };
}
