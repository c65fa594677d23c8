import { degradedBy, newRigHealth, offlineBy, type RigHealth, statusesByPrecedence } from "./rig-health.ts";

/** Of the layout below; a row of another one is not read, and its rig begins without evidence. */
export const healthRowVersion = 1;

const tallies = ["severe", "mild", "low", "severeBack", "mildBack", "vet"] as const;
const flags = ["quarantined", "flapping", "rejecting", "vetting", "suspected"] as const;
const numbers = [
  "statusMs",
  "lateSteps",
  "goneMs",
  "silentExpected",
  "silentMs",
  "recentExpected",
  "recentAccepted",
  "flapPenalty",
  "rejectRefused",
  "rejectAccepted",
  "nominalHps",
  "rowHps",
  "learnedHps",
  "learnedFirstHps",
  "learnAccepted",
  "learnPerHps",
  "learnMs",
  "dayExpected",
  "dayAccepted",
  "dayPoolAccepted",
  "dayPoolRejected",
  "plannedRatio",
  "plannedAtExpected",
  "sincePlannedMs",
  "calmMs",
] as const satisfies readonly (keyof RigHealth)[];

/** Fails to compile where a field of the state is in none of the lists above. */
type Missing = Exclude<keyof RigHealth, (typeof tallies)[number] | (typeof flags)[number] | (typeof numbers)[number] | "status" | "offline" | "degraded">;
const complete: [Missing] extends [never] ? true : Missing = true;
void complete;

const namesAt = 1;
const flagsAt = namesAt + 3;
const numbersAt = flagsAt + flags.length;
const talliesAt = numbersAt + numbers.length;
/** Numbers in one rig's row; the first is the version. */
export const healthRowLength = talliesAt + 3 * tallies.length;

/** Writes the state as `healthRowLength` numbers from `offset` on. */
export function encodeHealth(state: RigHealth, into: Float64Array, offset: number): void {
  into[offset] = healthRowVersion;
  into[offset + namesAt] = statusesByPrecedence.indexOf(state.status);
  into[offset + namesAt + 1] = state.offline === null ? -1 : offlineBy.indexOf(state.offline);
  into[offset + namesAt + 2] = state.degraded === null ? -1 : degradedBy.indexOf(state.degraded);
  let at = offset + flagsAt;
  for (const name of flags) into[at++] = state[name] ? 1 : 0;
  for (const name of numbers) into[at++] = state[name];
  for (const name of tallies) {
    const { expected, accepted, ms } = state[name];
    into[at++] = expected;
    into[at++] = accepted;
    into[at++] = ms;
  }
}

/** Fills `state` with the row at `offset`, which `encodeHealth` has written in this very process; `decodeHealth` trusts less. */
export function fillHealth(state: RigHealth, row: Float64Array, offset: number): void {
  state.status = statusesByPrecedence[row[offset + namesAt] ?? 0] ?? "vetting";
  state.offline = offlineBy[row[offset + namesAt + 1] ?? -1] ?? null;
  state.degraded = degradedBy[row[offset + namesAt + 2] ?? -1] ?? null;
  let at = offset + flagsAt;
  for (const name of flags) state[name] = row[at++] === 1;
  for (const name of numbers) state[name] = row[at++] ?? 0;
  for (const name of tallies) {
    const tally = state[name];
    tally.expected = row[at++] ?? 0;
    tally.accepted = row[at++] ?? 0;
    tally.ms = row[at++] ?? 0;
  }
}

/** The state that stands at `offset`; null where the row is of another version, cut off, or holds what no rig can have. */
export function decodeHealth(row: Float64Array, offset: number): RigHealth | null {
  if (row[offset] !== healthRowVersion || offset + healthRowLength > row.length) return null;
  const values = row.subarray(offset, offset + healthRowLength);
  if (statusesByPrecedence[values[namesAt] ?? -1] === undefined) return null;
  if (values.some((value, index) => !Number.isFinite(value) || (value < 0 && index >= numbersAt))) return null;
  const state = newRigHealth();
  fillHealth(state, values, 0);
  return state;
}
