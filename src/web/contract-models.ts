import { Type } from "@sinclair/typebox";
import { contractVerbs } from "../control/contract-history.ts";
import { placesMax } from "../control/contract-places.ts";
import { contractStates, endedReasons } from "../control/contract-row.ts";
import { slaPlans } from "../control/contract-sla.ts";
import { methods, periods } from "../control/fleets.ts";
import { poolUrlRule } from "../control/pools.ts";
import { emailRule, notesRule, timeZoneRule } from "../control/rules.ts";
import { contractHealthStates } from "./deps.ts";
import { hps, idOf, model, oneOf, orNull, ruled, text, time, whole } from "./schema-parts.ts";

/** What the API takes and answers of contracts. */
const promisedHps = () => Type.Integer({ minimum: 1, maximum: 1e24, description: "H/s" });
const toleranceBp = () => whole(100, 5_000);
const tier = () => Type.Object({ below_bp: whole(0, 10_000), credit_bp: whole(0, 10_000) });
const amount = () =>
  Type.Object({ amount: Type.String({ maxLength: 40, description: "With just the digits that the currency has" }), currency: Type.String({ maxLength: 10 }) });

/** The terms of money as they are entered. */
const sla = () =>
  Type.Object({
    price: amount(),
    plan: Type.Optional(oneOf(slaPlans)),
    tolerance_bp: Type.Optional(whole(0, 10_000)),
    tiers: Type.Optional(Type.Array(tier(), { maxItems: 10, description: "Where availability is below `below_bp`, so much of the price is credited" })),
  });

/** One of a contract's pools as it is entered with the contract. */
const inlinePool = () =>
  Type.Object({
    url: ruled({ ...text(300), description: "`stratum+tcp://HOST:PORT` or `stratum+ssl://HOST:PORT`" }, poolUrlRule),
    username: { ...text(512), description: "`{rig}` gives each rig its own worker name" },
    password: Type.Optional({ ...text(512, 0), writeOnly: true }),
    name: Type.Optional(text(100)),
  });

const rigIds = () => Type.Array(idOf("rig"), { minItems: 1, maxItems: placesMax, uniqueItems: true, description: "Method `miners`: these rigs by name" });
const rigCount = () => Type.Integer({ minimum: 1, maximum: placesMax, description: "Method `miners`: so many rigs" });
const externalRef = () => orNull({ ...text(100), description: "What your own system calls it; never used twice" });
const notes = () => ruled(Type.String({ maxLength: 4_000 }), notesRule(4_000));

/** What a contract and its change have in common. */
const terms = {
  promised_hps: Type.Optional({ ...promisedHps(), description: "Method `threshold`: H/s" }),
  rig_count: Type.Optional(rigCount()),
  rig_ids: Type.Optional(rigIds()),
  tolerance_bp: Type.Optional({ ...toleranceBp(), description: "Default 1000 for `threshold`, 2000 for `miners` (800 to 5000)" }),
  priority: Type.Optional({ ...whole(0, 9), description: "0 is served first; default 5" }),
  shares_per_minute: Type.Optional(orNull(Type.Number({ minimum: 1, maximum: 120, description: "Asked of its rigs; null: as the fleet says" }))),
  period: Type.Optional(orNull(oneOf(periods))),
  profile_id: Type.Optional(idOf("prf")),
  sla: Type.Optional(orNull(sla())),
  allow_short: Type.Optional(Type.Boolean({ description: "Sell it although there is too little capacity; written down" })),
};

export const newCustomerFields = {
  external_ref: Type.Optional(orNull({ ...text(100), description: "What your own system knows him by; unique" })),
  email: Type.Optional(orNull(ruled(text(254), emailRule))),
  timezone: Type.Optional(ruled({ ...text(60), description: "IANA name; the days of his statements are counted in it. Default UTC" }, timeZoneRule)),
};

export const newContract = Type.Object({
  external_ref: Type.Optional(externalRef()),
  customer_id: Type.Optional(idOf("cus")),
  customer: Type.Optional(Type.Object({ name: text(200), ...newCustomerFields })),
  fleet_id: idOf("flt"),
  method: oneOf(methods),
  ...terms,
  rig_nominal_hps: Type.Optional({ ...hps(), description: "With `rig_count`: nominal hashrate of each" }),
  model: Type.Optional({ ...text(100), description: "With `rig_count`: rigs of this model; alone it says their nominal hashrate too" }),
  pools: Type.Optional(Type.Array(inlinePool(), { minItems: 1, maxItems: 5, description: "His pools in order, instead of `profile_id`" })),
  starts_at: Type.Optional(time("Default: now")),
  ends_at: Type.Optional(orNull(time("Null or absent: open"))),
  notes: Type.Optional(notes()),
});

