import { Type } from "@sinclair/typebox";
import type { HashrateScope, Scope } from "../../ledger/answers.ts";
import { rigOf } from "../actions/rigs.ts";
import { type ApiParts, type Endpoint, type EndpointDoc, found, readEndpoint } from "../endpoint.ts";
import { hashrateExample, sharesSummaryExample } from "../examples.ts";
import { hashrateModel, sharesSummaryModel } from "../models.ts";
import { hashrateJson, sharesSummaryJson } from "../present-live.ts";
import type { Need } from "../principal.ts";
import { rigScope } from "../rig-scope.ts";
import { whole, windowQuery } from "../schema-parts.ts";
import { alignedWindow, stepOf, windowOf } from "./windows.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Ten thousand numbers of rigs cost 1.4 ms of the loop to read. */
const membersFreshMs = 10_000;

type About<T> = { path: string; noun: string; need: Need; tag: string; scopeOf: (id: string) => T };

export function figureEndpoints(parts: ApiParts): Endpoint[] {
  const { rigs, pools, fleets, contracts } = parts.deps.control;
  const rig = (id: string): HashrateScope => rigScope(parts.deps.control, rigOf(parts.deps, id).no);
  const poolNeed: Need = ["pools:read", "usage:read"];
  const pool = (id: string): Scope => ({ kind: "pool", no: found(pools.byId(id), "pool").no });
  // The rigs that are in the fleet now, over the whole window: a rig takes its past along.
  const members = new Map<number, { atMs: number; rigNos: readonly number[] }>();
  const fleet = (id: string): HashrateScope => {
    const { no } = found(fleets.byId(id), "fleet");
    const nowMs = parts.deps.now();
    const known = members.get(no);
    if (known !== undefined && Math.abs(nowMs - known.atMs) < membersFreshMs) return { kind: "fleet", rigNos: known.rigNos };
    const rigNos = rigs.numbersOfFleet(no);
    members.set(no, { atMs: nowMs, rigNos });
    return { kind: "fleet", rigNos };
  };
  const contract = (id: string): Scope => ({ kind: "contract", no: found(contracts.byId(id), "contract").no });
  const contractNeed: Need = ["contracts:read", "usage:read", "provisioning"];
  const fleetNeed: Need = ["fleet:read", "usage:read"];
  return [
    sharesSummary(parts, { path: "/rigs/{id}", noun: "rig", need: fleetNeed, tag: "rigs", scopeOf: rig }),
    sharesSummary(parts, { path: "/pools/{id}", noun: "pool", need: poolNeed, tag: "pools", scopeOf: pool }),
    sharesSummary(parts, { path: "/fleets/{id}", noun: "fleet", need: fleetNeed, tag: "fleets", scopeOf: fleet }),
    hashrate(parts, { path: "/pools/{id}", noun: "pool", need: poolNeed, tag: "pools", scopeOf: pool }),
    sharesSummary(parts, { path: "/contracts/{id}", noun: "contract", need: contractNeed, tag: "contracts", scopeOf: contract }),
    hashrate(parts, { path: "/contracts/{id}", noun: "contract", need: contractNeed, tag: "contracts", scopeOf: contract }),
    hashrate(parts, { path: "/rigs/{id}", noun: "rig", need: fleetNeed, tag: "rigs", scopeOf: rig }),
    hashrate(parts, { path: "/fleets/{id}", noun: "fleet", need: fleetNeed, tag: "fleets", scopeOf: fleet }),
  ];
}

function docOf({ path, need, tag }: About<unknown>, figure: string): Pick<EndpointDoc, "path" | "need" | "tag"> {
  return { path: `${path}/${figure}`, need, tag };
}

function sharesSummary({ deps }: ApiParts, about: About<HashrateScope>): Endpoint {
  return readEndpoint({
    ...docOf(about, "shares-summary"),
    summary: `Shares of a ${about.noun} by fate`,
    description:
      "Shares received in `[from, to)`, by default of the last 24 hours. The hub's buckets hold each share once, with its own work; " +
      "`pool_…` and `unanswered` say what became of the forwarded ones, with work at the pool's difficulty. A share is visible within 2 seconds.",
    query: Type.Object(windowQuery),
    answers: [{ status: 200, description: "Counts and work", schema: sharesSummaryModel, example: sharesSummaryExample }],
    handle: async ({ id, query }) => {
      const scope = about.scopeOf(id);
      const { fromMs, toMs } = windowOf(query, deps.now(), dayMs);
      return { body: sharesSummaryJson(await deps.ledger.summary(scope, fromMs, toMs)) };
    },
  });
}

function hashrate({ deps }: ApiParts, about: About<HashrateScope>): Endpoint {
  return readEndpoint({
    ...docOf(about, "hashrate"),
    summary: `Hashrate of a ${about.noun}`,
    description:
      "One point per step over `[from, to)`, by default the last hour and what lacks to a whole step before it; without `step_s` the hub chooses one that gives " +
      "at most 300 points. Steps of whole minutes from a whole minute on are cheapest. A fleet's rigs are those that are in it now. " +
      "`lower_hps` and `upper_hps` hold the effective hashrate with 95 % confidence. All four are null where the hub was not running.",
    query: Type.Object({ ...windowQuery, step_s: Type.Optional({ ...whole(1, 86_400), description: "Seconds per point; at most 3,000 points" }) }),
    answers: [{ status: 200, description: "Points in order of time", schema: hashrateModel, example: hashrateExample }],
    handle: async ({ id, query }) => {
      const scope = about.scopeOf(id);
      const asked = windowOf(query, deps.now(), hourMs);
      const stepS = stepOf(query.step_s, asked);
      const window = alignedWindow(query, asked, stepS);
      return { body: hashrateJson(stepS, await deps.ledger.hashrate(scope, { ...window, stepS })) };
    },
  });
}
