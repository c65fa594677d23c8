import { type Static, Type } from "@sinclair/typebox";
import type { Listener, ListenerPatch } from "../../control/listeners.ts";
import { bindRule, cidrRule } from "../../control/rules.ts";
import { recordAct, recordChange } from "../actions/record.ts";
import { accepted } from "../control-result.ts";
import { type ApiParts, type ChangeReply, changeEndpoint, type Endpoint, found, type Reply, readEndpoint } from "../endpoint.ts";
import { listenerExample } from "../examples.ts";
import { listenerModel } from "../models.ts";
import { listReply, noIfAny, pageByNo } from "../paging.ts";
import { listenerJson } from "../present-live.ts";
import { listenerRowJson } from "../present-rows.ts";
import { invalidField } from "../problems.ts";
import { idOf, oneOf, orNull, pageOf, pageQuery, ruled, text, whole } from "../schema-parts.ts";

const bind = () => ruled({ ...text(300), description: "`HOST:PORT`, an IPv6 address in brackets; port 0 = any free one" }, bindRule);
const settings = {
  protocol: Type.Optional(oneOf(["v1"])),
  tls: Type.Optional(orNull(Type.Object({ cert_file: text(4_096), key_file: text(4_096) }, { description: "PEM files on the hub's machine" }))),
  proxy_from: Type.Optional(
    Type.Array(ruled(text(50), cidrRule), { maxItems: 32, description: "Addresses or CIDR ranges from which a PROXY header is believed" }),
  ),
  enrol: Type.Optional(Type.Boolean({ description: "Whether a rig that nobody knows may enrol itself here" })),
  extranonce: Type.Optional(Type.Object({ e1_bytes: whole(1, 4), e2_bytes: whole(2, 8) })),
};
const newListener = Type.Object({ bind: bind(), fleet_id: idOf("flt"), ...settings });
const listenerPatch = Type.Object({ bind: Type.Optional(bind()), fleet_id: Type.Optional(idOf("flt")), ...settings });

const subjectOf = ({ id, bind: name }: Listener) => ({ kind: "listener", id, name });

export function listenerEndpoints(parts: ApiParts): Endpoint[] {
  return [...listenerReads(parts), ...listenerChanges(parts)];
}

/** Listeners as they are now: their rows, and what the hub says of their ports. */
function present({ deps, ids }: ApiParts, listeners: readonly Listener[]) {
  const ports = new Map([...deps.hub.ports()].map((port) => [port.listenerNo, port]));
  return listeners.map((listener) => listenerJson(listener, ports.get(listener.no) ?? null, ids));
}

function listenerReads(parts: ApiParts): Endpoint[] {
  const { listeners } = parts.deps.control;
  return [
    readEndpoint({
      path: "/listeners",
      need: "fleet:read",
      tag: "listeners",
      summary: "List listeners",
      query: Type.Object(pageQuery),
      answers: [
        {
          status: 200,
          description: "Listeners, oldest first",
          schema: pageOf("Listener", listenerModel),
          example: { data: [listenerExample], page: { next: null } },
        },
      ],
      handle: ({ query, request }) => {
        const { rows, next } = pageByNo(listeners.all(), query);
        return listReply(request, present(parts, rows), next);
      },
    }),
    readEndpoint({
      path: "/listeners/{id}",
      need: "fleet:read",
      tag: "listeners",
      summary: "Read a listener",
      answers: [{ status: 200, description: "The listener", schema: listenerModel, example: listenerExample }],
      handle: ({ id }) => {
        const listener = found(listeners.byId(id), "listener");
        return { body: present(parts, [listener])[0], version: listener.version, isLive: true };
      },
    }),
  ];
}

function patchOf({ deps }: ApiParts, body: Static<typeof listenerPatch>): ListenerPatch {
  const { protocol, tls, enrol, extranonce } = body;
  return {
    ...(body.bind !== undefined && { bind: body.bind }),
    ...(body.fleet_id !== undefined && { fleetNo: noIfAny(deps.control.fleets.byId(body.fleet_id)) }),
    ...(protocol !== undefined && { protocol }),
    ...(tls !== undefined && { tls: tls === null ? null : { certFile: tls.cert_file, keyFile: tls.key_file } }),
    ...(body.proxy_from !== undefined && { proxyFrom: body.proxy_from }),
    ...(enrol !== undefined && { enrol }),
    ...(extranonce !== undefined && { extranonce: { e1Bytes: extranonce.e1_bytes, e2Bytes: extranonce.e2_bytes } }),
  };
}

function listenerChanges(parts: ApiParts): Endpoint[] {
  const { deps, ids, bell } = parts;
  const { control } = deps;
  /** The hub opens and closes ports while it is told, so that the answer knows whether it could. */
  const reply = (listener: Listener, more: Reply = {}): ChangeReply => {
    const now = { ...more, version: listener.version };
    const complete = () => Promise.resolve({ ...now, body: present(parts, [listener])[0] });
    return { ...now, body: listenerJson(listener, null, ids), tell: bell.now, complete };
  };
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/listeners",
      need: "fleet:write",
      tag: "listeners",
      summary: "Add a listener",
      description:
        "A further port for rigs; its rigs belong to the fleet. The answer's `address` and `error` say whether the port could be opened; " +
        "where it could not, the listener is there all the same, and the hub tries again.",
      body: newListener,
      bodyExample: { bind: "0.0.0.0:3334", fleet_id: listenerExample.fleet_id },
      answers: [{ status: 201, description: "The listener", schema: listenerModel, example: listenerExample }],
      handle: ({ body, principal }) => {
        const fleetNo = noIfAny(control.fleets.byId(body.fleet_id));
        const listener = accepted(control.listeners.create({ ...patchOf(parts, body), bind: body.bind, fleetNo }), "listener");
        recordAct(control, principal, { verb: "added", subject: subjectOf(listener) });
        const location = `/api/v1/listeners/${listener.id}`;
        return reply(listener, { status: 201, location });
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/listeners/{id}",
      need: "fleet:write",
      tag: "listeners",
      summary: "Change a listener",
      description: "The address of the listener that the flag --stratum names is changed by that flag.",
      body: listenerPatch,
      bodyExample: { enrol: false },
      answers: [{ status: 200, description: "The listener as it is now", schema: listenerModel, example: listenerExample }],
      handle: ({ id, body, principal, version }) => {
        const before = found(control.listeners.byId(id), "listener");
        if (before.primary && body.bind !== undefined && body.bind !== before.bind) throw invalidField("bind", "of this listener is set by the flag --stratum");
        const after = accepted(control.listeners.update(id, patchOf(parts, body), version), "listener");
        recordChange(control, principal, { subject: subjectOf(after), before: listenerRowJson(before, ids), after: listenerRowJson(after, ids) });
        return reply(after);
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/listeners/{id}",
      need: "fleet:write",
      tag: "listeners",
      summary: "Remove a listener",
      description: "Its rigs are disconnected. Refused for the listener that the flag --stratum names.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        const listener = accepted(control.listeners.remove(id, version), "listener");
        recordAct(control, principal, { verb: "removed", subject: subjectOf(listener) });
        return { tell: bell.now };
      },
    }),
  ];
}
