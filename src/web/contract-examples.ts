/** Examples of the documentation; a test holds each against its schema. */
const tail = "01kake8m3k5w9v2t7d4q6r1xyz";

export const newContractExample = {
  external_ref: "service-1042",
  customer: { external_ref: "client-311", name: "Hashhaus GmbH", email: "ops@hashhaus.example", timezone: "Europe/Vienna" },
  fleet_id: `flt_${tail}`,
  method: "threshold",
  promised_hps: 5_000_000_000_000_000,
  pools: [
    { url: "stratum+tcp://stratum.braiins.com:3333", username: "hashhaus.{rig}", password: "x" },
    { url: "stratum+ssl://backup.pool.example:443", username: "hashhaus" },
  ],
  ends_at: "2027-11-22T00:00:00Z",
  sla: { price: { amount: "1200.00", currency: "EUR" } },
};

const noMonth = { delivery_bp: null, availability_bp: null, excused_bp: null, projected_credit: null };

export const contractExample = {
  id: `ctr_${tail}`,
  number: "C-00042",
  external_ref: "service-1042",
  customer_id: `cus_${tail}`,
  fleet_id: `flt_${tail}`,
  method: "threshold",
  promised_hps: 5_000_000_000_000_000,
  rig_count: null,
  rig_nominal_hps: null,
  model: null,
  rig_ids: [],
  tolerance_bp: 1000,
  shares_per_minute: null,
  period: null,
  priority: 5,
  profile_id: `prf_${tail}`,
  starts_at: "2026-11-22T08:00:00.000Z",
  ends_at: "2027-11-22T00:00:00.000Z",
  terminates_at: null,
  sla: {
    plan: "lease",
    price: { amount: "1200.00", currency: "EUR" },
    tolerance_bp: 200,
    tiers: [
      { below_bp: 9900, credit_bp: 1000 },
      { below_bp: 9500, credit_bp: 2500 },
      { below_bp: 9000, credit_bp: 10000 },
    ],
  },
  allow_short: false,
  notes: "",
  state: "active",
  state_since: "2026-11-22T08:00:09.412Z",
  state_reason: null,
  activated_at: "2026-11-22T08:00:09.412Z",
  ended_reason: null,
  health: { state: "delivering", reason: { code: "filled", text: "its rigs send what was promised" } },
  delivered: { "900": 5_031_000_000_000_000, "86400": null },
  allocations: [
    { rig_id: `rig_${tail}`, fraction: 1, since: "2026-11-22T08:00:01.000Z", reason: { code: "filled", text: "S21-031 fills C-00042: closest surplus" } },
  ],
  active_pool_id: `pol_${tail}`,
  month: noMonth,
  warnings: [],
  version: 1,
  created_at: "2026-11-22T08:00:00.000Z",
  updated_at: "2026-11-22T08:00:00.000Z",
};

export const contractEntryExample = {
  at: "2026-11-22T08:00:00.000Z",
  verb: "added",
  decided_by: `token:tok_${tail}`,
  reason: null,
  state: "activating",
  promised_hps: 5_000_000_000_000_000,
  rig_count: null,
  tolerance_bp: 1000,
  shares_per_minute: null,
  period: null,
  priority: 5,
  profile_id: `prf_${tail}`,
  ends_at: "2027-11-22T00:00:00.000Z",
};
