import { type Label, LabelsPage, labelSizes } from "../../../views/pages/labels.tsx";
import { breathe } from "../../../views/turns.ts";
import type { Rig } from "../../control/rig-row.ts";
import { assetUrls } from "../assets/assets.ts";
import { clientReader } from "../client.ts";
import { NameBook } from "../rig-cells.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { choiceFields, chosenRigs, readChoice } from "./rig-choice.ts";

/** Of one page of labels; whole sheets of each size come close to it. */
const labelsMax = 200;

/** Where a phone finds this hub: as the page itself was reached, be it through a proxy. */
function originOf({ deps }: PageParts, request: Request): string {
  const { isSecure, host } = clientReader(deps.config)(request);
  return `${isSecure ? "https" : "http"}://${host}`;
}

function readWhole(text: string | null, max: number): number {
  const value = Number(text ?? 0);
  return Number.isSafeInteger(value) && value >= 0 ? Math.min(value, max) : 0;
}

async function labelsOf({ deps, labelCodes }: PageParts, rigs: readonly Rig[], origin: string): Promise<Label[]> {
  const book = new NameBook(deps.control);
  const labels: Label[] = [];
  for (const { id, name, assetCode, model, serial, siteId, location } of rigs) {
    await breathe();
    const place = [book.siteText(siteId), location.building, location.row, location.rack, location.position].filter((part) => part !== null && part !== "");
    labels.push({ id, name, assetCode, model, serial, place: place.join(" · "), modules: labelCodes.of(`${origin}/rigs/${id}`) });
  }
  return labels;
}

/** A sheet of labels to be printed; what it holds is all in the address. */
export async function labelsPage(parts: PageParts, { viewer, url, request }: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const search = url.searchParams;
  const choice = readChoice(search);
  const size = labelSizes.find(({ name }) => name === search.get("size")) ?? labelSizes[0];
  const from = readWhole(search.get("from"), 1_000_000);
  const skip = from === 0 ? readWhole(search.get("skip"), size.perSheet - 1) : 0;
  const rigs = await chosenRigs(parts, choice);
  const perPage = Math.floor(labelsMax / size.perSheet) * size.perSheet - skip;
  const origin = originOf(parts, request);
  const labels = await labelsOf(parts, rigs.slice(from, from + perPage), origin);
  const fields = choiceFields(choice);
  const next = new URLSearchParams({ ...fields, size: size.name, from: String(from + perPage) });
  const props = {
    ...{ viewer, assets: assetUrls, size, skip, labels, origin, total: rigs.length },
    next: from + perPage < rigs.length ? `/inventory/labels?${next}` : null,
    form: { values: { ...fields, size: size.name, skip: String(skip) }, errors: {} },
    sites: control.sites.all().map(({ id, name }) => ({ value: id, text: name })),
    ids: fields["ids"] ?? "",
  };
  return htmlResponse(LabelsPage(props));
}