export const contractPatch = Type.Object({ external_ref: Type.Optional(externalRef()), notes: Type.Optional(notes()) });
export const contractChange = Type.Object({
  ...terms,
  allow_short: Type.Optional(
    Type.Boolean({ description: "Raise the promise in this change although there is too little capacity; written down. To be said each time" }),
  ),
});
export const suspension = Type.Object({ reason: text(500) });
export const renewal = Type.Object({ ends_at: orNull(time("Null: open")) });
export const termination = Type.Object({ at: Type.Optional(time("Default: now; not in the past")), reason: text(500) });

const rate = () => orNull(Type.Number());
const later = (description: string) => Type.Null({ description: `${description}; null until statements are there` });

export const contractModel = model("Contract", {
  id: idOf("ctr"),
  number: Type.String({ description: "What people call it; never given out twice" }),
  external_ref: orNull(text(100)),
  customer_id: orNull(idOf("cus")),
  fleet_id: orNull(idOf("flt")),
  method: oneOf(methods),
  promised_hps: promisedHps(),
  rig_count: orNull(Type.Integer({ description: "Places of a `miners` contract" })),
  rig_nominal_hps: orNull(Type.Number({ description: "Of each place, where all are alike" })),
  model: orNull(Type.String({ description: "Of each place, where all are alike" })),
  rig_ids: Type.Array(idOf("rig"), { description: "Rigs that were asked for by name" }),
  tolerance_bp: toleranceBp(),
  shares_per_minute: orNull(Type.Number({ description: "Null: as the fleet says" })),
  period: orNull(oneOf(periods)),
  priority: whole(0, 9),
  profile_id: orNull(idOf("prf")),
  starts_at: time(),
  ends_at: orNull(time()),
  terminates_at: orNull(time("A termination that was asked for and has not come yet")),
  sla: orNull(Type.Object({ plan: oneOf(slaPlans), price: amount(), tolerance_bp: whole(0, 10_000), tiers: Type.Array(tier()) })),
  allow_short: Type.Boolean(),
  notes: Type.String(),
  state: oneOf(contractStates),
  state_since: time(),
  state_reason: orNull(Type.String({ description: "Why it is suspended or was terminated" })),
  activated_at: orNull(time("First share that its pool accepted")),
  ended_reason: orNull(oneOf(endedReasons)),
  health: Type.Object(
    { state: orNull(oneOf(contractHealthStates)), reason: orNull(Type.Object({ code: Type.String(), text: Type.String() })) },
    { description: "Both null while it is not in force, and until it is judged for the first time" },
  ),
  delivered: Type.Object(
    { "900": rate(), "86400": rate() },
    {
      description:
        "H/s over the last 900 and 86,400 s, or since its activation or the end of its suspension where that is later; null in its first minute, while it is not active, and without data",
    },
  ),
  allocations: Type.Array(
    Type.Object({ rig_id: idOf("rig"), fraction: Type.Number(), since: time(), reason: Type.Object({ code: Type.String(), text: Type.String() }) }),
  ),
  active_pool_id: orNull(idOf("pol")),
  month: Type.Object({
    delivery_bp: later("Delivered of promised work in this calendar month"),
    availability_bp: later("Time not down"),
    excused_bp: later("Time that does not count"),
    projected_credit: later("What would be credited if the month ended now"),
  }),
  warnings: Type.Array(Type.String(), { description: "What is wrong with its pools; in the answer to its opening also what may not have been meant" }),
  version: Type.Integer({ minimum: 1, description: "The number in the ETag" }),
  created_at: time(),
  updated_at: time(),
});

export const contractEntryModel = model("ContractEntry", {
  at: time(),
  verb: oneOf(contractVerbs),
  decided_by: Type.String({ description: "`user:…`, `token:…` or `hub`" }),
  reason: orNull(Type.String()),
  state: oneOf(contractStates),
  promised_hps: promisedHps(),
  rig_count: orNull(Type.Integer()),
  tolerance_bp: toleranceBp(),
  shares_per_minute: orNull(Type.Number()),
  period: orNull(oneOf(periods)),
  priority: whole(0, 9),
  profile_id: orNull(idOf("prf")),
  ends_at: orNull(time()),
});
