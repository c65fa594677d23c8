import { hashrateText } from "../../../views/format.ts";
import type { Contract } from "../../control/contract-row.ts";
import { moneyText } from "../../control/contract-sla.ts";
import { localTimeText } from "./local-time.ts";
import type { PageParts } from "./page-parts.ts";

/** What was agreed, line by line; what is empty is left out. */
export function termLines(parts: PageParts, contract: Contract, zone: string): { label: string; value: string }[] {
  const { control } = parts.deps;
  const at = (ms: number | null): string | null => (ms === null ? null : localTimeText(ms, zone).replace("T", " "));
  const lines: [string, string | null][] = [
    ["Reference", contract.externalRef],
    ["Fleet", control.fleets.byNo(contract.fleetNo)?.name ?? null],
    ["Method", contract.method],
    ["Promised", hashrateText(contract.promisedHps)],
    ["Places", placesText(parts, contract)],
    ["Tolerance", `${contract.toleranceBp / 100} %`],
    ["Priority", contract.priority === 0 ? "0, served first" : String(contract.priority)],
    ["Starts", at(contract.startsAtMs)],
    ["Active since", at(contract.activatedAtMs)],
    ["Ends", at(contract.endsAtMs) ?? "open"],
    ["Terminates", contract.terminates === null ? null : `${at(contract.terminates.atMs)}: ${contract.terminates.reason}`],
    [
      "Price",
      contract.sla === null ? null : `${moneyText(contract.sla.priceMinor, contract.sla.minorUnits)} ${contract.sla.currency}, plan ${contract.sla.plan}`,
    ],
    ["Sold short", contract.allowShort ? "yes: there was too little capacity" : null],
    ["Notes", contract.notes === "" ? null : contract.notes],
  ];
  return lines.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

const placesNamed = 20;

function placesText({ deps: { control } }: PageParts, { method, places }: Contract): string | null {
  if (method === "threshold") return null;
  const named = places.flatMap(({ rigNo }) => (rigNo === null ? [] : [rigNo]));
  const names = named.slice(0, placesNamed).map((no) => control.rigs.byNo(no)?.name ?? "–");
  const more = named.length > placesNamed ? ` and ${named.length - placesNamed} more` : "";
  return names.length === 0 ? String(places.length) : `${places.length}: ${names.join(", ")}${more}`;
}
