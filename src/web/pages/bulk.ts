import { plural } from "../../../views/format.ts";
import { type BatchFields, type BatchLine, BatchPage, type BatchProps } from "../../../views/pages/batch.tsx";
import type { BulkOp } from "../../../views/parts/bulk-bar.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { Batch } from "../../control/batches.ts";
import { assetUrls } from "../assets/assets.ts";
import { applyBatch, countResults, giveOrder, idsOf, isApplying, keepOrder, orderOf, type RigResult, resultsOf, tryOrder } from "../batch-job.ts";
import { found } from "../endpoint.ts";
import { webLimits } from "../limits.ts";
import { may } from "../principal.ts";
import { Problem } from "../problems.ts";
import { recorded } from "../recorded.ts";
import { costSentences } from "../removal-text.ts";
import { costOf, isWhole, type KeptOrder, type RigOp, type RigOrder, requireOrder, rigOps } from "../rig-order.ts";
import { readSharedFields, setWords, sharedTexts } from "../shared-fields-form.ts";
import { orRefused, readFormList, refusedForm, requireOwnForm, sentence } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { reasonOf } from "./rig-control.ts";
import { readRigQuery, searchAllRigs } from "./rig-search.ts";

const linesShown = 300;

const opTexts: Readonly<Record<RigOp, string>> = Object.freeze({
  drain: "Drain",
  undrain: "Undrain",
  park: "Park",
  unpark: "Unpark",
  quarantine: "Quarantine",
  release: "Release from quarantine",
  pass: "Pass out of vetting",
  "give-asset-code": "Give asset codes to",
  change: "Change",
});

/** "Pass 12 rigs out of vetting" */
function titleOf(op: RigOp, rigs: number): string {
  const [, verb = opTexts[op], rest = ""] = /^(\w+)( (?:out of|from) .+)$/.exec(opTexts[op]) ?? [];
  return `${verb} ${plural(rigs, "rig")}${rest}`;
}

/** What the bar on the list of rigs offers; a technician may change alone, and of that what is his. */
export function bulkOps({ principal }: Pick<PageCall, "principal">): BulkOp[] {
  if (!may(principal, "fleet:place")) return [];
  const words = { ...opTexts, "give-asset-code": "Give asset codes", change: "Change place, lifecycle, model, owner, fleet…" };
  const ops = may(principal, "fleet:write") ? rigOps : rigOps.filter((op) => op === "change");
  return ops.map((value) => ({ value, text: words[value] }));
}

/** Takes what was ticked, or what matches, as an order that waits for a word; nothing is changed by it. */
export async function bulkForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { values, list } = await readFormList(call.request, "id");
  requireOwnForm(values, call.viewer.csrf);
  const op = rigOps.find((known) => known === values["op"]);
  if (op === undefined) throw new Problem("invalid", `op must be one of ${rigOps.join(", ")}`);
  const order: RigOrder = { op };
  requireOrder(call.principal, order);
  const isForAll = values["all"] === "1";
  const rigIds = isForAll ? await matching(parts, values) : [...new Set(list)];
  if (rigIds.length === 0) throw new Problem("invalid", isForAll ? "no rig matches any more" : "no rig is ticked: tick some, or all that match");
  if (rigIds.length > webLimits.batchRigsMax) throw new Problem("invalid", `one order is for at most ${webLimits.batchRigsMax} rigs`);
  return redirect(`/batches/${keepOrder(parts.deps, call.principal, { order: { ...order, cost: null }, rigIds }).id}`);
}

async function matching(parts: PageParts, values: Readonly<Record<string, string>>): Promise<string[]> {
  const url = new URL("/rigs", "http://hub");
  for (const name of ["q", "status"]) url.searchParams.set(name, values[name] ?? "");
  return (await searchAllRigs(await parts.snapshots.current(), readRigQuery(url))).map(({ rig }) => rig.id);
}

/** The batch with its order; 403 for who may not give it. */
function batchOf(parts: PageParts, call: PageCall): { batch: Batch; order: KeptOrder } {
  const batch = found(parts.deps.control.batches.byId(call.id), "batch");
  const order = orderOf(batch);
  requireOrder(call.principal, order);
  return { batch, order };
}

