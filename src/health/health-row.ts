import { newRigHealth, type RigHealth } from "./rig-health.ts";

/** Numbers in one rig's row of a snapshot; the first is the version of the layout. */
export const healthRowLength = 64;
export const healthRowVersion = 1;

/** Writes the state as `healthRowLength` numbers from `offset` on. */
export function encodeHealth(state: RigHealth, into: Float64Array, offset: number): void {
  into[offset] = healthRowVersion;
  into[offset + 1] = state.statusMs;
}

/** The state that stands at `offset`; null where the row is of another version or no row at all. */
export function decodeHealth(row: Float64Array, offset: number): RigHealth | null {
  return row[offset] === healthRowVersion ? newRigHealth() : null;
}
