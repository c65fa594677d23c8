import type { PlannedRig } from "./planned-rig.ts";

/** What a spare is compared with: the rig whose work it would take over. Nulls match nothing. */
export type Likeness = { model: string | null; beside: PlannedRig | null };

/** How alike a spare is, for ordering: the same model before all, then the same rack, row, building, site. */
export function nearness(rig: PlannedRig, { model, beside }: Likeness): number {
  return (model !== null && rig.fact.model === model ? 8 : 0) + (beside === null ? 0 : closeness(rig, beside));
}

/** 4 same rack, 3 same row, 2 same building, 1 same site, 0 elsewhere or not known. Names of racks are unique in their row only. */
function closeness({ fact: one }: PlannedRig, { fact: other }: PlannedRig): number {
  if (one.siteNo !== other.siteNo) return 0;
  if (one.building === null || one.building !== other.building) return one.siteNo === 0 ? 0 : 1;
  if (one.row === null || one.row !== other.row) return 2;
  return one.rack === null || one.rack !== other.rack ? 3 : 4;
}

const words = ["", "same site", "same building", "same row", "same rack"] as const;

/** What spoke for it, in words; `how` says how its hashrate was chosen. */
export function chosenFor(rig: PlannedRig, likeness: Likeness, how: string): string {
  const near = likeness.beside === null ? "" : (words[closeness(rig, likeness.beside)] ?? "");
  const model = likeness.model !== null && rig.fact.model === likeness.model ? "same model" : "";
  return [model, near, how, rig.fact.status === "vetting" ? "still in vetting, no other is left" : ""].filter((part) => part !== "").join(", ");
}
