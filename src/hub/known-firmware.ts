import { type Firmware, firmwareOf } from "../stratum/v1/firmware.ts";

export type KnownFirmware = { agent: string; firmware: Firmware };

const known = new Map<string, KnownFirmware>();
const knownMax = 1_000;

/** A farm has few kinds of firmware and many rigs: one object for each kind, and one copy of what it calls itself. */
export function knownFirmware(agent: string): KnownFirmware {
  const seen = known.get(agent);
  if (seen !== undefined) return seen;
  if (known.size >= knownMax) known.clear();
  const entry = { agent, firmware: firmwareOf(agent) };
  known.set(agent, entry);
  return entry;
}