/** What it would do, or did. */
async function outcomeOf(parts: PageParts, call: PageCall, { batch, order }: { batch: Batch; order: KeptOrder }) {
  if (batch.state !== "ready") return { cost: order.cost, results: resultsOf(parts.deps.control, batch) };
  if (!isWhole(order)) return { cost: null, results: [] };
  const rigIds = idsOf(parts.deps.control, batch);
  return { cost: costOf(parts.deps, order, rigIds), results: await tryOrder(parts.deps, call.principal, order, rigIds) };
}

function linesOf(results: readonly RigResult[]): BatchLine[] {
  const refusedFirst = results.toSorted((left, right) => Number(right.outcome === "refused") - Number(left.outcome === "refused"));
  return refusedFirst
    .slice(0, linesShown)
    .map(({ rigId, name, outcome, refusal }) => ({ rigId, name, outcome, refusal: refusal === null ? null : sentence(refusal.detail) }));
}

function fieldsOf({ deps: { control } }: PageParts, call: PageCall, form: FormState): BatchFields {
  const named = ({ id, name }: { id: string; name: string }) => ({ value: id, text: name });
  return {
    form,
    mayAll: call.viewer.mayWrite,
    fleets: control.fleets.all().map(named),
    sites: control.sites.all().map(named),
    owners: control.customers.all().map(named),
    models: control.models.all().map(({ name }) => name),
  };
}

async function page(parts: PageParts, call: PageCall, form: FormState = blankForm): Promise<Response> {
  const { control } = parts.deps;
  const { batch, order } = batchOf(parts, call);
  const { cost, results } = await outcomeOf(parts, call, { batch, order });
  const takesFields = order.op === "change" && batch.state === "ready";
  const isShort = order.set !== undefined || form !== blankForm || results.some(({ outcome }) => outcome === "refused");
  const takesNominal = order.op === "pass" && batch.state === "ready" && isShort;
  const texts = form === blankForm ? { values: sharedTexts(order.set ?? {}), errors: {} } : form;
  const props: BatchProps = {
    ...{ viewer: call.viewer, assets: assetUrls, id: batch.id, state: batch.state, isRunning: isApplying(control, batch.id) },
    title: titleOf(order.op, batch.total),
    sets: setWords(control, order.set ?? {}),
    ...{ total: batch.total, done: batch.done, isWhole: isWhole(order) },
    reason: order.op === "quarantine" || order.op === "release" || order.op === "pass" ? form : null,
    fields: takesFields ? fieldsOf(parts, call, texts) : null,
    nominal: takesNominal ? texts : null,
    cost: cost === null ? [] : costSentences(control, cost),
    ...{ counts: countResults(results), lines: linesOf(results), more: Math.max(0, results.length - linesShown) },
  };
  return htmlResponse(BatchPage(props), form === blankForm ? 200 : 422);
}

export function batchPage(parts: PageParts, call: PageCall): Promise<Response> {
  return page(parts, call);
}

/** What is to be set, kept for when the order is carried out. */
export async function batchFieldsForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { values } = await readFormList(call.request, "id");
  const { batch, order } = batchOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      const set = readSharedFields(order.op === "pass" ? { nominal: values["nominal"] ?? "" } : values);
      requireOrder(call.principal, { ...order, set });
      parts.deps.control.batches.order(batch.no, JSON.stringify({ op: order.op, cost: null, ...(Object.keys(set).length > 0 && { set }) }));
      return redirect(`/batches/${batch.id}`);
    },
    (problem) => page(parts, call, refusedForm(values, problem)),
  );
}

/** Starts the job and shows its page; what goes wrong in it is in the log, and the page offers to go on. */
export async function batchApplyForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { values } = await readFormList(call.request, "id");
  const { batch, order } = batchOf(parts, call);
  if (!isWhole(order)) throw new Problem("invalid", "say first what is to be set");
  return orRefused(
    call,
    values,
    () => {
      giveOrder(parts.deps, batch, batch.state === "ready" ? reasonOf(values) : "");
      start(parts, call, batch);
      return redirect(`/batches/${batch.id}`);
    },
    (problem) => page(parts, call, refusedForm(values, problem)),
  );
}

/** The job outlives the request: its changes are his all the same, rig by rig. */
function start({ deps, snapshots }: PageParts, call: PageCall, { id }: Batch): void {
  const act = { request: call.request, action: "POST /batches/:id/apply", id: "" };
  recorded(deps, call.principal, act, () => applyBatch(deps, call.principal, found(deps.control.batches.byId(id), "batch")))
    .catch((error: unknown) => deps.log.error("web.batch", { batch: id, error: String(error) }))
    .finally(() => snapshots.forget());
}
