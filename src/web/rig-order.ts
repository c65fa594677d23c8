import { type Static, Type } from "@sinclair/typebox";
import type { Rig } from "../control/rig-row.ts";
import type { Move } from "../schedule/move.ts";
import type { RemovalCost } from "../schedule/removal-cost.ts";
import { changeRig, giveAssetCode } from "./actions/rig-details.ts";
import { drainRig, parkRig, sayStanding, unparkRig } from "./actions/rig-verbs.ts";
import { rigOf } from "./actions/rigs.ts";
import type { WebDeps } from "./deps.ts";
import { may, type Principal } from "./principal.ts";
import { Problem } from "./problems.ts";
import { rigFields, rigPatchOf } from "./rig-patch.ts";
import { idOf } from "./schema-parts.ts";

export const rigOps = Object.freeze(["drain", "undrain", "park", "unpark", "quarantine", "release", "pass", "give-asset-code", "change"] as const);
export type RigOp = (typeof rigOps)[number];

const { asset_code: _code, serial: _serial, mac: _mac, ...shared } = rigFields;
/** What may be the same for many rigs. */
export const sharedFields = Type.Object({ fleet_id: Type.Optional(idOf("flt")), ...shared });
export type SharedFields = Static<typeof sharedFields>;

/** One order, whichever rig it is carried out on. `set`: of `change`; of `pass` the nominal alone, for rigs that have none; `reason`: why, in the person's words. */
export type RigOrder = { op: RigOp; set?: SharedFields; reason?: string };

/** An order as it is kept: with what it was said to cost when it was given; null = nothing is taken from anybody. */
export type KeptOrder = RigOrder & { cost: RemovalCost | null };

/** Whether nothing is missing: a change without what is to be set waits for it. */
export const isWhole = ({ op, set }: RigOrder): boolean => op !== "change" || set !== undefined;

type Deps = Pick<WebDeps, "control">;
export type Done = { rig: Rig; moves: Move[] };

/** Carries an order out on one rig; run it in a transaction, then hand `moves` to the hub. */
export function carryOutOrder(deps: Deps, principal: Principal, order: RigOrder, id: string): Done {
  const still = (rig: Rig): Done => ({ rig, moves: [] });
  switch (order.op) {
    case "drain":
    case "undrain":
      return still(drainRig(deps, principal, { id, draining: order.op === "drain" }));
    case "park":
      return parkRig(deps, principal, id);
    case "unpark":
      return still(unparkRig(deps, principal, id));
    case "pass":
      giveNominal(deps, principal, order, id);
      return still(sayStanding(deps, principal, { id, word: order.op, reason: order.reason ?? "" }));
    case "quarantine":
    case "release":
      return still(sayStanding(deps, principal, { id, word: order.op, reason: order.reason ?? "" }));
    case "give-asset-code":
      return still(giveAssetCode(deps, principal, id));
    case "change": {
      const patch = rigPatchOf(deps.control, order.set ?? {}, rigOf(deps, id));
      return still(changeRig(deps, principal, { id, version: null, patch }));
    }
  }
}

/** A rig without a nominal cannot be passed: nothing could be expected of it. */
function giveNominal(deps: Deps, principal: Principal, { set = {} }: RigOrder, id: string): void {
  const nominalHps = set.nominal_hps ?? null;
  if (nominalHps !== null && rigOf(deps, id).nominalHps === null) changeRig(deps, principal, { id, version: null, patch: { nominalHps } });
}

/** Whether rigs may leave the contracts that they serve by it. */
export function takesAway({ op, set = {} }: RigOrder): boolean {
  if (op !== "change") return op === "drain" || op === "park" || op === "quarantine";
  return (
    (set.lifecycle !== undefined && set.lifecycle !== "active") || set.fleet_id !== undefined || set.owner_customer_id !== undefined || set.lend !== undefined
  );
}

/** What rigs of these ids cost when the order takes them away. */
export function costOf({ control, contracts }: Pick<WebDeps, "control" | "contracts">, order: RigOrder, rigIds: readonly string[]): RemovalCost | null {
  return contracts === undefined || !takesAway(order) ? null : contracts.removalCost(control.rigs.numbersOfIds(rigIds));
}

/** What a technician may set. */
const placed: ReadonlySet<string> = new Set(["site_id", "location", "lifecycle", "notes"]);

/** Throws 403, which says what is missing, where the order is not his to give. */
export function requireOrder(principal: Principal, { op, set = {} }: RigOrder): void {
  if (may(principal, "fleet:write")) return;
  const beyond = op === "change" ? Object.keys(set).find((field) => !placed.has(field)) : op;
  if (may(principal, "fleet:place") && beyond === undefined) return;
  const allowed = may(principal, "fleet:place") ? "place, lifecycle and notes are yours to change; " : "";
  throw new Problem("forbidden", `${allowed}${beyond === undefined ? "this" : beyond.replaceAll("_", " ")} needs the role operator or owner`);
}
