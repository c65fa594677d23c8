import { type TSchema, Type } from "@sinclair/typebox";
import { levelsMax, slotsMax } from "../../control/racks.ts";
import type { Rig } from "../../control/rig-row.ts";
import { addRack, changeRack, removeRack, rigsInRack } from "../actions/racks.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { rackExample, rackModel, rackPositionsExample, rackPositionsModel } from "../inventory-models.ts";
import { listReply, pageByNo } from "../paging.ts";
import { rackJson } from "../present-rows.ts";
import { rackGrid } from "../rack-grid.ts";
import { idOf, orNull, pageOf, pageQuery, text, whole } from "../schema-parts.ts";

const levels = () => whole(1, levelsMax);
const slots = () => whole(1, slotsMax);
const open = <T extends TSchema>(schema: T) => Type.Optional(orNull(schema));
const newRack = Type.Object({ site_id: open(idOf("sit")), building: open(text(100)), row: open(text(100)), name: text(100), levels: levels(), slots: slots() });
const rackPatch = Type.Partial(newRack);
const { id: _id, version: _version, created_at: _created, updated_at: _updated, ...bodyExample } = rackExample;

/** A body as the row has it. */
function fieldsOf<B extends { site_id?: string | null }>({ site_id: siteId, ...rest }: B) {
  return { ...rest, ...(siteId !== undefined && { siteId }) };
}

const standingJson = ({ id, name, status, location }: Rig) => ({ id, name, status, position: location.position });

export function rackEndpoints(parts: ApiParts): Endpoint[] {
  return [...rackReads(parts), ...rackChanges(parts)];
}

function rackReads({ deps }: ApiParts): Endpoint[] {
  const { racks } = deps.control;
  return [
    readEndpoint({
      path: "/racks",
      need: "fleet:read",
      tag: "racks",
      summary: "List racks",
      query: Type.Object({
        ...pageQuery,
        site_id: Type.Optional(idOf("sit")),
        building: Type.Optional(text(100)),
        row: Type.Optional(text(100)),
      }),
      answers: [{ status: 200, description: "Racks, oldest first", schema: pageOf("Rack", rackModel), example: { data: [rackExample], page: { next: null } } }],
      handle: ({ query, request }) => {
        const { site_id: siteId, building, row } = query;
        const isAsked = (asked: string | undefined, value: string | null) => asked === undefined || asked.toLowerCase() === value?.toLowerCase();
        const rows = racks.all().filter((rack) => isAsked(siteId, rack.siteId) && isAsked(building, rack.building) && isAsked(row, rack.row));
        const page = pageByNo(rows, query);
        return listReply(request, page.rows.map(rackJson), page.next);
      },
    }),
    readEndpoint({
      path: "/racks/{id}",
      need: "fleet:read",
      tag: "racks",
      summary: "Read a rack",
      answers: [{ status: 200, description: "The rack", schema: rackModel, example: rackExample }],
      handle: ({ id }) => {
        const rack = found(racks.byId(id), "rack");
        return { body: rackJson(rack), version: rack.version };
      },
    }),
    readEndpoint({
      path: "/racks/{id}/positions",
      need: "fleet:read",
      tag: "racks",
      summary: "Read who stands where in a rack",
      description: "Every position once, level by level from the lowest, with the rigs that say they stand there.",
      answers: [{ status: 200, description: "The positions", schema: rackPositionsModel, example: rackPositionsExample }],
      handle: ({ id }) => {
        const rack = found(racks.byId(id), "rack");
        const { cells, unplaced } = rackGrid(rack, rigsInRack(deps, rack));
        const positions = cells.map(({ level, slot, no: number, rigs }) => ({ level, slot, number, rigs: rigs.map(standingJson) }));
        return { body: { positions, unplaced: unplaced.map(standingJson) } };
      },
    }),
  ];
}

function rackChanges(parts: ApiParts): Endpoint[] {
  const { deps, bell } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/racks",
      need: "fleet:write",
      tag: "racks",
      summary: "Add a rack",
      description:
        "Rigs that name this place in `site_id` and `location` are its rigs. Their position must then be one of the rack: level and slot (`3-2`, `L3S2`; level 1 is the lowest, slot 1 the leftmost), or a number that runs along the levels from 1. A rig that stands there already keeps what it says until it is moved.",
      body: newRack,
      bodyExample,
      answers: [{ status: 201, description: "The rack", schema: rackModel, example: rackExample }],
      problems: ["conflict"],
      handle: ({ body, principal }) => {
        const rack = addRack(deps, principal, { siteId: null, building: null, row: null, ...fieldsOf(body) });
        return { status: 201, body: rackJson(rack), version: rack.version, location: `/api/v1/racks/${rack.id}` };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/racks/{id}",
      need: "fleet:write",
      tag: "racks",
      summary: "Change a rack",
      description: "A rack that is renamed or moved takes its rigs along.",
      body: rackPatch,
      bodyExample: { levels: 5 },
      answers: [{ status: 200, description: "The rack as it is now", schema: rackModel, example: rackExample }],
      problems: ["conflict"],
      handle: ({ id, body, principal, version }) => {
        const rack = changeRack(deps, principal, { id, version, patch: fieldsOf(body) });
        return { body: rackJson(rack), version: rack.version, tell: bell.soon };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/racks/{id}",
      need: "fleet:write",
      tag: "racks",
      summary: "Remove a rack",
      description: "Its rigs keep what they say of their place.",
      answers: [{ status: 204, description: "Removed" }],
      handle: ({ id, principal, version }) => {
        removeRack(deps, principal, { id, version });
        return {};
      },
    }),
  ];
}
