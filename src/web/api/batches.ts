import { type Static, Type } from "@sinclair/typebox";
import { type Batch, type BatchCounts, noCounts } from "../../control/batches.ts";
import type { RemovalCost } from "../../schedule/removal-cost.ts";
import { checkReason } from "../actions/rig-verbs.ts";
import { applyBatch, countResults, giveOrder, keepOrder, orderOf, type RigResult, resultsOf, tryOrder } from "../batch-job.ts";
import { batchExample, batchModel } from "../batch-models.ts";
import { type ApiParts, type ChangeAsked, type ChangeReply, changeEndpoint, type Endpoint, found, type Reply, readEndpoint } from "../endpoint.ts";
import { rigExample } from "../examples.ts";
import { webLimits } from "../limits.ts";
import { pageFrom } from "../paging.ts";
import { invalidField, Problem } from "../problems.ts";
import { recorded } from "../recorded.ts";
import { costSentences } from "../removal-text.ts";
import { costOf, isWhole, type KeptOrder, type RigOrder, rigOps, sharedFields } from "../rig-order.ts";
import { idOf, oneOf, text } from "../schema-parts.ts";
import { keepOpen } from "../sse.ts";
import { timeText } from "../times.ts";
import { filterOf, type RigConditions, rigConditions } from "./rigs.ts";

const { updated_since: _since, ...conditions } = rigConditions;
const batchBody = Type.Object({
  op: oneOf(rigOps),
  ids: Type.Optional(Type.Array(idOf("rig"), { minItems: 1, maxItems: webLimits.batchRigsMax, uniqueItems: true })),
  filter: Type.Optional(Type.Object(conditions, { description: "Instead of `ids`: all rigs that match at this moment; at least one condition" })),
  set: Type.Optional(sharedFields),
  reason: Type.Optional(text(200, 0)),
  dry_run: Type.Optional(Type.Boolean()),
});
type BatchBody = Static<typeof batchBody>;

const listed = 50;
const idsPerPage = 500;

/** The order of a body; every contradiction in it is named. */
function orderIn({ op, ids, filter, set, reason }: BatchBody): RigOrder {
  if ((ids === undefined) === (filter === undefined)) throw invalidField("ids", "is required, or else filter; one of the two");
  if (filter !== undefined && Object.keys(filter).length === 0) throw invalidField("filter", "must have at least one condition");
  if (op === "change" && set === undefined) throw invalidField("set", "is required for the op change");
  if (op !== "change" && op !== "pass" && set !== undefined) throw invalidField("set", `is for the ops change and pass alone, not for ${op}`);
  if (op === "pass" && Object.keys(set ?? {}).some((field) => field !== "nominal_hps")) throw invalidField("set", "may have nominal_hps alone for the op pass");
  if (set !== undefined && Object.keys(set).length === 0) throw invalidField("set", "must set at least one field");
  checkReason(reason ?? "");
  return { op, ...(set !== undefined && { set }), ...(reason !== undefined && reason !== "" && { reason }) };
}

/** The rigs that match now, by name. @throws Problem `invalid` where they are more than one order may be for */
export function matchingIds(parts: Pick<ApiParts, "deps">, filter: RigConditions): string[] {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { rows: { id: string }[]; next: string | null } = pageFrom(
      parts.deps.control.rigs.list({ cursor, limit: idsPerPage, filter: filterOf(parts, filter) }),
    );
    ids.push(...page.rows.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null && ids.length <= webLimits.batchRigsMax);
  if (ids.length > webLimits.batchRigsMax) throw invalidField("filter", `must match at most ${webLimits.batchRigsMax} rigs`);
  return ids;
}

function costJson(parts: ApiParts, cost: RemovalCost | null) {
  if (cost === null) return null;
  const { control } = parts.deps;
  return {
    ...{ rigs: cost.rigs, offline_rigs: cost.idleRigs, serving_rigs: cost.servingRigs, lost_hps: cost.lostHps, spare_hps: cost.spareHps },
    contracts: cost.contracts.map(({ contractNo, rigs, lostHps, missingHps, missingPlaces }) => ({
      ...{ contract_id: parts.ids.contract(contractNo), number: control.contracts.byNo(contractNo)?.number ?? null },
      ...{ rigs, lost_hps: lostHps, missing_hps: missingHps, missing_places: missingPlaces },
    })),
    text: costSentences(control, cost).join(" "),
  };
}

const resultJson = ({ rigId, name, outcome, refusal }: RigResult) => ({
  ...{ rig_id: rigId, name, outcome },
  problem: refusal === null ? null : { type: `/problems/${refusal.type}`, detail: refusal.detail, errors: refusal.errors },
});

type Shown = { order: KeptOrder; results: readonly RigResult[]; counts?: BatchCounts; total: number; createdAtMs: number };

function shownJson(parts: ApiParts, { order, results, counts = countResults(results), total, createdAtMs }: Shown) {
  const { op, set = null, reason = null, cost } = order;
  const figures = { total, done: counts.changed + counts.unchanged + counts.refused, counts, cost: costJson(parts, cost) };
  return { op, set, reason, ...figures, results: results.map(resultJson), created_at: timeText(createdAtMs) };
}

function batchJson(parts: ApiParts, batch: Batch, known: Pick<Shown, "results" | "counts"> = { results: resultsOf(parts.deps.control, batch) }) {
  const shown = shownJson(parts, { order: orderOf(batch), ...known, total: batch.total, createdAtMs: batch.createdAtMs });
  return { id: batch.id, dry_run: false, state: batch.state, ...shown };
}

