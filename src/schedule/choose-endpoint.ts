/** One pool of a profile, in the profile's order. */
export type EndpointChoice = {
  poolNo: number;
  /** Authorized and holding a fresh job. */
  usable: boolean;
  /** Milliseconds since 1970 from which it has been usable without a break; meaningless while it is not. */
  usableSinceMs: number;
  /** Dialled for the first time and not yet answered: it may be usable in a moment. */
  pending: boolean;
};

/**
 * The pool of a profile to work for now: the one in use for as long as it is usable, an earlier one once it has been well for
 * `returnAfterMs`, else the first usable; null when none is. At a fresh start (no current one) a pool that is just being dialled is
 * waited for, so that rigs don't begin at a later pool of the list because it answered a millisecond earlier.
 */
export function chooseEndpoint(endpoints: readonly EndpointChoice[], current: number | null, when: { nowMs: number; returnAfterMs: number }): number | null {
  const at = endpoints.findIndex((endpoint) => endpoint.poolNo === current);
  const inUse = endpoints[at];
  if (current === null) return freshStart(endpoints);
  if (inUse === undefined || !inUse.usable) return endpoints.find((endpoint) => endpoint.usable)?.poolNo ?? null;
  const back = endpoints.slice(0, at).find((endpoint) => endpoint.usable && when.nowMs - endpoint.usableSinceMs >= when.returnAfterMs);
  return (back ?? inUse).poolNo;
}

function freshStart(endpoints: readonly EndpointChoice[]): number | null {
  const first = endpoints.find((endpoint) => endpoint.usable || endpoint.pending);
  return first?.usable === true ? first.poolNo : null;
}

/**
 * Which pools of a profile to hold a session to: everything up to the one in use and the first usable one after it, so that a dead pool
 * is left for a warm one and noticed when it is back. While fewer than two are usable, the list is gone through to its end.
 */
export function endpointsToHold(endpoints: readonly EndpointChoice[], current: number | null): number[] {
  const at = endpoints.findIndex((endpoint) => endpoint.poolNo === current);
  const held: number[] = [];
  let usableBeyond = false;
  for (const [index, endpoint] of endpoints.entries()) {
    if (usableBeyond) break;
    held.push(endpoint.poolNo);
    usableBeyond = endpoint.usable && at >= 0 && index > at;
  }
  return held;
}
