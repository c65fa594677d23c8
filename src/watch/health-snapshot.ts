import type { Rig } from "../control/rig-row.ts";
import { decodeHealth, healthRowLength } from "../health/health-row.ts";
import { resume } from "../health/rig-detector.ts";
import type { RigHealth } from "../health/rig-health.ts";
import type { Register } from "./register.ts";

const magic = 0x31_4c_48_53;
const headerNumbers = 3;
const rowNumbers = 1 + healthRowLength;

/**
 * What the judge has gathered of each rig as one row of numbers: magic, checksum, rows, then each rig's number and row.
 * It is no record: without it every detector begins anew, from the status that is on record.
 */
export function snapshotOf(register: Pick<Register, "values" | "size" | "health">): Uint8Array<ArrayBuffer> {
  const numbers = new Float64Array(headerNumbers + register.size * rowNumbers);
  let rows = 0;
  for (const { plan } of register.values()) {
    const at = headerNumbers + rows * rowNumbers;
    numbers[at] = plan.no;
    register.health.copy(plan.no, numbers, at + 1);
    rows += 1;
  }
  numbers[0] = magic;
  numbers[2] = rows;
  numbers[1] = checksum(numbers);
  return new Uint8Array(numbers.buffer);
}

/** What a snapshot knows, by rig number; nothing where there is none or it is damaged. */
export function readSnapshot(bytes: Uint8Array | null): Map<number, RigHealth> {
  const known = new Map<number, RigHealth>();
  if (bytes === null || bytes.length < headerNumbers * 8) return known;
  const whole = new Uint8Array(Math.floor(bytes.length / 8) * 8);
  whole.set(bytes.subarray(0, whole.length));
  const numbers = new Float64Array(whole.buffer);
  if (numbers[0] !== magic || numbers[1] !== checksum(numbers)) return known;
  for (let at = headerNumbers; at + rowNumbers <= numbers.length; at += rowNumbers) {
    const health = decodeHealth(numbers, at + 1);
    if (health !== null) known.set(numbers[at] ?? 0, health);
  }
  return known;
}

/** What a snapshot knows of a rig; a status that was changed after it begins without evidence. */
export function rememberedOf({ no, status }: Rig, remembered: ReadonlyMap<number, RigHealth>): RigHealth | null {
  const health = remembered.get(no);
  if (health === undefined || health.status !== status) return null;
  resume(health);
  return health;
}

function checksum(numbers: Float64Array): number {
  return Bun.hash.crc32(new Uint8Array(numbers.buffer, 2 * 8));
}
