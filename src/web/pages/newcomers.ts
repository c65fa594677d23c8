import type { LikeLine, RigIdentityProps } from "../../../views/pages/rig-identity.tsx";
import type { NewcomerLine } from "../../../views/pages/rigs.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { Control } from "../../control/control.ts";
import type { LookAlike } from "../../control/look-alikes.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const nameOf = ({ assetCode, name }: Rig): string => assetCode ?? name;
const likeLine = ({ rig, reasons }: LookAlike): LikeLine => ({ id: rig.id, name: nameOf(rig), reasons });

/** Null for who may not say so. */
export function identityOf({ deps: { control } }: PageParts, { viewer }: PageCall, rig: Rig, form: FormState = blankForm): RigIdentityProps | null {
  if (!viewer.mayWrite) return null;
  const likes = control.lookAlikes.of(rig).map(likeLine);
  return { rigId: rig.id, rigName: rig.name, csrf: viewer.csrf, workerNames: control.rigs.workerNames(rig.no), likes, form };
}

/** A look costs some milliseconds, and many pages ask. */
const freshMs = 10_000;
const kept = new WeakMap<Control, { atMs: number; lines: NewcomerLine[] }>();

/** Those of the last days; up to ten seconds old. */
export function newcomersOf({ deps: { control, now } }: Pick<PageParts, "deps">): NewcomerLine[] {
  const nowMs = now();
  const before = kept.get(control);
  if (before !== undefined && nowMs - before.atMs >= 0 && nowMs - before.atMs < freshMs) return before.lines;
  const lines = control.lookAlikes.latest().map(({ rig, like }) => ({ id: rig.id, name: rig.name, like: nameOf(like.rig) }));
  kept.set(control, { atMs: nowMs, lines });
  return lines;
}

/** After a change that makes fewer of them. */
export function forgetNewcomers(control: Control): void {
  kept.delete(control);
}
