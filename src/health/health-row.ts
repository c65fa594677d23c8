import { degradedBy, newRigHealth, offlineBy, type RigHealth, statusesByPrecedence, type Tally } from "./rig-health.ts";

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
const numbersAt = namesAt + 3 + flags.length;
const talliesAt = numbersAt + numbers.length;
/** Numbers in one rig's row; the first is the version. */
export const healthRowLength = talliesAt + 3 * tallies.length;

/** Writes the state as `healthRowLength` numbers from `offset` on. */
export function encodeHealth(state: RigHealth, into: Float64Array, offset: number): void {
  into[offset] = healthRowVersion;
  into[offset + namesAt] = statusesByPrecedence.indexOf(state.status);
  into[offset + namesAt + 1] = state.offline === null ? -1 : offlineBy.indexOf(state.offline);
  into[offset + namesAt + 2] = state.degraded === null ? -1 : degradedBy.indexOf(state.degraded);
  flags.forEach((name, index) => {
    into[offset + namesAt + 3 + index] = state[name] ? 1 : 0;
  });
  numbers.forEach((name, index) => {
    into[offset + numbersAt + index] = state[name];
  });
  tallies.forEach((name, index) => {
    const { expected, accepted, ms } = state[name];
    into.set([expected, accepted, ms], offset + talliesAt + 3 * index);
  });
}

/** The state that stands at `offset`; null where the row is of another version, cut off, or holds what no rig can have. */
export function decodeHealth(row: Float64Array, offset: number): RigHealth | null {
  if (row[offset] !== healthRowVersion || offset + healthRowLength > row.length) return null;
  const values = row.subarray(offset, offset + healthRowLength);
  const at = (index: number): number => values[index] ?? Number.NaN;
  const status = statusesByPrecedence[at(namesAt)];
  if (status === undefined || values.some((value, index) => !Number.isFinite(value) || (value < 0 && index >= numbersAt))) return null;
  const state = newRigHealth(status);
  state.offline = offlineBy[at(namesAt + 1)] ?? null;
  state.degraded = degradedBy[at(namesAt + 2)] ?? null;
  flags.forEach((name, index) => {
    state[name] = at(namesAt + 3 + index) === 1;
  });
  numbers.forEach((name, index) => {
    state[name] = at(numbersAt + index);
  });
  tallies.forEach((name, index) => {
    state[name] = tallyAt(values, talliesAt + 3 * index);
  });
  return state;
}

function tallyAt(values: Float64Array, at: number): Tally {
  return { expected: values[at] ?? 0, accepted: values[at + 1] ?? 0, ms: values[at + 2] ?? 0 };
}
