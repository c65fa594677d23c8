import { type Static, Type } from "@sinclair/typebox";
import { type Fleet, type FleetPatch, methods, periods } from "../../control/fleets.ts";
import { recordAct, recordChange } from "../actions/record.ts";
import { accepted } from "../control-result.ts";
import { type ApiParts, type ChangeReply, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { fleetExample } from "../examples.ts";
import { algorithm, fleetModel } from "../models.ts";
import { listReply, noOf, pageByNo } from "../paging.ts";
import { fleetJson } from "../present-rows.ts";
import type { Principal } from "../principal.ts";
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
  degraded_below_bp: Type.Optional(whole(5_000, 9_900)),
  disconnect_grace_s: Type.Optional(whole(0, 3_600)),
};
const newFleet = Type.Object({ name: text(100), ...settings });
const fleetPatch = Type.Object({ name: Type.Optional(text(100)), ...settings });

const hold = Type.Object({ until: time("After now"), reason: text(500) });

const subjectOf = ({ id, name }: Fleet) => ({ kind: "fleet", id, name });

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
        return { body: fleetJson(fleet, ids, deps.now()), version: fleet.version };
      },
    }),
  ];
}

/** The body's fields as the row has them; the house profile is the only one that points elsewhere. */
function patchOf({ deps }: ApiParts, body: Static<typeof fleetPatch>): FleetPatch {
  const { name, algorithm: algorithmName, method, period } = body;
  const houseId = body.house_profile_id;
  return {
    ...(name !== undefined && { name }),
    ...(algorithmName !== undefined && { algorithm: algorithmName }),
    ...(method !== undefined && { method }),
    ...(period !== undefined && { period }),
    ...(body.site_id !== undefined && { siteId: body.site_id }),
    ...(houseId !== undefined && { houseProfileNo: houseId === null ? null : noOf("house_profile_id", deps.control.profiles.byId(houseId), "profile") }),
    ...(body.tolerance_bp !== undefined && { toleranceBp: body.tolerance_bp }),
    ...(body.alarm_threshold_bp !== undefined && { alarmThresholdBp: body.alarm_threshold_bp }),
    ...(body.reserve_bp !== undefined && { reserveBp: body.reserve_bp }),
    ...(body.shares_per_minute !== undefined && { sharesPerMinute: body.shares_per_minute }),
    ...(body.degraded_below_bp !== undefined && { degradedBelowBp: body.degraded_below_bp }),
    ...(body.disconnect_grace_s !== undefined && { disconnectGraceS: body.disconnect_grace_s }),
  };
}

function fleetChanges(parts: ApiParts): Endpoint[] {
  const { deps, ids, bell } = parts;
  const { control } = deps;
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
        const fleet = accepted(control.fleets.create({ ...patchOf(parts, body), name: body.name }), "fleet");
        recordAct(control, principal, { verb: "added", subject: subjectOf(fleet) });
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
        const before = found(control.fleets.byId(id), "fleet");
        const after = accepted(control.fleets.update(id, patchOf(parts, body), version), "fleet");
        const answer = fleetJson(after, ids, deps.now());
        recordChange(control, principal, { subject: subjectOf(after), before: fleetJson(before, ids, deps.now()), after: answer });
        return { body: answer, version: after.version, tell: bell.now };
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
        const fleet = accepted(control.fleets.remove(id, version), "fleet");
        recordAct(control, principal, { verb: "removed", subject: subjectOf(fleet) });
        return { tell: bell.now };
      },
    }),
  ];
}

function fleetHolds(parts: ApiParts): Endpoint[] {
  const { deps, ids, bell } = parts;
  const { control } = deps;
  const answers = [{ status: 200 as const, description: "The fleet as it is now", schema: fleetModel, example: fleetExample }];
  const changed = (principal: Principal, before: Fleet, after: Fleet, verb: "held" | "released"): ChangeReply => {
    const answer = fleetJson(after, ids, deps.now());
    if (after.version !== before.version) recordAct(control, principal, { verb, subject: subjectOf(after), data: { held: answer.held } });
    return { body: answer, version: after.version, tell: bell.now };
  };
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
      handle: ({ id, body, principal }) => {
        const before = found(control.fleets.byId(id), "fleet");
        const held = { untilMs: timeOf(body.until) ?? 0, reason: body.reason };
        const after = accepted(control.fleets.hold(id, held), "fleet", (field) => (field === "held.untilMs" ? "until" : "reason"));
        return changed(principal, before, after, "held");
      },
    }),
    changeEndpoint(parts, {
      method: "POST",
      path: "/fleets/{id}/release",
      need: "fleet:write",
      tag: "fleets",
      summary: "Release a held fleet",
      description: "Its rigs are planned again at once. A fleet that is not held stays as it is.",
      answers,
      handle: ({ id, principal }) => {
        const before = found(control.fleets.byId(id), "fleet");
        return changed(principal, before, accepted(control.fleets.hold(id, null), "fleet"), "released");
      },
    }),
  ];
}
