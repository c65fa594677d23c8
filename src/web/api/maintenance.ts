import { type Static, Type } from "@sinclair/typebox";
import type { MaintenanceSubject } from "../../control/maintenance.ts";
import { cancelMaintenance, changeMaintenance, maintenanceNow, planMaintenance } from "../actions/maintenance.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { maintenanceExample } from "../examples.ts";
import { maintenanceModel, maintenanceSubject } from "../models.ts";
import { listReply, noOf, pageByNo } from "../paging.ts";
import { invalidField } from "../problems.ts";
import { pageOf, pageQuery, text, time, windowQuery } from "../schema-parts.ts";
import { openWindowOf, timeOf } from "./windows.ts";

const excused = Type.Optional(Type.Boolean({ description: "Its time does not count against the SLA; true where it is not said" }));
const newWindow = Type.Object({ subject: maintenanceSubject(), from: time(), to: time("Not included"), reason: text(500), excused });
const windowPatch = Type.Partial(newWindow);

export function maintenanceEndpoints(parts: ApiParts): Endpoint[] {
  return [...maintenanceReads(parts), ...maintenanceChanges(parts)];
}

function maintenanceReads(parts: ApiParts): Endpoint[] {
  const { maintenance } = parts.deps.control;
  return [
    readEndpoint({
      path: "/maintenance",
      need: "fleet:read",
      tag: "maintenance",
      summary: "List maintenance windows",
      description: "With `from` or `to` those that touch `[from, to)`; without them all, past ones too.",
      query: Type.Object({ ...pageQuery, ...windowQuery }),
      answers: [
        {
          status: 200,
          description: "Windows, oldest first",
          schema: pageOf("Maintenance", maintenanceModel),
          example: { data: [maintenanceExample], page: { next: null } },
        },
      ],
      handle: ({ query, request }) => {
        const { fromMs, toMs } = openWindowOf(query);
        const touching = maintenance.all().filter((window) => window.toMs > fromMs && window.fromMs < toMs);
        const { rows, next } = pageByNo(touching, query);
        return listReply(
          request,
          rows.map((window) => maintenanceNow(parts, window)),
          next,
        );
      },
    }),
    readEndpoint({
      path: "/maintenance/{id}",
      need: "fleet:read",
      tag: "maintenance",
      summary: "Read a maintenance window",
      answers: [{ status: 200, description: "The window", schema: maintenanceModel, example: maintenanceExample }],
      handle: ({ id }) => {
        const window = found(maintenance.byId(id), "maintenance window");
        return { body: maintenanceNow(parts, window), version: window.version, isLive: true };
      },
    }),
  ];
}

/** The subject as the row has it: exactly one of the four. */
function subjectFrom({ deps }: ApiParts, asked: Static<ReturnType<typeof maintenanceSubject>>): MaintenanceSubject {
  const { fleets, rigs } = deps.control;
  if (Object.keys(asked).length !== 1) throw invalidField("subject", "must have exactly one of fleet_id, site_id, rack, rig_ids");
  if (asked.fleet_id !== undefined) return { kind: "fleet", fleetNo: noOf("subject/fleet_id", fleets.byId(asked.fleet_id), "fleet") };
  if (asked.site_id !== undefined) return { kind: "site", siteId: asked.site_id };
  if (asked.rack !== undefined) {
    const { site_id: siteId, building = null, row = null, rack } = asked.rack;
    return { kind: "rack", siteId, building, row, rack };
  }
  const rigNos = (asked.rig_ids ?? []).map((id, index) => noOf(`subject/rig_ids/${index}`, rigs.byId(id), "rig"));
  return { kind: "rigs", rigNos: [...new Set(rigNos)] };
}

function fieldsOf(parts: ApiParts, body: Static<typeof windowPatch>) {
  return {
    ...(body.subject !== undefined && { subject: subjectFrom(parts, body.subject) }),
    ...(body.from !== undefined && { fromMs: timeOf(body.from) ?? 0 }),
    ...(body.to !== undefined && { toMs: timeOf(body.to) ?? 0 }),
    ...(body.reason !== undefined && { reason: body.reason }),
    ...(body.excused !== undefined && { excused: body.excused }),
  };
}

function maintenanceChanges(parts: ApiParts): Endpoint[] {
  const { bell } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/maintenance",
      need: "fleet:write",
      tag: "maintenance",
      summary: "Plan maintenance",
      description: "Its rigs are replaced before it begins, raise no alarm while it lasts, and come back when it is over.",
      body: newWindow,
      bodyExample: { subject: maintenanceExample.subject, from: maintenanceExample.from, to: maintenanceExample.to, reason: maintenanceExample.reason },
      answers: [{ status: 201, description: "The window", schema: maintenanceModel, example: maintenanceExample }],
      handle: ({ body, principal }) => {
        const required = { subject: subjectFrom(parts, body.subject), fromMs: timeOf(body.from) ?? 0, toMs: timeOf(body.to) ?? 0, reason: body.reason };
        const window = planMaintenance(parts, principal, { ...fieldsOf(parts, body), ...required });
        return { status: 201, body: maintenanceNow(parts, window), version: window.version, location: `/api/v1/maintenance/${window.id}`, tell: bell.soon };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/maintenance/{id}",
      need: "fleet:write",
      tag: "maintenance",
      summary: "Change a maintenance window",
      description: "An end that is brought forward to now ends it.",
      body: windowPatch,
      bodyExample: { to: maintenanceExample.to },
      answers: [{ status: 200, description: "The window as it is now", schema: maintenanceModel, example: maintenanceExample }],
      handle: ({ id, body, principal, version }) => {
        const after = changeMaintenance(parts, principal, { id, version, patch: fieldsOf(parts, body) });
        return { body: maintenanceNow(parts, after), version: after.version, tell: bell.soon };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/maintenance/{id}",
      need: "fleet:write",
      tag: "maintenance",
      summary: "Cancel a maintenance window",
      description: "For one that shall never have been. To end one early, bring its end forward.",
      answers: [{ status: 204, description: "Removed" }],
      handle: ({ id, principal, version }) => {
        cancelMaintenance(parts, principal, { id, version });
        return { tell: bell.soon };
      },
    }),
  ];
}
