import { gateRule, holdDownMs, mayReturn } from "../health/pool-gate.ts";

/** One pool of a profile, in the profile's order. Times are milliseconds of one steady clock. */
export type EndpointChoice = {
  poolNo: number;
  /** Authorized and holding a fresh job. */
  usable: boolean;
  /** What speaks against it although it is usable, see `weightOf`; null = nothing. */
  fault: "useless" | "poor" | null;
  /** From when it has been usable and without fault; meaningless while it is not. */
  wellSinceMs: number;
  /** Jobs that it gave since it was logged into. */
  jobs: number;
  /** How often it failed in the last hour. */
  failures: number;
  lastJobAtMs: number;
  /** Dialled for the first time and not yet answered: it may be usable in a moment. */
  pending: boolean;
};

export type ChoiceTerms = {
  nowMs: number;
  returnAfterMs: number;
  /** Moves of these rigs between pools in the last hour. */
  switches: number;
  /** They have somewhere else to go (a contract's rigs: the house), so a pool where work is lost is not used at all. */
  hasRefuge: boolean;
  /** They are there now, and come back only to a pool that has been well for long enough. */
  inRefuge: boolean;
  /** People have just changed the list: who stands in it now, and in which order, is their word and waits for no hold-down. */
  justChanged: boolean;
};

/**
 * The pool of a profile to work for now. The one in use, for as long as it is usable and nothing speaks against it; an earlier one once it
 * has been well for long enough, or that people have just put there (`mayBeTakenUp`); else the first good one; else, so that no list is ever exhausted, the least bad one.
 * Null when none serves. At a fresh start a pool that is just being dialled is waited for, so that rigs don't begin at a later pool of
 * the list because it answered a millisecond earlier.
 */
export function chooseEndpoint(endpoints: readonly EndpointChoice[], current: number | null, terms: ChoiceTerms): number | null {
  if (terms.inRefuge) return endpoints.find((endpoint) => mayBeTakenUp(endpoint, terms))?.poolNo ?? null;
  const at = endpoints.findIndex((endpoint) => endpoint.poolNo === current);
  const inUse = endpoints[at];
  if (inUse !== undefined && isSound(inUse)) {
    return (endpoints.slice(0, at).find((endpoint) => mayBeTakenUp(endpoint, terms)) ?? inUse).poolNo;
  }
  // Rigs that can work where they are don't go round and round among pools that fail: beyond the limit of switches they stay.
  const stays = inUse?.usable === true && terms.switches >= gateRule.switchesPerWindowMax;
  const isNext = (endpoint: EndpointChoice) => isGood(endpoint, terms) && !(stays && endpoint.failures > 0);
  const next = endpoints.find((endpoint) => isNext(endpoint) || (current === null && endpoint.pending));
  if (next !== undefined) return next.usable ? next.poolNo : null;
  return leastBad(endpoints, { inUse, stays, hasRefuge: terms.hasRefuge })?.poolNo ?? null;
}

function isSound(endpoint: EndpointChoice): boolean {
  return endpoint.usable && endpoint.fault === null;
}

/** Sound, and not on trial: it has not failed lately, or has been well for its hold-down since. */
function isGood(endpoint: EndpointChoice, terms: ChoiceTerms): boolean {
  return isSound(endpoint) && (endpoint.failures === 0 || hasProvenItself(endpoint, terms));
}

/** Fresh jobs since its login, and well for the hold-down. */
function hasProvenItself({ jobs, wellSinceMs, failures }: EndpointChoice, { nowMs, returnAfterMs }: ChoiceTerms): boolean {
  return jobs >= gateRule.provingJobs && nowMs - wellSinceMs >= holdDownMs(returnAfterMs, failures);
}

function mayBeTakenUp(endpoint: EndpointChoice, terms: ChoiceTerms): boolean {
  if (terms.justChanged && endpoint.failures === 0) return isSound(endpoint);
  return isSound(endpoint) && mayReturn(terms.switches) && hasProvenItself(endpoint, terms);
}

const badness = { useless: 2, poor: 1 };

type Bad = { inUse: EndpointChoice | undefined; stays: boolean; hasRefuge: boolean };

/** One on trial before a poor one before a useless one, then the one in use, then the one with the freshest job. */
function leastBad(endpoints: readonly EndpointChoice[], { inUse, stays, hasRefuge }: Bad): EndpointChoice | undefined {
  const usable = endpoints.filter(({ usable: is, fault }) => is && !(hasRefuge && fault === "useless"));
  if (stays && inUse !== undefined && usable.includes(inUse)) return inUse;
  const rank = ({ fault }: EndpointChoice) => (fault === null ? 0 : badness[fault]);
  const idle = (endpoint: EndpointChoice) => (endpoint === inUse ? 0 : 1);
  return usable.toSorted((a, b) => rank(a) - rank(b) || idle(a) - idle(b) || b.lastJobAtMs - a.lastJobAtMs)[0];
}

/**
 * Which pools of a profile to hold a session to: everything up to the one in use and the first good one after it, so that a dead pool
 * is left for a warm one and noticed when it is back. While fewer than two are good, the list is gone through to its end.
 */
export function endpointsToHold(endpoints: readonly EndpointChoice[], current: number | null): number[] {
  const at = endpoints.findIndex((endpoint) => endpoint.poolNo === current);
  const held: number[] = [];
  let goodBeyond = false;
  for (const [index, endpoint] of endpoints.entries()) {
    if (goodBeyond) break;
    held.push(endpoint.poolNo);
    goodBeyond = isSound(endpoint) && at >= 0 && index > at;
  }
  return held;
}
