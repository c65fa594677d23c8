import { Type } from "@sinclair/typebox";
import { methods, periods } from "../control/fleets.ts";
import { poolModes } from "../control/pools.ts";
import { lends, lifecycles, nominalSources, rigStatuses } from "../control/rig-row.ts";
import { poolStates } from "../health/facts.ts";
import { hubVerdicts, poolVerdicts } from "../ledger/share-record.ts";
import { algorithmNames } from "../work/algorithm.ts";
import { day, hps, idOf, model, oneOf, orNull, text, time, whole, workHashes } from "./schema-parts.ts";

/** What the API answers, object by object. Tests hold real answers against these, and the OpenAPI document is made of them. */
const bp = () => whole(0, 10_000);
export const rowFields = {
  version: Type.Integer({ minimum: 1, description: "The number in the ETag" }),
  created_at: time(),
  updated_at: time(),
};
export const algorithm = () => oneOf(algorithmNames);
const reason = () => Type.Object({ code: Type.String(), text: Type.String() });

export const problemModel = model(
  "Problem",
  {
    type: Type.String({ description: "A stable address that explains the kind of problem in plain words" }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    request_id: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({
            description: "JSON pointer into the body; `#query/name` for a parameter, `#header/name` for a header, empty for the object as a whole",
          }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  "RFC 9457",
);

export const whoamiModel = model("Whoami", {
  token_id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  expires_at: orNull(time()),
});

export const summaryModel = model("Summary", {
  at: time(),
  delivered_hps: Type.Number({ description: "Over the last 15 minutes in which the hub ran; over the last minute when it has just started" }),
  promised_hps: Type.Number(),
  rigs: Type.Object(Object.fromEntries(rigStatuses.map((status) => [status, Type.Integer()]))),
  rigs_never_seen: Type.Integer({ description: "Of `rigs.offline`, those that were entered and have not connected yet: they are not down" }),
  sessions: Type.Integer(),
  contracts_at_risk: Type.Integer(),
});

export const poolModel = model("Pool", {
  id: idOf("pol"),
  name: text(100),
  url: Type.String({ description: "`stratum+tcp://host:port` or `stratum+ssl://host:port`" }),
  algorithm: algorithm(),
  username: Type.String({ description: "`{rig}` stands for the rig's own name" }),
  mode: oneOf(poolModes),
  customer_id: orNull(Type.String()),
  state: oneOf(poolStates),
  state_since: time(),
  state_reason: Type.String(),
  extranonce2_size: orNull(Type.Integer()),
  difficulty: orNull(Type.Number()),
  sessions: Type.Integer({ description: "Open connections to the pool" }),
  rigs: Type.Integer({ description: "Rigs that hold a job of this pool" }),
  answer_ms: orNull(Type.Number({ description: "Median time to the pool's answer, of its last answers" })),
  answers_1h: orNull(
    Type.Object(
      {
        count: Type.Integer(),
        p50_ms: orNull(Type.Number()),
        p99_ms: orNull(Type.Number()),
        since: time(),
      },
      {
        description:
          "How long the pool took to answer shares over the last hour: half of them within `p50_ms`, 99 of 100 within `p99_ms` (above 16 ms at most 6 % too long); " +
          "null = longer than 3 seconds, which is as long as the hub waits, or never. Counted in memory: `since` is the start of the hub where that is less than an hour ago. " +
          "Null as a whole where there was no share to answer",
      },
    ),
  ),
  reject_1h_bp: Type.Integer({ description: "Work that the pool refused or never answered, of all that was sent in the last hour; 0 when nothing was sent" }),
  warnings: Type.Array(Type.String()),
  ...rowFields,
});

export const poolTestModel = model("PoolTest", {
  ok: Type.Boolean(),
  steps: Type.Array(
    Type.Object({ name: oneOf(["connect", "subscribe", "authorize", "first_job"]), ok: Type.Boolean(), ms: Type.Number(), text: Type.String() }),
  ),
  extranonce2_size: orNull(Type.Integer()),
  difficulty: orNull(Type.Number()),
  warnings: Type.Array(Type.String()),
});

export const customerModel = model("Customer", {
  id: idOf("cus"),
  external_ref: orNull(text(100)),
  name: text(200),
  email: orNull(text(254)),
  timezone: Type.String({ description: "IANA name" }),
  warnings: Type.Array(Type.String(), { description: "That another customer has the same name" }),
  ...rowFields,
});

export const profileModel = model("Profile", {
  id: idOf("prf"),
  name: text(100),
  algorithm: algorithm(),
  pool_ids: Type.Array(idOf("pol"), { minItems: 1, maxItems: 5 }),
  return_after_s: Type.Integer(),
  customer_id: orNull(Type.String()),
  warnings: Type.Array(Type.String(), { description: "What is wrong with its pools; each names its pool" }),
  ...rowFields,
});

export const siteModel = model("Site", {
  id: idOf("sit"),
  name: text(100),
  timezone: Type.String({ description: "Of the IANA list" }),
  asset_code_pattern: orNull(Type.String()),
  ...rowFields,
});

export const fleetModel = model("Fleet", {
  id: idOf("flt"),
  name: text(100),
  algorithm: algorithm(),
  site_id: orNull(idOf("sit")),
  house_profile_id: orNull(idOf("prf")),
  method: oneOf(methods),
  tolerance_bp: bp(),
  alarm_threshold_bp: bp(),
  reserve_bp: bp(),
  shares_per_minute: Type.Number(),
  period: oneOf(periods),
  degraded_below_bp: bp(),
  disconnect_grace_s: Type.Integer(),
  held: orNull(Type.Object({ until: time(), reason: Type.String() }, { description: "No automatic moves of rigs until then; null = it is not held" })),
  ...rowFields,
});

export const maintenanceSubject = () =>
  Type.Object(
    {
      fleet_id: Type.Optional(idOf("flt")),
      site_id: Type.Optional(idOf("sit")),
      rack: Type.Optional(
        Type.Object({ site_id: idOf("sit"), building: Type.Optional(orNull(text(100))), row: Type.Optional(orNull(text(100))), rack: text(100) }),
      ),
      rig_ids: Type.Optional(Type.Array(idOf("rig"), { minItems: 1, maxItems: 10_000 })),
    },
    { description: "Exactly one of them: a fleet, a site, a rack, or rigs by id" },
  );
export const maintenanceModel = model("Maintenance", {
  id: idOf("mwn"),
  subject: maintenanceSubject(),
  from: time(),
  to: time("Not included"),
  reason: text(500),
  excused: Type.Boolean({ description: "Its time does not count against the SLA" }),
  rigs: Type.Integer({ description: "How many rigs that are now" }),
  ...rowFields,
});

export const listenerModel = model("Listener", {
  id: idOf("lsn"),
  bind: Type.String(),
  fleet_id: idOf("flt"),
  protocol: oneOf(["v1"]),
  tls: orNull(Type.Object({ cert_file: Type.String(), key_file: Type.String() })),
  proxy_from: Type.Array(Type.String()),
  enrol: Type.Boolean(),
  extranonce: Type.Object({ e1_bytes: Type.Integer(), e2_bytes: Type.Integer() }),
  address: orNull(Type.String({ description: "Where it listens, `HOST:PORT`; null while it does not" })),
  error: orNull(Type.String({ description: "Why it does not listen" })),
  primary: Type.Boolean({ description: "The listener of the --stratum flag; its address is changed there" }),
  ...rowFields,
});

const placePart = () => orNull(Type.String());
export const rigModel = model("Rig", {
  id: idOf("rig"),
  name: Type.String(),
  worker_names: Type.Array(Type.String(), { description: "Further names that it logs in with: claimed, or its own before it was renamed or merged" }),
  asset_code: orNull(Type.String()),
  fleet_id: idOf("flt"),
  site_id: orNull(idOf("sit")),
  location: Type.Object({ building: placePart(), row: placePart(), rack: placePart(), position: placePart() }),
  owner_customer_id: orNull(Type.String()),
  model: orNull(Type.String()),
  serial: orNull(Type.String()),
  mac: orNull(Type.String()),
  warranty_until: orNull(day()),
  nominal_hps: orNull(hps()),
  nominal_source: orNull(oneOf(nominalSources)),
  lend: oneOf(lends),
  lifecycle: oneOf(lifecycles),
  notes: Type.String(),
  status: { ...oneOf(rigStatuses), description: "One that was entered and has not connected yet is `offline` for the reason `never-connected`" },
  status_since: time(),
  status_reason: reason(),
  draining: Type.Boolean({ description: "Its contracts get another rig first, then it mines for the house and is given to nobody" }),
  parked: Type.Boolean({ description: "It mines for the house and is given to nobody" }),
  pinned_profile_id: orNull(idOf("prf")),
  pinned_contract_id: orNull(idOf("ctr")),
  serving: Type.Object({ contract_id: orNull(idOf("ctr")), pool_id: orNull(idOf("pol")) }, { description: "Whose job the rig holds at this moment" }),
  allocations: Type.Array(Type.Object({ contract_id: orNull(idOf("ctr")), fraction: Type.Number() })),
  hashrate: Type.Object(
    { "60": orNull(Type.Number()), "900": orNull(Type.Number()), "86400": orNull(Type.Number()) },
    { description: "H/s over the last so many seconds" },
  ),
  sessions: Type.Array(Type.Object({ address: Type.String(), agent: Type.String(), difficulty: Type.Number(), worker: Type.String(), since: time() })),
  last_refusal: orNull(Type.Object({ at: time(), code: Type.Integer(), text: Type.String() })),
  last_share_at: orNull(time()),
  ...rowFields,
});

const tally = () => Type.Object({ count: Type.Integer(), work_hashes: workHashes() });
export const sharesSummaryModel = model("SharesSummary", {
  hub_accepted: tally(),
  pool_accepted: tally(),
  pool_rejected: Type.Object({ count: Type.Integer(), work_hashes: workHashes(), by_reason: Type.Record(Type.String(), tally()) }),
  unanswered: tally(),
  stale: tally(),
  low_difficulty: tally(),
  duplicate: tally(),
  invalid: tally(),
  expired: tally(),
  unauthorized: tally(),
  orphaned: tally(),
  as_of: time(),
});

const noData = () => orNull(Type.Number());
export const hashrateModel = model("Hashrate", {
  step_s: Type.Integer(),
  points: Type.Array(
    Type.Object({ at: time("Start of the step"), effective_hps: noData(), delivered_hps: noData(), lower_hps: noData(), upper_hps: noData() }),
    { description: "Null where the hub was not running: no data, which is not zero" },
  ),
});

export const shareModel = model("Share", {
  sequence: Type.Integer(),
  at: time("Receipt at the hub"),
  rig_id: orNull(idOf("rig")),
  session_no: Type.Integer(),
  contract_id: orNull(idOf("ctr")),
  pool_id: orNull(idOf("pol")),
  algorithm: algorithm(),
  difficulty: Type.Number(),
  work_hashes: workHashes(),
  pool_difficulty: Type.Number(),
  pool_work_hashes: workHashes(),
  hub_verdict: oneOf(hubVerdicts),
  pool_verdict: oneOf(poolVerdicts),
  reason: orNull(Type.String()),
  answered_ms: orNull(Type.Integer()),
});

export const allocationModel = model("Allocation", {
  id: idOf("alc"),
  rig_id: orNull(idOf("rig")),
  contract_id: orNull(idOf("ctr")),
  fraction: Type.Number(),
  profile_id: orNull(idOf("prf")),
  from: time(),
  to: orNull(time()),
  reason: reason(),
  decided_by: Type.String(),
});

export const eventModel = model("Event", {
  id: idOf("evt"),
  at: time(),
  type: Type.String(),
  subject: Type.Object({ kind: Type.String(), id: orNull(Type.String()) }),
  text: Type.String(),
  data: Type.Unknown(),
});
