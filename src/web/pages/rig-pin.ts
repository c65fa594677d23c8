import { type Moved, pinRig, unpinRig } from "../actions/rigs.ts";
import { orRefused, readForm, refusedForm, requireOwnForm } from "./form-body.ts";
import { type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigPage } from "./rig.ts";

/** Holds a rig on the chosen profile. The rig keeps its connection: it gets a job of the other pool. */
export async function pinForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  return orRefused(
    () => moved(parts, () => pinRig(deps, call.principal, { id: call.id, profileId: values["profile_id"] ?? "" })),
    (problem) => rigPage(parts, call, refusedForm(values, problem)),
  );
}

/** Lets the rig go back to what the hub decides. */
export async function unpinForm(parts: PageParts, call: PageCall): Promise<Response> {
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  return moved(parts, () => unpinRig(parts.deps, call.principal, call.id));
}

/** The record first, then the hub: what it does must stand on disk. */
function moved(parts: PageParts, act: () => Moved): Response {
  const { control, hub } = parts.deps;
  const { rig, moves } = control.transaction(act);
  if (moves.length > 0) hub.applyMoves(moves);
  else hub.configChanged();
  parts.snapshots.forget();
  return redirect(`/rigs/${rig.id}`);
}
