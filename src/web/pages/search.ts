import { otherPlaces, placeGroups } from "../../../views/layout.tsx";
import { type Found, type FoundGroup, PaletteOptions, SearchPage } from "../../../views/pages/search.tsx";
import type { Rig } from "../../control/rig-row.ts";
import { assetUrls } from "../assets/assets.ts";
import { wordOf } from "./contract-list.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { rigWord } from "./rig-word.ts";

const searchCharsMax = 100;
/** Of each kind; who wants more goes to its list. */
const shownMax = 8;

/** How well a text fits: 0 = it is the needle, 1 = it begins with it, 2 = it holds it; null = not at all. */
function fitOf(texts: readonly (string | null)[], needle: string): number | null {
  let best: number | null = null;
  for (const text of texts) {
    const at = text?.toLowerCase().indexOf(needle) ?? -1;
    if (at < 0) continue;
    const fit = at > 0 ? 2 : Number(text?.length !== needle.length);
    if (best === null || fit < best) best = fit;
  }
  return best;
}

/** The few that fit best, in the order in which they came where they fit alike. */
function bestOf<T>(things: readonly T[], needle: string, { textsOf, show }: { textsOf: (thing: T) => (string | null)[]; show: (thing: T) => Found }) {
  const byFit: T[][] = [[], [], []];
  for (const thing of things) {
    const fit = fitOf(textsOf(thing), needle);
    if (fit !== null) byFit[fit]?.push(thing);
  }
  const hits = byFit.flat();
  return { items: hits.slice(0, shownMax).map(show), hasMore: hits.length > shownMax };
}

function pagesFor(needle: string): Found[] {
  const menu = placeGroups.flatMap(({ text, places }) => places.map((place) => ({ text: place.text, note: text.toLowerCase(), href: place.href })));
  return bestOf(needle === "" ? menu : [...menu, ...otherPlaces], needle, { textsOf: ({ text }) => [text], show: (found) => found }).items;
}

/** Its code; where it was found by a name that it had, that one. */
function rigNote({ name, assetCode }: Rig, needle: string, formerNames: readonly string[]): string {
  const former = fitOf([name, assetCode], needle) === null ? formerNames.find((one) => fitOf([one], needle) !== null) : undefined;
  return former === undefined ? (assetCode ?? "") : `worker name ${former}`;
}

/** Whatever is called so, by kind. The tables are those that lists read anyway, a second old at most. */
async function groupsFor(parts: PageParts, q: string): Promise<FoundGroup[]> {
  const needle = q.toLowerCase();
  const groups: FoundGroup[] = [];
  const add = (name: string, { items, hasMore }: { items: Found[]; hasMore: boolean }, path: string | null) => {
    if (items.length > 0) groups.push({ name, items, more: hasMore && path !== null ? `${path}?${new URLSearchParams({ q })}` : null });
  };
  if (needle !== "") {
    const [{ rigs, workerNames }, contracts] = await Promise.all([parts.snapshots.current(), parts.contracts.current()]);
    const rigHits = bestOf(rigs, needle, {
      textsOf: ({ rig }) => [rig.name, rig.assetCode, rig.serial, rig.mac, ...(workerNames.get(rig.no) ?? [])],
      show: ({ rig }) => ({
        text: rig.name,
        note: rigNote(rig, needle, workerNames.get(rig.no) ?? []),
        href: `/rigs/${rig.id}`,
        mark: { kind: "rig", status: rigWord(rig) },
      }),
    });
    const contractHits = bestOf(contracts, needle, {
      textsOf: ({ contract, customerName }) => [contract.number, contract.externalRef, customerName],
      show: (now) => {
        const { number, id } = now.contract;
        return { text: number, note: now.customerName, href: `/contracts/${id}`, mark: { kind: "contract", word: wordOf(now) } };
      },
    });
    const found = parts.deps.control.customers.list({ text: q, limit: shownMax + 1 });
    const customers = found.ok ? found.value.rows.map(({ id, name, externalRef }) => ({ text: name, note: externalRef ?? "", href: `/customers/${id}` })) : [];
    const poolHits = bestOf([...(await parts.pools.current()).values()], needle, {
      textsOf: ({ pool }) => [pool.name, pool.host, pool.username],
      show: ({ pool: { id, name, host }, fact }) => ({ text: name, note: host, href: `/pools/${id}`, mark: { kind: "pool", state: fact?.state ?? "unused" } }),
    });
    add("Rigs", rigHits, "/rigs");
    add("Contracts", contractHits, "/contracts");
    add("Customers", { items: customers.slice(0, shownMax), hasMore: customers.length > shownMax }, "/customers");
    add("Pools", poolHits, null);
  }
  add("Pages", { items: pagesFor(needle), hasMore: false }, null);
  return groups;
}

/** A page; for the palette its options alone. */
export async function searchPage(parts: PageParts, { request, url, viewer }: PageCall): Promise<Response> {
  const q = (url.searchParams.get("q") ?? "").trim().slice(0, searchCharsMax);
  const groups = await groupsFor(parts, q);
  if (request.headers.get("hx-request-type") !== "partial") return htmlResponse(SearchPage({ viewer, assets: assetUrls, q, groups }));
  const headers = { "content-type": "text/html; charset=utf-8", vary: "hx-request-type" };
  return new Response(await PaletteOptions({ groups }), { headers });
}
