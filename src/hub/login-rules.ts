import { rigNameOf } from "../stratum/v1/worker-names.ts";
import { limits } from "./limits.ts";

/** The rig that a worker string names, or why nobody can log in with it, as a sentence. `workers`: how many the connection has already. */
export function readLogin(user: string, workers: number): { name: string } | { wrong: string } {
  if (user.length > limits.workerLengthMax) return { wrong: `the worker name has more than ${limits.workerLengthMax} characters` };
  const name = rigNameOf(user);
  if (name === null) return { wrong: "the worker name is empty: log in as RIG or ANYTHING.RIG" };
  // The first one is the connection's own.
  return workers > limits.workersPerSessionMax ? { wrong: `more than ${limits.workersPerSessionMax} workers on one connection` } : { name };
}
