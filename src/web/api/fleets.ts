import { Type } from "@sinclair/typebox";
import { type Fleet, methods, periods } from "../../control/fleets.ts";
import { healthLimits } from "../../health/health-settings.ts";
import { addFleet, changeFleet, holdFleet, removeFleet } from "../actions/fleets.ts";
import { type ApiParts, type ChangeReply, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { fleetExample } from "../examples.ts";
import { algorithm, fleetModel } from "../models.ts";
import { listReply, pageByNo } from "../paging.ts";
import { fleetJson } from "../present-rows.ts";
import { idOf, oneOf, orNull, pageOf, pageQuery, text, time, whole } from "../schema-parts.ts";
import { timeOf } from "./windows.ts";

const settings = {
  algorithm: Type.Optional(algorithm()),
  site_id: Type.Optional(orNull(idOf("sit"))),
  house_profile_id: Type.Optional(orNull(idOf("prf"))),
  method: Type.Optional(oneOf(methods)),
  tolerance_bp: Type.Optional(whole(100, 5_000)),
  alarm_threshold_bp: Type.Optional(whole(1, 10_000)),
  reserve_bp: Type.Optional(whole(0, 10_000)),
  shares_per_minute: Type.Optional(Type.Number({ minimum: 1, maximum: 120 })),
  period: Type.Optional(oneOf(periods)),
  degraded_below_bp: Type.Optional(whole(healthLimits.degradedBelowBpMin, healthLimits.degradedBelowBpMax)),
  disconnect_grace_s: Type.Optional(whole(0, 3_600)),
};
const newFleet = Type.Object({ name: text(100), ...settings });
const fleetPatch = Type.Object({ name: Type.Optional(text(100)), ...settings });

const hold = Type.Object({ until: time("After now"), reason: text(500) });

export function fleetEndpoints(parts: ApiParts): Endpoint[] {
  return [...fleetReads(parts), ...fleetChanges(parts), ...fleetHolds(parts)];
}

function fleetReads({ deps, ids }: ApiParts): Endpoint[] {
  const { fleets } = deps.control;
  return [
    readEndpoint({
      path: "/fleets",
      need: "fleet:read",
      tag: "fleets",
      summary: "List fleets",
      query: Type.Object(pageQuery),
      answers: [
        { status: 200, description: "Fleets, oldest first", schema: pageOf("Fleet", fleetModel), example: { data: [fleetExample], page: { next: null } } },
      ],
      handle: ({ query, request }) => {
        const { rows, next } = pageByNo(fleets.all(), query);
        return listReply(
          request,
          rows.map((fleet) => fleetJson(fleet, ids, deps.now())),
          next,
        );
      },
    }),
    readEndpoint({
      path: "/fleets/{id}",
      need: "fleet:read",
      tag: "fleets",
      summary: "Read a fleet",
      answers: [{ status: 200, description: "The fleet", schema: fleetModel, example: fleetExample }],
      handle: ({ id }) => {
        const fleet = found(fleets.byId(id), "fleet");
        return { body: fleetJson(fleet, ids, deps.now()), version: fleet.version, isLive: true };
      },
    }),
  ];
}

function fleetChanges(parts: ApiParts): Endpoint[] {
  const { deps, ids, bell } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/fleets",
      need: "fleet:write",
      tag: "fleets",
      summary: "Add a fleet",
      description: "One algorithm at one place. `house_profile_id` is where rigs mine that no contract needs.",
      body: newFleet,
      bodyExample: { name: "litecoin", algorithm: "scrypt" },
      answers: [{ status: 201, description: "The fleet", schema: fleetModel, example: fleetExample }],
      handle: ({ body, principal }) => {
        const fleet = addFleet(deps, principal, body);
        const location = `/api/v1/fleets/${fleet.id}`;
        return { status: 201, body: fleetJson(fleet, ids, deps.now()), version: fleet.version, location, tell: bell.now };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/fleets/{id}",
      need: "fleet:write",
      tag: "fleets",
      summary: "Change a fleet",
      description: "A new house profile moves the rigs that mine for the house; none disconnects.",
      body: fleetPatch,
      bodyExample: { house_profile_id: fleetExample.house_profile_id },
      answers: [{ status: 200, description: "The fleet as it is now", schema: fleetModel, example: fleetExample }],
      handle: ({ id, body, principal, version }) => {
        const fleet = changeFleet(deps, principal, { id, version, entry: body, ids });
        return { body: fleetJson(fleet, ids, deps.now()), version: fleet.version, tell: bell.now };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/fleets/{id}",
      need: "fleet:write",
      tag: "fleets",
      summary: "Remove a fleet",
      description: "Refused while it has rigs or listeners.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        removeFleet(deps, principal, { id, version });
        return { tell: bell.now };
      },
    }),
  ];
}

function fleetHolds(parts: ApiParts): Endpoint[] {
  const { deps, ids, bell } = parts;
  const answers = [{ status: 200 as const, description: "The fleet as it is now", schema: fleetModel, example: fleetExample }];
  const reply = (fleet: Fleet): ChangeReply => ({ body: fleetJson(fleet, ids, deps.now()), version: fleet.version, tell: bell.now });
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/fleets/{id}/hold",
      need: "fleet:write",
      tag: "fleets",
      summary: "Hold a fleet",
      description: "No automatic moves of its rigs until then; pool failover goes on. A second hold replaces the first.",
      body: hold,
      bodyExample: { until: "2026-11-22T10:00:00.000Z", reason: "new switch in row 3" },
      answers,
      handle: ({ id, body, principal }) => reply(holdFleet(deps, principal, { id, held: { untilMs: timeOf(body.until) ?? 0, reason: body.reason }, ids })),
    }),
    changeEndpoint(parts, {
      method: "POST",
      path: "/fleets/{id}/release",
      need: "fleet:write",
      tag: "fleets",
      summary: "Release a held fleet",
      description: "Its rigs are planned again at once. A fleet that is not held stays as it is.",
      answers,
      handle: ({ id, principal }) => reply(holdFleet(deps, principal, { id, held: null, ids })),
    }),
  ];
}
