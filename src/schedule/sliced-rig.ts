/** A rig that serves a contract for a part of each cycle and the house for the rest. Parts are whole seconds of the cycle. */
export const sliceLimits = Object.freeze({ cycleMs: 300_000, sliceMsMin: 30_000 });

const cycleS = sliceLimits.cycleMs / 1000;
const sliceS = sliceLimits.sliceMsMin / 1000;

export const fractionMin = sliceS / cycleS;
export const fractionMax = (cycleS - sliceS) / cycleS;

/** The smallest part that can be agreed and is at least `wanted` (above 0): 1 where the rest would be shorter than a slice. */
export function fractionAtLeast(wanted: number): number {
  const seconds = Math.max(sliceS, Math.ceil(wanted * cycleS - 1e-9));
  return seconds > cycleS - sliceS ? 1 : seconds / cycleS;
}

export type SlicePart = { contractNo: number; fraction: number };

/** Who is served, and from when on somebody else (half-open). `untilMs` is infinite for a rig that serves one alone. */
export type SliceTurn = { contractNo: number; untilMs: number };

/**
 * Who a sliced rig serves at `atMs`. Parts come in the order of contract numbers, the house (0) last; what they leave of 1 is the
 * house's. Cycles are aligned to 1970 and shifted by the rig's number, so that rigs don't all switch at once.
 * @throws RangeError when the parts make more than 1
 */
export function sliceTurn(rigNo: number, parts: readonly SlicePart[], atMs: number): SliceTurn {
  const turns = parts.filter(({ contractNo, fraction }) => contractNo !== 0 && fraction > 0).sort((one, other) => one.contractNo - other.contractNo);
  if (turns.reduce((sum, { fraction }) => sum + fraction, 0) > 1 + 1e-9) throw new RangeError(`parts of rig ${rigNo} make more than 1`);
  const [only] = turns;
  if (only === undefined) return { contractNo: 0, untilMs: Number.POSITIVE_INFINITY };
  if (only.fraction >= 1) return { contractNo: only.contractNo, untilMs: Number.POSITIVE_INFINITY };
  const { cycleMs } = sliceLimits;
  const shifted = atMs + shiftOf(rigNo);
  const phaseMs = shifted - Math.floor(shifted / cycleMs) * cycleMs;
  const beginMs = atMs - phaseMs;
  let endMs = 0;
  for (const { contractNo, fraction } of turns) {
    endMs += Math.round(fraction * cycleMs);
    if (phaseMs < endMs) return { contractNo, untilMs: beginMs + endMs };
  }
  return { contractNo: 0, untilMs: beginMs + cycleMs };
}

/** Spreads neighbours over the cycle, to the second: 7,919 is prime to 300. */
function shiftOf(rigNo: number): number {
  return ((rigNo * 7_919) % cycleS) * 1000;
}
