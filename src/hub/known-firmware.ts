import { type Firmware, firmwareOf } from "../stratum/v1/firmware.ts";

const firmwares = new Map<string, Firmware>();
const firmwaresMax = 1_000;

/** A farm has few kinds of firmware and many rigs: one object for each kind. */
export function knownFirmware(agent: string): Firmware {
  const known = firmwares.get(agent);
  if (known !== undefined) return known;
  if (firmwares.size >= firmwaresMax) firmwares.clear();
  const firmware = firmwareOf(agent);
  firmwares.set(agent, firmware);
  return firmware;
}
