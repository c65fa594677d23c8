import type { PromiseAsk } from "../../control/contract-places.ts";
import type { Contract } from "../../control/contract-row.ts";
import type { SlaInput, SlaPlan } from "../../control/contract-sla.ts";
import type { Customer } from "../../control/customers.ts";
import type { Fleet, Method, Period } from "../../control/fleets.ts";
import { textRule } from "../../control/rules.ts";
import { accepted, apiField } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { Faults } from "../faults.ts";
import { noIfAny, noOf } from "../paging.ts";
import { actorOf, type Principal } from "../principal.ts";
import { invalidField, within } from "../problems.ts";
import { readTime } from "../times.ts";
import { capacityJson, requireCapacity, requireTellable } from "./contract-capacity.ts";
import { addCustomer, type CustomerEntry } from "./customers.ts";
import { addPool } from "./pools.ts";
import { recordAct, type Subject } from "./record.ts";

type Deps = Pick<WebDeps, "control" | "now" | "contracts">;

export type SlaEntry = {
  price: { amount: string; currency: string };
  plan?: SlaPlan;
  tolerance_bp?: number;
  tiers?: readonly { below_bp: number; credit_bp: number }[];
};

/** What a contract and its change have in common, as it is entered. */
export type TermsEntry = {
  promised_hps?: number;
  rig_count?: number;
  rig_ids?: readonly string[];
  tolerance_bp?: number;
  priority?: number;
  shares_per_minute?: number | null;
  period?: Period | null;
  profile_id?: string;
  sla?: SlaEntry | null;
  allow_short?: boolean;
};

export type PoolOfContract = { url: string; username: string; password?: string; name?: string };

/** A contract as it is entered, by a script or in a form. */
export type ContractEntry = TermsEntry & {
  external_ref?: string | null;
  customer_id?: string;
  customer?: CustomerEntry & { name: string };
  fleet_id: string;
  method: Method;
  rig_nominal_hps?: number;
  model?: string;
  pools?: readonly PoolOfContract[];
  starts_at?: string;
  ends_at?: string | null;
  notes?: string;
};

export const contractSubject = ({ id, number }: Contract): Subject => ({ kind: "contract", id, name: number });

/** A contract's field outside: times have no unit there. */
export const contractField = (field: string): string => apiField(field).replace(/_ms$/, "");

/**
 * Adds a contract, and with it the customer and the pools that come in the same body. Run it in a transaction, then tell the hub
 * (`configChanged`) and the planner (`contracts.changed`). Throws a problem that names the field; then nothing of it stays.
 */
export function addContract(deps: Deps, principal: Principal, entry: ContractEntry): Contract {
  const { control } = deps;
  const faults = new Faults();
  const fleet = control.fleets.byId(entry.fleet_id);
  // Pools of nobody become no profile.
  const follows = ["customer_id", ...(entry.pools === undefined ? [] : ["profile_id"])];
  const customer = faults.read(() => customerOf(deps, principal, entry), follows) ?? null;
  const profileNo = faults.read(() => profileNoOf(deps, principal, { entry, customer, fleet }), ["profile_id"]) ?? 0;
  const { external_ref, notes, starts_at, ends_at } = entry;
  const input = {
    ...{ customerNo: noIfAny(customer), fleetNo: noIfAny(fleet), profileNo, method: entry.method, promise: promiseOf(deps, entry, faults) },
    by: actorOf(principal),
    ...termsOf(entry),
    ...(external_ref !== undefined && { externalRef: external_ref }),
    ...(notes !== undefined && { notes }),
    ...(starts_at !== undefined && { startsAtMs: msOf(starts_at) }),
    ...(ends_at !== undefined && { endsAtMs: ends_at === null ? null : msOf(ends_at) }),
  };
  const contract = faults.settle(() => accepted(control.contracts.create(input), "contract", contractField));
  requireTellable(deps, contract);
  const short = requireCapacity(deps, contract, contract.allowShort);
  const data = {
    ...{ number: contract.number, external_ref: contract.externalRef, customer_id: customer?.id, method: contract.method, promised_hps: contract.promisedHps },
    ...(short !== null && { allow_short: true, ...capacityJson(short) }),
  };
  recordAct(control, principal, { verb: "added", subject: contractSubject(contract), data });
  return contract;
}

type PromiseEntry = TermsEntry & Pick<ContractEntry, "rig_nominal_hps" | "model">;

