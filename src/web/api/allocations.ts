import { Type } from "@sinclair/typebox";
import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { allocationExample } from "../examples.ts";
import { hubBackMs } from "../hub-back.ts";
import { allocationModel } from "../models.ts";
import { invalidParameter, limitOf, listReply, pageFrom } from "../paging.ts";
import { allocationJson } from "../present-rows.ts";
import { idOf, model, pageOf, pageQuery, time, windowQuery } from "../schema-parts.ts";
import { timeText } from "../times.ts";
import { timeOf, windowOf } from "./windows.ts";

const dayMs = 86_400_000;
/** Row numbers begin at 1. */
const nobody = 0;

const allocationQuery = Type.Object({
  ...pageQuery,
  ...windowQuery,
  at: Type.Optional(time("Who had which rig at this moment; instead of `from` and `to`")),
  rig_id: Type.Optional(idOf("rig")),
  contract_id: Type.Optional(idOf("ctr")),
});

export const allocationPage = model("AllocationPage", {
  ...pageOf("Allocation", allocationModel).properties,
  warnings: Type.Optional(Type.Array(Type.String(), { description: "Where the time asked about is still to come, or no hub ran in it" })),
});

export function allocationEndpoints(parts: ApiParts): Endpoint[] {
  const { deps, ids } = parts;
  const { control } = deps;
  const read = readEndpoint({
    path: "/allocations",
    need: ["fleet:read", "contracts:read"],
    tag: "allocations",
    summary: "Who had which rig, when and why",
    description:
      "The durable history: all that were in force at any moment of `[from, to)` (by default the last 24 hours), in the order in which they were decided; or with `at` those of one moment. What a rig did that was merged into another stands under the other.",
    query: allocationQuery,
    answers: [{ status: 200, description: "Allocations", schema: allocationPage, example: { data: [allocationExample], page: { next: null } } }],
    handle: async ({ query, request }) => {
      const rigNos = query.rig_id === undefined ? undefined : control.rigs.numbersOf(control.rigs.byId(query.rig_id)?.no ?? nobody);
      const atMs = timeOf(query.at);
      const window = atMs === null ? windowOf(query, deps.now() + 1, dayMs) : momentOf(query, atMs);
      const ofContract = query.contract_id !== undefined && { contractNo: control.contracts.byId(query.contract_id)?.no ?? nobody };
      const asked = { ...window, ...ofContract, ...(rigNos !== undefined && { rigNos }), cursor: query.cursor ?? null, limit: limitOf(query) };
      const page = pageFrom(control.allocations.range(asked));
      const merged = control.rigs.merged();
      const rows = page.rows.map((row) => allocationJson({ ...row, rigNo: merged.get(row.rigNo) ?? row.rigNo }, ids));
      const reply = listReply(request, rows, page.next);
      const warnings = await warningsOf(deps, window, rows.length > 0);
      return warnings.length === 0 ? reply : { ...reply, body: { ...reply.body, warnings } };
    },
  });
  return [read];
}

/** What must be known of the answer: it tells of what is recorded, and the future is not. */
async function warningsOf(deps: ApiParts["deps"], { fromMs, toMs }: { fromMs: number; toMs: number }, any: boolean): Promise<string[]> {
  if (fromMs > deps.now()) return ["this time is still to come, and nothing is decided of it: these are the allocations in force now"];
  const backMs = await hubBackMs(deps, fromMs);
  if (backMs === null || backMs < toMs) return [];
  const gone = `the hub did not run in this time; it has run since ${timeText(backMs)}`;
  return [any ? `${gone}, and these were in force when it stopped` : `${gone}, and of this time there is no record of any rig`];
}

/** Times are whole milliseconds, so the one that begins at `atMs` holds just what was in force then. */
function momentOf(query: { from?: string; to?: string }, atMs: number): { fromMs: number; toMs: number } {
  if (query.from !== undefined || query.to !== undefined) throw invalidParameter("at", "must not be combined with “from” or “to”");
  return { fromMs: atMs, toMs: atMs + 1 };
}
