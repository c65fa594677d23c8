import { Type } from "@sinclair/typebox";
import { batchOutcomes, batchStates } from "../control/batches.ts";
import { problemKinds } from "./problems.ts";
import { rigOps, sharedFields } from "./rig-order.ts";
import { hps, idOf, model, oneOf, orNull, time } from "./schema-parts.ts";

/** What the API answers about orders for many rigs, with an example. */
const whole = () => Type.Integer({ minimum: 0 });

export const removalCostModel = model(
  "RemovalCost",
  {
    rigs: whole(),
    offline_rigs: Type.Integer({ minimum: 0, description: "Rigs of which nothing is to be expected anyway" }),
    serving_rigs: whole(),
    lost_hps: hps(),
    spare_hps: Type.Number({ minimum: 0, description: "What other rigs of these fleets make that could step in at once" }),
    contracts: Type.Array(
      Type.Object({
        contract_id: orNull(Type.String()),
        number: orNull(Type.String()),
        rigs: whole(),
        lost_hps: hps(),
        missing_hps: orNull(Type.Number({ description: "Once all spares that fit have stepped in; null where too many rigs go for that to be planned ahead" })),
        missing_places: orNull(whole()),
      }),
    ),
    text: Type.String(),
  },
  "What contracts lose when these rigs are taken from them, by the planner's own expectation",
);

const result = Type.Object({
  rig_id: Type.String(),
  name: orNull(Type.String()),
  outcome: oneOf(batchOutcomes),
  problem: orNull(
    Type.Object({
      type: oneOf(Object.keys(problemKinds).map((kind) => `/problems/${kind}`)),
      detail: Type.String(),
      errors: Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() })),
    }),
  ),
});

const order = {
  op: oneOf(rigOps),
  set: orNull(sharedFields),
  reason: orNull(Type.String()),
};

export const batchModel = model("Batch", {
  id: orNull(idOf("bat")),
  ...order,
  dry_run: Type.Boolean({ description: "Nothing was changed: `results` say what would be" }),
  state: oneOf(batchStates),
  total: whole(),
  done: whole(),
  counts: Type.Object({ changed: whole(), unchanged: whole(), refused: whole() }),
  cost: orNull(removalCostModel),
  results: Type.Array(result),
  created_at: time(),
});

const tail = "01kake8m3k5w9v2t7d4q6r1xyz";
export const batchExample = {
  id: `bat_${tail}`,
  op: "drain",
  set: null,
  reason: null,
  dry_run: false,
  state: "done",
  total: 2,
  done: 2,
  counts: { changed: 1, unchanged: 0, refused: 1 },
  cost: {
    rigs: 2,
    offline_rigs: 0,
    serving_rigs: 1,
    lost_hps: 141000000000000,
    spare_hps: 282000000000000,
    contracts: [{ contract_id: `ctr_${tail}`, number: "C-00042", rigs: 1, lost_hps: 141000000000000, missing_hps: 0, missing_places: 0 }],
    text: "1 contract loses 141.0 TH/s: C-00042 141.0 TH/s of 1 rig. Spares step in for all of it.",
  },
  results: [
    { rig_id: `rig_${tail}`, name: "s19-0042", outcome: "changed", problem: null },
    {
      rig_id: `rig_${tail.replace("xyz", "xyy")}`,
      name: "s19-0043",
      outcome: "refused",
      problem: { type: "/problems/conflict", detail: "the rig is pinned: unpin it first", errors: [] },
    },
  ],
  created_at: "2026-11-22T09:00:00.000Z",
};