/** The promise as control reads it; rigs that do not exist are kept as faults, each by its place in the list. */
export function promiseOf({ control }: Deps, entry: PromiseEntry, faults: Faults): PromiseAsk {
  const { promised_hps, rig_count, rig_ids, rig_nominal_hps, model } = entry;
  return {
    ...(promised_hps !== undefined && { promisedHps: promised_hps }),
    ...(rig_count !== undefined && { rigCount: rig_count }),
    ...(rig_nominal_hps !== undefined && { rigNominalHps: rig_nominal_hps }),
    ...(model !== undefined && { model }),
    ...(rig_ids !== undefined && { rigNos: rig_ids.map((id, index) => faults.read(() => noOf(`rig_ids/${index}`, control.rigs.byId(id), "rig")) ?? 0) }),
  };
}

export function termsOf({ tolerance_bp, priority, shares_per_minute, period, sla, allow_short }: TermsEntry) {
  return {
    ...(tolerance_bp !== undefined && { toleranceBp: tolerance_bp }),
    ...(priority !== undefined && { priority }),
    ...(shares_per_minute !== undefined && { sharesPerMinute: shares_per_minute }),
    ...(period !== undefined && { period }),
    ...(sla !== undefined && { sla: sla === null ? null : slaInput(sla) }),
    ...(allow_short !== undefined && { allowShort: allow_short }),
  };
}

function slaInput({ price, plan, tolerance_bp, tiers }: SlaEntry): SlaInput {
  return {
    price,
    ...(plan !== undefined && { plan }),
    ...(tolerance_bp !== undefined && { toleranceBp: tolerance_bp }),
    ...(tiers !== undefined && { tiers: tiers.map(({ below_bp, credit_bp }) => ({ belowBp: below_bp, creditBp: credit_bp })) }),
  };
}

/** The schema has read the time before. */
export const msOf = (text: string): number => readTime(text) ?? 0;

/** One that exists, by id or by the reference that comes with him; else a new one. */
function customerOf(deps: Deps, principal: Principal, { customer_id, customer }: ContractEntry): Customer {
  const { customers } = deps.control;
  if ((customer_id === undefined) === (customer === undefined)) throw invalidField("customer_id", "is required, or else customer; one of the two");
  if (customer !== undefined) {
    const known = typeof customer.external_ref === "string" ? customers.byExternalRef(customer.external_ref) : null;
    return known ?? within("customer", () => addCustomer(deps, principal, customer));
  }
  const known = customers.byId(customer_id ?? "");
  if (known === null) throw invalidField("customer_id", "must be the id of a customer that exists");
  return known;
}

type ProfileAsk = { entry: ContractEntry; customer: Customer | null; fleet: Fleet | null };

/** A customer's second profile of a name is "name 2". */
function freeName({ control: { profiles } }: Deps, wanted: string, { id }: Customer): string {
  const first = wanted.slice(0, 90).toWellFormed().trim();
  let name = first;
  for (let next = 2; profiles.isNamed(name, id); next++) name = `${first} ${next}`;
  return name;
}

/** Pools that come with the contract become a profile of their own, under its customer. */
function profileNoOf(deps: Deps, principal: Principal, { entry, customer, fleet }: ProfileAsk): number {
  const { control } = deps;
  const { profile_id, pools, external_ref } = entry;
  if ((profile_id === undefined) === (pools === undefined)) throw invalidField("profile_id", "is required, or else pools; one of the two");
  if (pools === undefined) return noIfAny(control.profiles.byId(profile_id ?? ""));
  const algorithm = fleet?.algorithm ?? "sha256d";
  const shared = { algorithm, customer_id: customer?.id ?? null };
  const faults = new Faults();
  const added = pools.map((pool, index) => faults.read(() => within(`pools/${index}`, () => addPool(deps, principal, { ...pool, ...shared }).no)));
  const poolNos = faults.settle(() => added.map((no) => no ?? 0));
  if (customer === null) return 0;
  // A reference that breaks a rule is told as such, not as the name of a profile.
  const isName = external_ref !== undefined && textRule(100)(external_ref) === null;
  const name = freeName(deps, isName && external_ref !== null ? external_ref : customer.name, customer);
  const profile = accepted(control.profiles.create({ name, poolNos, customerId: customer.id }), "profile");
  recordAct(control, principal, {
    verb: "added",
    subject: { kind: "profile", id: profile.id, name },
    data: { pool_ids: poolNos.map((no) => control.pools.byNo(no)?.id) },
  });
  return profile.no;
}
