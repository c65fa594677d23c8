import { Type } from "@sinclair/typebox";
import { rigOf } from "../actions/rigs.ts";
import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { rigExample } from "../examples.ts";
import { idOf, model, orNull } from "../schema-parts.ts";

const lookAlike = model("LookAlike", {
  rig_id: idOf("rig"),
  name: Type.String(),
  asset_code: orNull(Type.String()),
  score: Type.Integer(),
  reasons: Type.Array(Type.String()),
});

const example = {
  data: [
    { rig_id: rigExample.id, name: "s19-0042", asset_code: "AM-S19XP-000042", score: 125, reasons: ["same address 10.1.4.42", "same agent", "same size"] },
  ],
  page: { next: null },
};

/** `GET /rigs/{id}/look-alikes`. */
export function lookAlikeEndpoints({ deps }: ApiParts): Endpoint[] {
  return [
    readEndpoint({
      ...{ path: "/rigs/{id}/look-alikes", need: "fleet:read", tag: "rigs", summary: "List known rigs that a new one may be" },
      description:
        "For a rig that enrolled itself within a week and has no asset code: offline rigs of its fleet that it looks like, by address, agent, size, time and name, the likest first. " +
        "`merge` makes one rig of two.",
      answers: [
        { status: 200, description: "Three at most", schema: Type.Object({ data: Type.Array(lookAlike), page: Type.Object({ next: Type.Null() }) }), example },
      ],
      handle: ({ id }) => {
        const found = deps.control.lookAlikes.of(rigOf(deps, id));
        const data = found.map(({ rig, score, reasons }) => ({ rig_id: rig.id, name: rig.name, asset_code: rig.assetCode, score, reasons }));
        return { body: { data, page: { next: null } } };
      },
    }),
  ];
}
