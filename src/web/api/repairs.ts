import { Type } from "@sinclair/typebox";
import type { Repair } from "../../control/repairs.ts";
import { addRepair, giveAssetCode } from "../actions/rig-details.ts";
import { rigOf } from "../actions/rigs.ts";
import { type ApiParts, changeEndpoint, type Endpoint, readEndpoint } from "../endpoint.ts";
import { rigExample } from "../examples.ts";
import { repairExample, repairModel } from "../inventory-models.ts";
import { rigModel } from "../models.ts";
import { pageOf } from "../schema-parts.ts";
import { timeText } from "../times.ts";
import { rigReply } from "./rig-changes.ts";

const repairsMax = 500;
const newRepair = Type.Object({ text: Type.String({ minLength: 1, maxLength: 4_000, description: "What was done; it cannot be changed later" }) });

const repairJson = ({ id, atMs, by, byName, text }: Repair) => ({ id, at: timeText(atMs), by, by_name: byName, text });

/** What belongs to the machine rather than to its work. */
export function assetEndpoints(parts: ApiParts): Endpoint[] {
  const { deps, bell } = parts;
  const { control } = deps;
  return [
    readEndpoint({
      path: "/rigs/{id}/repairs",
      need: "fleet:read",
      tag: "rigs",
      summary: "List the repairs of a rig",
      description: "With those of rigs that were merged into it.",
      answers: [
        {
          status: 200,
          description: "Newest first, at most 500",
          schema: pageOf("Repair", repairModel),
          example: { data: [repairExample], page: { next: null } },
        },
      ],
      handle: ({ id }) => {
        const { no } = rigOf(deps, id);
        return { body: { data: control.repairs.latest(control.rigs.numbersOf(no), repairsMax).map(repairJson), page: { next: null } } };
      },
    }),
    changeEndpoint(parts, {
      method: "POST",
      path: "/rigs/{id}/repairs",
      need: ["fleet:write", "fleet:place"],
      tag: "rigs",
      summary: "Note a repair",
      body: newRepair,
      bodyExample: { text: repairExample.text },
      answers: [{ status: 201, description: "The note", schema: repairModel, example: repairExample }],
      handle: ({ id, body, principal }) => ({ status: 201, body: repairJson(addRepair(deps, principal, { id, text: body.text })) }),
    }),
    changeEndpoint(parts, {
      method: "POST",
      path: "/rigs/{id}/give-asset-code",
      need: "fleet:write",
      tag: "rigs",
      summary: "Give a rig the next asset code",
      description: "By the pattern of its site (`asset_code_pattern`). A rig that has a code keeps it; no code is ever given to two rigs.",
      answers: [{ status: 200, description: "The rig", schema: rigModel, example: rigExample }],
      handle: ({ id, principal }) => rigReply(parts, giveAssetCode(deps, principal, id), { tell: bell.soon }),
    }),
  ];
}
