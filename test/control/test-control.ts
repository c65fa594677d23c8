import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contract } from "../../src/control/contract-row.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import type { Failure, Result } from "../../src/control/result.ts";
import { silentLog } from "../../src/log.ts";

export const startMs = Date.UTC(2026, 0, 1);

/** A clock that moves when it is told to. */
export type TestClock = { nowMs: number };

/** A control database in memory with its own clock. */
export function testControl(): { control: Control; clock: TestClock } {
  const clock = { nowMs: startMs };
  return { control: openControl(":memory:", { now: () => clock.nowMs, log: silentLog }), clock };
}

/** Runs `work` with a folder that is gone afterwards. */
export async function inFolder(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hub-control-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem}: ${result.rule}`);
  return result.value;
}

export function failureOf(result: Result<unknown>): Failure {
  if (result.ok) throw new Error("went through, although it should have been refused");
  return result;
}

/** `problem field`, e.g. `invalid name`. */
export function refused(result: Result<unknown>): string {
  const failure = failureOf(result);
  return "field" in failure ? `${failure.problem} ${failure.field}` : failure.problem;
}

/** A pool, and a profile of it alone. */
export function addProfile(control: Control, name = "house", algorithm: "sha256d" | "scrypt" = "sha256d") {
  const pool = must(control.pools.create({ name, host: "pool.example", port: 3333, username: "account", algorithm }));
  return { pool, profile: must(control.profiles.create({ name, poolNos: [pool.no] })) };
}

/** A contract of 1,000 H/s on the main fleet, with a customer, a profile and a pool of its own. */
export function sellContract(control: Control): Contract {
  const { profile } = addProfile(control, "his");
  const customer = must(control.customers.create({ name: "Hashhaus" }));
  const terms = { customerNo: customer.no, fleetNo: control.fleets.ensureMain().no, profileNo: profile.no, by: "user:x" };
  return must(control.contracts.create({ ...terms, method: "threshold", promise: { promisedHps: 1_000 } }));
}