/** Without their results: those of fifty orders would be half a million. */
function latestJson(parts: ApiParts) {
  const { batches } = parts.deps.control;
  const latest = batches.latest(listed);
  const counts = batches.counts(latest.map(({ no }) => no));
  return latest.map((batch) => batchJson(parts, batch, { results: [], counts: counts.get(batch.no) ?? noCounts }));
}

function dryReply(
  parts: ApiParts,
  { principal, nowMs, request }: ChangeAsked<typeof batchBody>,
  { order, rigIds }: { order: KeptOrder; rigIds: string[] },
): ChangeReply {
  const bodyOf = (results: RigResult[]) => ({
    ...{ id: null, dry_run: true, state: "done" },
    ...shownJson(parts, { order, results, total: rigIds.length, createdAtMs: nowMs }),
  });
  keepOpen(request);
  return { body: bodyOf([]), isDry: true, complete: async () => ({ body: bodyOf(await tryOrder(parts.deps, principal, order, rigIds)) }) };
}

/** Waits for the job as long as a script should; a longer one goes on by itself. */
async function settled(parts: ApiParts, job: Promise<void>, id: string): Promise<Reply> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, webLimits.batchAnswerMsMax);
  const logged = job.catch((error: unknown) => parts.deps.log.error("web.batch", { batch: id, error: String(error) }));
  await Promise.race([logged, late.promise]);
  clearTimeout(timer);
  const batch = found(parts.deps.control.batches.byId(id), "batch");
  return { status: batch.state === "done" ? 200 : 202, body: batchJson(parts, batch), location: `/api/v1/batches/${id}` };
}

function jobReply(parts: ApiParts, batch: Batch, { principal, request }: Pick<ChangeAsked<typeof batchBody>, "principal" | "request">): ChangeReply {
  const action = "POST /api/v1/rigs/batch";
  const run = () => recorded(parts.deps, principal, { request, action, id: "" }, () => applyBatch(parts.deps, principal, batch));
  keepOpen(request);
  const kept = { status: 202, body: batchJson(parts, batch), location: `/api/v1/batches/${batch.id}` } as const;
  return { ...kept, complete: () => settled(parts, run(), batch.id) };
}

export function batchEndpoints(parts: ApiParts): Endpoint[] {
  const { deps } = parts;
  const answers = [
    { status: 200, description: "Every rig is through", schema: batchModel, example: batchExample },
    { status: 202, description: "It goes on; read it at Location", schema: batchModel, example: { ...batchExample, state: "applying" } },
  ] as const;
  return [
    changeEndpoint(parts, {
      ...{ method: "POST", path: "/rigs/batch", need: "fleet:write", tag: "rigs", summary: "Give one order for many rigs", answers },
      description:
        "Carries `op` out on each rig of `ids` or `filter`, each in a transaction of its own with its own result and audit entry: one that is refused leaves the others alone. " +
        "`change` sets the fields of `set`; of `pass` it may have `nominal_hps`, for rigs that have none; `reason` goes with quarantine, release and pass. `dry_run` changes nothing and tells what would become of each rig and what contracts would lose. " +
        `Answers when all are through, or with 202 after ${webLimits.batchAnswerMsMax / 1_000} s.`,
      body: batchBody,
      bodyExample: { op: "drain", ids: [rigExample.id], dry_run: true },
      handle: (asked) => {
        const { body, principal } = asked;
        const order = orderIn(body);
        const rigIds = body.ids ?? matchingIds(parts, body.filter ?? {});
        const kept: KeptOrder = { ...order, cost: costOf(deps, order, rigIds) };
        if (body.dry_run === true) return dryReply(parts, asked, { order: kept, rigIds });
        return jobReply(parts, keepOrder(deps, principal, { order: kept, rigIds }), asked);
      },
    }),
    readEndpoint({
      ...{ path: "/batches", need: "fleet:read", tag: "rigs", summary: "List orders for many rigs" },
      description: "Those of the last seven days, newest first, without their results; 50 at most.",
      answers: [
        {
          ...{ status: 200, description: "Orders" },
          schema: Type.Object({ data: Type.Array(batchModel), page: Type.Object({ next: Type.Null() }) }),
          example: { data: [{ ...batchExample, results: [] }], page: { next: null } },
        },
      ],
      handle: () => ({ body: { data: latestJson(parts), page: { next: null } } }),
    }),
    readEndpoint({
      ...{ path: "/batches/{id}", need: "fleet:read", tag: "rigs", summary: "Read an order for many rigs, with each rig's result" },
      answers: [{ status: 200, description: "The order", schema: batchModel, example: batchExample }],
      handle: ({ id }) => ({ body: batchJson(parts, found(deps.control.batches.byId(id), "batch")) }),
    }),
    changeEndpoint(parts, {
      ...{ method: "POST", path: "/batches/{id}/apply", need: "fleet:write", tag: "rigs", summary: "Carry an order out, or go on with it", answers },
      description:
        "For one that was interrupted, or that waits on its page for a word: its `cost` is then what it costs now. " +
        "One that is through stays as it is; a change that does not say yet what is to be set is refused with 409.",
      handle: (asked) => {
        const batch = found(deps.control.batches.byId(asked.id), "batch");
        if (!isWhole(orderOf(batch))) throw new Problem("conflict", "this change does not say yet what is to be set: set it on the order's page");
        return jobReply(parts, giveOrder(deps, batch), asked);
      },
    }),
  ];
}
