import type { Model, ModelFields, ModelPatch } from "../../control/models.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { found } from "../endpoint.ts";
import { modelJson } from "../present-rows.ts";
import type { Principal } from "../principal.ts";
import { recordAct, recordChange, type Subject } from "./record.ts";

type Deps = Pick<WebDeps, "control">;

const subjectOf = ({ id, name }: Model): Subject => ({ kind: "model", id, name });

export function addModel({ control }: Deps, principal: Principal, fields: ModelFields): Model {
  const model = accepted(control.models.create(fields), "model");
  recordAct(control, principal, { verb: "added", subject: subjectOf(model) });
  return model;
}

export function changeModel({ control }: Deps, principal: Principal, change: { id: string; version: number | null; patch: ModelPatch }): Model {
  const before = found(control.models.byId(change.id), "model");
  const after = accepted(control.models.update(change.id, change.patch, change.version), "model");
  recordChange(control, principal, { subject: subjectOf(after), before: modelJson(before), after: modelJson(after) });
  return after;
}

export function removeModel({ control }: Deps, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const model = accepted(control.models.remove(id, version), "model");
  recordAct(control, principal, { verb: "removed", subject: subjectOf(model) });
}
