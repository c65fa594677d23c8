import { Type } from "@sinclair/typebox";
import { inPieces } from "../../../views/turns.ts";
import type { RigFilter } from "../../control/rig-list.ts";
import { lends, lifecycles, type Rig, type RigStatus, rigStatuses } from "../../control/rig-row.ts";
import { rigOf } from "../actions/rigs.ts";
import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { rigExample } from "../examples.ts";
import type { Rates } from "../live-figures.ts";
import { rigModel } from "../models.ts";
import { invalidParameter, limitOf, listReply, pageFrom } from "../paging.ts";
import { rigJson } from "../present-live.ts";
import { idOf, oneOf, pageOf, pageQuery, time } from "../schema-parts.ts";
import { timeOf } from "./windows.ts";

/** What rigs may be narrowed to. */
export const rigConditions = {
  status: Type.Optional(Type.String({ maxLength: 100, description: `One or more of ${rigStatuses.join(", ")}, with commas between them` })),
  fleet_id: Type.Optional(idOf("flt")),
  lifecycle: Type.Optional(oneOf(lifecycles)),
  lend: Type.Optional(oneOf(lends)),
  pinned: Type.Optional(Type.Boolean()),
  draining: Type.Optional(Type.Boolean()),
  parked: Type.Optional(Type.Boolean()),
  site_id: Type.Optional(idOf("sit")),
  updated_since: Type.Optional(time("Changed by people since then")),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "Part of the name, asset code, model, serial or MAC" })),
};
/** A rig takes some 20 µs to be told. */
const rigsPerPiece = 25;

const rigQuery = Type.Object({ ...pageQuery, ...rigConditions });

/** A rig as it is now: its row, what the hub sees, whom it serves, what it makes. The last share is the hub's unless the caller knows better. */
export function presentRig({ deps, ids }: ApiParts, rig: Rig, rates: Rates, lastShareAtMs?: number | null) {
  const fact = deps.hub.rig(rig.no);
  const allocation = deps.control.allocations.openOf(rig.no);
  const workerNames = deps.control.rigs.workerNames(rig.no);
  return rigJson(rig, { fact, allocation, workerNames, rates, lastShareAtMs: lastShareAtMs ?? fact?.lastShareAtMs ?? null }, ids);
}

/** The same with what only the ledger knows of one rig. Too dear for a list: it is a question per rig. */
export async function presentOneRig(parts: ApiParts, rig: Rig) {
  const [rates, lastShareAtMs] = await Promise.all([parts.figures.rates(), lastShareOf(parts, rig)]);
  return presentRig(parts, rig, rates(rig.no), lastShareAtMs);
}

/** The hub remembers since its start, the ledger seven days; one that was never connected has no share. */
async function lastShareOf({ deps }: ApiParts, rig: Rig): Promise<number | null> {
  const seenAtMs = deps.hub.rig(rig.no)?.lastShareAtMs ?? null;
  if (seenAtMs !== null || rig.lastSeenMs === null) return seenAtMs;
  const [share] = await deps.ledger.lastShares(rig.no, 1);
  return share?.atMs ?? null;
}

export function rigReads(parts: ApiParts): Endpoint[] {
  const { deps, figures } = parts;
  const { rigs } = deps.control;
  return [
    readEndpoint({
      path: "/rigs",
      need: "fleet:read",
      tag: "rigs",
      summary: "List rigs",
      query: rigQuery,
      answers: [
        {
          status: 200,
          description: "Rigs in the order of their names",
          schema: pageOf("Rig", rigModel),
          example: { data: [rigExample], page: { next: null } },
        },
      ],
      handle: async ({ query, request }) => {
        const { rows, next } = pageFrom(rigs.list({ cursor: query.cursor ?? null, limit: limitOf(query), filter: filterOf(parts, query) }));
        const rates = await figures.rates();
        const data: ReturnType<typeof presentRig>[] = [];
        for await (const piece of inPieces(rows, rigsPerPiece)) data.push(...piece.map((rig) => presentRig(parts, rig, rates(rig.no))));
        return listReply(request, data, next);
      },
    }),
    readEndpoint({
      path: "/rigs/{id}",
      need: "fleet:read",
      tag: "rigs",
      summary: "Read a rig",
      answers: [{ status: 200, description: "The rig", schema: rigModel, example: rigExample }],
      handle: async ({ id }) => {
        const rig = rigOf(deps, id);
        return { body: await presentOneRig(parts, rig), version: rig.version, isLive: true };
      },
    }),
  ];
}

export type RigConditions = {
  status?: string;
  fleet_id?: string;
  lifecycle?: RigFilterWord<"lifecycles">;
  lend?: RigFilterWord<"lends">;
  pinned?: boolean;
  draining?: boolean;
  parked?: boolean;
  site_id?: string;
  updated_since?: string;
  q?: string;
};
type RigFilterWord<Key extends "lifecycles" | "lends"> = NonNullable<RigFilter[Key]>[number];

export function filterOf({ deps }: Pick<ApiParts, "deps">, query: RigConditions): RigFilter {
  const sinceMs = timeOf(query.updated_since);
  return {
    ...(query.status !== undefined && { statuses: statusesOf(query.status) }),
    // A fleet that does not exist has no rigs; row numbers begin at 1.
    ...(query.fleet_id !== undefined && { fleetNo: deps.control.fleets.byId(query.fleet_id)?.no ?? 0 }),
    ...(query.lifecycle !== undefined && { lifecycles: [query.lifecycle] }),
    ...(query.lend !== undefined && { lends: [query.lend] }),
    ...(query.pinned !== undefined && { pinned: query.pinned }),
    ...(query.draining !== undefined && { draining: query.draining }),
    ...(query.parked !== undefined && { parked: query.parked }),
    ...(query.site_id !== undefined && { siteId: query.site_id }),
    ...(sinceMs !== null && { updatedSinceMs: sinceMs }),
    ...(query.q !== undefined && { text: query.q }),
  };
}

function statusesOf(text: string): RigStatus[] {
  const words = text.split(",").map((word) => word.trim());
  const known = words.filter((word): word is RigStatus => (rigStatuses as readonly string[]).includes(word));
  if (known.length !== words.length) throw invalidParameter("status", `must be one or more of ${rigStatuses.join(", ")}`);
  return known;
}
