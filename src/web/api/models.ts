import { Type } from "@sinclair/typebox";
import { addModel, changeModel, removeModel } from "../actions/models.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { modelExample, rigModelModel } from "../inventory-models.ts";
import { algorithm } from "../models.ts";
import { listReply, pageByNo } from "../paging.ts";
import { modelJson } from "../present-rows.ts";
import { hps, orNull, pageOf, pageQuery, text, whole } from "../schema-parts.ts";

const watts = () => Type.Optional(orNull(whole(1, 1_000_000)));
const newModel = Type.Object({ name: text(100), algorithm: algorithm(), nominal_hps: hps(), watts: watts() });
const modelPatch = Type.Object({ name: Type.Optional(text(100)), algorithm: Type.Optional(algorithm()), nominal_hps: Type.Optional(hps()), watts: watts() });
const bodyExample = { name: modelExample.name, algorithm: modelExample.algorithm, nominal_hps: modelExample.nominal_hps, watts: modelExample.watts };

export function modelEndpoints(parts: ApiParts): Endpoint[] {
  return [...modelReads(parts), ...modelChanges(parts)];
}

function modelReads({ deps }: ApiParts): Endpoint[] {
  const { models } = deps.control;
  const example = { data: [modelExample], page: { next: null } };
  return [
    readEndpoint({
      path: "/models",
      need: "fleet:read",
      tag: "models",
      summary: "List models",
      query: Type.Object(pageQuery),
      answers: [{ status: 200, description: "Models of machines, oldest first", schema: pageOf("RigModel", rigModelModel), example }],
      handle: ({ query, request }) => {
        const { rows, next } = pageByNo(models.all(), query);
        return listReply(request, rows.map(modelJson), next);
      },
    }),
    readEndpoint({
      path: "/models/{id}",
      need: "fleet:read",
      tag: "models",
      summary: "Read a model",
      answers: [{ status: 200, description: "The model", schema: rigModelModel, example: modelExample }],
      handle: ({ id }) => {
        const model = found(models.byId(id), "model");
        return { body: modelJson(model), version: model.version };
      },
    }),
  ];
}

function modelChanges(parts: ApiParts): Endpoint[] {
  const { deps } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/models",
      need: "fleet:write",
      tag: "models",
      summary: "Add a model",
      description: "A rig that is given this name as its `model` gets the nameplate as its nominal hashrate, unless one was declared.",
      body: newModel,
      bodyExample,
      answers: [{ status: 201, description: "The model", schema: rigModelModel, example: modelExample }],
      problems: ["conflict"],
      handle: ({ body, principal }) => {
        const { name, algorithm: kind, nominal_hps: nominalHps, watts: power = null } = body;
        const model = addModel(deps, principal, { name, algorithm: kind, nominalHps, watts: power });
        return { status: 201, body: modelJson(model), version: model.version, location: `/api/v1/models/${model.id}` };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/models/{id}",
      need: "fleet:write",
      tag: "models",
      summary: "Change a model",
      description: "Rigs keep the name and the nominal hashrate that they have.",
      body: modelPatch,
      bodyExample: { watts: 3010 },
      answers: [{ status: 200, description: "The model as it is now", schema: rigModelModel, example: modelExample }],
      problems: ["conflict"],
      handle: ({ id, body, principal, version }) => {
        const { nominal_hps: nominalHps, ...rest } = body;
        const model = changeModel(deps, principal, { id, version, patch: { ...rest, ...(nominalHps !== undefined && { nominalHps }) } });
        return { body: modelJson(model), version: model.version };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/models/{id}",
      need: "fleet:write",
      tag: "models",
      summary: "Remove a model",
      description: "Rigs of this model keep its name.",
      answers: [{ status: 204, description: "Removed" }],
      handle: ({ id, principal, version }) => {
        removeModel(deps, principal, { id, version });
        return {};
      },
    }),
  ];
}
