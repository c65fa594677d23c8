import { type Pool, type PoolMode, type PoolPatch, parsePoolUrl, poolUrl } from "../../control/pools.ts";
import type { AlgorithmName } from "../../work/algorithm.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { Faults } from "../faults.ts";
import { type Principal, requireFreshSignIn } from "../principal.ts";
import { invalidField } from "../problems.ts";
import { recordAct, recordChange } from "./record.ts";

type Deps = Pick<WebDeps, "control" | "now">;

/** A pool as it is entered, by a script or in a form. */
export type PoolEntry = {
  name?: string;
  url?: string;
  username?: string;
  password?: string;
  algorithm?: AlgorithmName;
  mode?: PoolMode;
  customer_id?: string | null;
};

/** The change to read and the version it is based on; null = whatever is there. */
export type PoolChange = { id: string; version: number | null; entry: PoolEntry };

/**
 * Adds a pool. Run it in a transaction, then tell the hub (`configChanged`). Throws a problem that names the field. What is a pool may be
 * put in the place of another at any time, so it takes a fresh sign-in to make one; the first of all takes nobody's hashrate away.
 */
export function addPool({ control, now }: Deps, principal: Principal, entry: PoolEntry & { url: string; username: string }): Pool {
  const faults = new Faults();
  const { host, port, tls } = faults.read(() => addressOf(entry.url)) ?? nowhere;
  const name = entry.name ?? `${host}:${port}`;
  const input = { ...patchOf(entry), name, host, port, tls, username: entry.username };
  const isFirst = control.pools.all().length === 0;
  const pool = faults.settle(() => {
    if (!isFirst) requireFreshSignIn(principal, now());
    return accepted(control.pools.create(input), "pool", poolField);
  });
  recordAct(control, principal, { verb: "added", subject: subjectOf(pool), data: { url: poolUrl(pool), username: pool.username } });
  return pool;
}

/**
 * Changes a pool; its rigs follow once the hub is told (`configChanged`). Where its hashrate goes may be changed by a person only
 * shortly after a sign-in; a token that may write pools needs no more than that.
 */
export function changePool(deps: Deps, principal: Principal, { id, version, entry }: PoolChange): Pool {
  const { control, now } = deps;
  const before = control.pools.byId(id);
  const faults = new Faults();
  const patch = { ...patchOf(entry), ...faults.read(() => (entry.url === undefined ? {} : addressOf(entry.url))) };
  const redirects = before !== null && (isOther(before, patch, ["host", "port", "tls"]) || isOther(before, patch, ["username"]));
  const after = faults.settle(() => {
    if (redirects) requireFreshSignIn(principal, now());
    return accepted(control.pools.update(id, patch, version), "pool", poolField);
  });
  if (before !== null && redirects) recordRedirect(control, principal, before, after);
  const secret = entry.password === undefined ? [] : ["password"];
  if (before !== null) recordChange(control, principal, { subject: subjectOf(after), before: recorded(before), after: recorded(after), secret });
  return after;
}

/** An event of its own kind, so that an alarm can wait for it: whoever changes this moves the farm's income. */
function recordRedirect(control: Deps["control"], principal: Principal, before: Pool, after: Pool): void {
  const placeOf = (pool: Pool) => ({ url: poolUrl(pool), username: pool.username });
  recordAct(control, principal, { verb: "redirected", subject: subjectOf(after), data: { from: placeOf(before), to: placeOf(after) } });
}

/** Refused while a profile contains it. */
export function removePool({ control }: Deps, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const pool = accepted(control.pools.remove(id, version), "pool");
  recordAct(control, principal, { verb: "removed", subject: subjectOf(pool) });
}

const subjectOf = ({ id, name }: Pool) => ({ kind: "pool", id, name });

/** Stands for an address that cannot be read, while the other fields are looked at. */
const nowhere = Object.freeze({ host: "pool.invalid", port: 1, tls: false });

function addressOf(url: string): { host: string; port: number; tls: boolean } {
  const parsed = parsePoolUrl(url);
  if (!parsed.ok) throw invalidField(parsed.field, parsed.rule);
  return parsed.value;
}

function patchOf(entry: PoolEntry): PoolPatch {
  const { name, username, password, algorithm, mode, customer_id } = entry;
  return {
    ...(name !== undefined && { name }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(algorithm !== undefined && { algorithm }),
    ...(mode !== undefined && { mode }),
    ...(customer_id !== undefined && { customerId: customer_id }),
  };
}

/** Outside, a pool's address is one field. */
const poolField = (field: string): string => ({ host: "url", port: "url", tls: "url", customerId: "customer_id" })[field] ?? field;

function isOther(pool: Pool, patch: PoolPatch, fields: readonly ("host" | "port" | "tls" | "username")[]): boolean {
  return fields.some((field) => patch[field] !== undefined && patch[field] !== pool[field]);
}

/** Old and new address and account are written down: whoever asks where the hashrate went finds it there. Passwords never are. */
function recorded(pool: Pool) {
  return { name: pool.name, url: poolUrl(pool), username: pool.username, algorithm: pool.algorithm, mode: pool.mode };
}
