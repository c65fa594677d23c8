import type { Rig } from "../../control/rig-row.ts";
import type { PageParts } from "./page-parts.ts";

/** Which rigs an address means; empty texts mean any. */
export type RigChoice = { q: string; site: string; building: string; row: string; rack: string; ids: readonly string[] };

const textMax = 100;
const idsMax = 500;

export function readChoice(search: URLSearchParams): RigChoice {
  const get = (name: string) => (search.get(name) ?? "").trim().slice(0, textMax);
  const ids = (search.get("ids") ?? "").split(/[,\s]+/).filter((id) => id !== "");
  return { q: get("q"), site: get("site"), building: get("building"), row: get("row"), rack: get("rack"), ids: ids.slice(0, idsMax) };
}

/** What of an address says the choice; to be put into a link or a form again. */
export function choiceFields({ ids, ...texts }: RigChoice): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...texts, ids: ids.join(",") }).filter(([, text]) => text !== ""));
}

const isSame = (asked: string, value: string | null): boolean => asked === "" || asked.toLowerCase() === value?.toLowerCase();

function isChosen(rig: Rig, { q, site, building, row, rack, ids }: RigChoice): boolean {
  if (ids.length > 0 && !ids.includes(rig.id)) return false;
  if (site !== "" && rig.siteId !== site) return false;
  const { location } = rig;
  if (!isSame(building, location.building) || !isSame(row, location.row) || !isSame(rack, location.rack)) return false;
  const needle = q.toLowerCase();
  return needle === "" || [rig.name, rig.assetCode, rig.model, rig.serial, rig.mac].some((text) => text?.toLowerCase().includes(needle) === true);
}

/** The rigs that are meant, in the order of their names; those that are retired only where they are named by id. */
export async function chosenRigs({ snapshots }: PageParts, choice: RigChoice): Promise<Rig[]> {
  const { rigs } = await snapshots.current();
  return rigs.flatMap(({ rig }) => ((rig.lifecycle !== "retired" || choice.ids.length > 0) && isChosen(rig, choice) ? [rig] : []));
}
