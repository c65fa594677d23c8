/** Examples of the documentation; a test holds each against its schema. */
export const rowExample = { version: 1, created_at: "2026-11-22T08:00:00.000Z", updated_at: "2026-11-22T08:00:00.000Z" };
const row = rowExample;
const tail = "01kake8m3k5w9v2t7d4q6r1xyz";

export const poolExample = {
  id: `pol_${tail}`,
  name: "Braiins",
  url: "stratum+tcp://stratum.braiins.com:3333",
  algorithm: "sha256d",
  username: "farm.{rig}",
  mode: "shared",
  customer_id: null,
  state: "live",
  state_since: "2026-11-22T08:00:03.120Z",
  state_reason: "",
  extranonce2_size: 8,
  difficulty: 65536,
  sessions: 1,
  rigs: 240,
  answer_ms: 38,
  answers_1h: { count: 12_345, p50_ms: 37, p99_ms: 121, since: "2026-11-22T08:05:00.000Z" },
  reject_1h_bp: 4,
  warnings: [],
  ...row,
};

export const poolTestExample = {
  ok: true,
  steps: [
    { name: "connect", ok: true, ms: 12, text: "" },
    { name: "subscribe", ok: true, ms: 40, text: "" },
    { name: "authorize", ok: true, ms: 38, text: "" },
    { name: "first_job", ok: true, ms: 210, text: "" },
  ],
  extranonce2_size: 8,
  difficulty: 65536,
  warnings: [],
};

export const customerExample = {
  id: `cus_${tail}`,
  external_ref: "client-311",
  name: "Hashhaus GmbH",
  email: "ops@hashhaus.example",
  timezone: "Europe/Vienna",
  warnings: [],
  ...row,
};

export const profileExample = {
  id: `prf_${tail}`,
  name: "House",
  algorithm: "sha256d",
  pool_ids: [`pol_${tail}`],
  return_after_s: 120,
  customer_id: null,
  warnings: [],
  ...row,
};

export const siteExample = { id: `sit_${tail}`, name: "Linz", timezone: "Europe/Vienna", asset_code_pattern: "AM-{MODEL}-{000000}", ...row };

export const fleetExample = {
  id: `flt_${tail}`,
  name: "main",
  algorithm: "sha256d",
  site_id: null,
  house_profile_id: `prf_${tail}`,
  method: "threshold",
  tolerance_bp: 1000,
  alarm_threshold_bp: 3000,
  reserve_bp: 0,
  shares_per_minute: 12,
  period: "normal",
  degraded_below_bp: 8460,
  disconnect_grace_s: 15,
  held: null,
  ...row,
};

export const maintenanceExample = {
  id: `mwn_${tail}`,
  subject: { rack: { site_id: `sit_${tail}`, building: "A", row: "3", rack: "12" } },
  from: "2026-11-23T07:00:00.000Z",
  to: "2026-11-23T09:00:00.000Z",
  reason: "new switch in row 3",
  excused: true,
  rigs: 24,
  ...row,
};

export const listenerExample = {
  id: `lsn_${tail}`,
  bind: "0.0.0.0:3333",
  fleet_id: `flt_${tail}`,
  protocol: "v1",
  tls: null,
  proxy_from: [],
  enrol: true,
  extranonce: { e1_bytes: 1, e2_bytes: 3 },
  address: "0.0.0.0:3333",
  error: null,
  primary: true,
  ...row,
};

export const rigExample = {
  id: `rig_${tail}`,
  name: "s19-0042",
  worker_names: ["s19-0042-old"],
  asset_code: "AM-S19XP-000042",
  fleet_id: `flt_${tail}`,
  site_id: null,
  location: { building: "A", row: "3", rack: "12", position: "4" },
  owner_customer_id: null,
  model: "Antminer S19 XP",
  serial: null,
  mac: null,
  warranty_until: "2027-05-31",
  nominal_hps: 141000000000000,
  nominal_source: "declared",
  lend: "none",
  lifecycle: "active",
  notes: "",
  status: "online",
  status_since: "2026-11-22T08:05:00.000Z",
  status_reason: { code: "shares", text: "shares arrive as expected" },
  draining: false,
  parked: false,
  pinned_profile_id: null,
  pinned_contract_id: null,
  serving: { contract_id: null, pool_id: `pol_${tail}` },
  allocations: [{ contract_id: null, fraction: 1 }],
  hashrate: { "60": 138200000000000, "900": 140700000000000, "86400": null },
  sessions: [{ address: "10.1.4.42", agent: "cgminer/4.12.1", difficulty: 65536, worker: "farm.s19-0042", since: "2026-11-22T08:00:00.000Z" }],
  last_refusal: null,
  last_share_at: "2026-11-22T08:14:58.301Z",
  ...row,
};

const tally = (count: number, work: string) => ({ count, work_hashes: work });
export const sharesSummaryExample = {
  hub_accepted: tally(720, "202661983191040"),
  pool_accepted: tally(44, "193514046488576"),
  pool_rejected: { ...tally(1, "4398046511104"), by_reason: { stale: tally(1, "4398046511104") } },
  unanswered: tally(0, "0"),
  stale: tally(2, "562949953421"),
  low_difficulty: tally(0, "0"),
  duplicate: tally(0, "0"),
  invalid: tally(0, "0"),
  expired: tally(0, "0"),
  unauthorized: tally(0, "0"),
  orphaned: tally(0, "0"),
  as_of: "2026-11-22T09:00:00.000Z",
};

export const hashrateExample = {
  step_s: 300,
  points: [
    { at: "2026-11-22T08:00:00.000Z", effective_hps: 140700000000000, delivered_hps: 140100000000000, lower_hps: 131000000000000, upper_hps: 150900000000000 },
  ],
};

export const shareExample = {
  sequence: 91342,
  at: "2026-11-22T08:14:58.301Z",
  rig_id: `rig_${tail}`,
  session_no: 17,
  contract_id: null,
  pool_id: `pol_${tail}`,
  algorithm: "sha256d",
  difficulty: 65536,
  work_hashes: "281474976710656",
  pool_difficulty: 1048576,
  pool_work_hashes: "4503599627370496",
  hub_verdict: "accepted",
  pool_verdict: "not-forwarded",
  reason: null,
  answered_ms: null,
};

export const allocationExample = {
  id: `alc_${tail}`,
  rig_id: `rig_${tail}`,
  contract_id: null,
  fraction: 1,
  profile_id: `prf_${tail}`,
  from: "2026-11-22T08:00:00.000Z",
  to: null,
  reason: { code: "pinned", text: "pinned to profile House by token ci" },
  decided_by: `token:tok_${tail}`,
};

export const eventExample = {
  id: `evt_${tail}`,
  at: "2026-11-22T08:00:00.000Z",
  type: "rig.enrolled",
  subject: { kind: "rig", id: `rig_${tail}` },
  text: "s19-0042 connected for the first time and enrolled itself",
  data: { name: "s19-0042" },
};

export const summaryExample = {
  at: "2026-11-22T08:15:00.000Z",
  delivered_hps: 33800000000000000,
  promised_hps: 0,
  rigs: { vetting: 0, online: 240, degraded: 1, offline: 2, rejecting: 0, flapping: 0, quarantined: 0 },
  rigs_never_seen: 1,
  sessions: 241,
  contracts_at_risk: 0,
};

export const whoamiExample = { token_id: `tok_${tail}`, name: "ci", scopes: ["fleet:read", "pools:write"], expires_at: null };
