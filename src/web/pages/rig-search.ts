import { type RigLine, type RigQuery, type RigSort, type RigStrip, rigColumns, rigSorts, usualColumns } from "../../../views/pages/rig-columns.tsx";
import { type RigStatusWord, rigStatusOrder } from "../../../views/parts/status.tsx";
import { breathe, inPieces } from "../../../views/turns.ts";
import { contractNoOf, contractNumber } from "../../control/contract-number.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { Ids } from "../present-rows.ts";
import type { FleetSnapshot, RigView } from "./fleet-snapshot.ts";
import { isTroubledWord, isUnsaidWord, rigWord } from "./rig-word.ts";

export const rigPageSize = 100;
const searchCharsMax = 100;
/** To look at one takes a microsecond. */
const rigsPerPiece = 250;

const severity = new Map<RigStatusWord, number>(rigStatusOrder.map((status, at) => [status, at]));

export function isTroubled({ rig }: RigView): boolean {
  return rig.lifecycle === "active" && isTroubledWord(rigWord(rig));
}

export function severityOf(rig: Pick<Rig, "status" | "firstSeenMs">): number {
  return severity.get(rigWord(rig)) ?? rigStatusOrder.length;
}

/** The query of an address; what it cannot mean falls back to its neutral value, for a link that somebody typed must still open. */
export function readRigQuery(url: URL): RigQuery {
  const get = (name: string) => url.searchParams.get(name) ?? "";
  const sort = get("sort").replace(/^-/, "");
  const status = get("status");
  const page = Number(get("page"));
  return {
    q: get("q").trim().slice(0, searchCharsMax).trimEnd(),
    status: status === "attention" || status === "gone" ? status : (rigStatusOrder.find((known) => known === status) ?? ""),
    sort: rigSorts.find((known) => known === sort) ?? "name",
    descending: get("sort").startsWith("-"),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    columns: readColumns(url.searchParams),
  };
}

/** Those named, in the order in which they stand; the usual ones are no choice. */
function readColumns(asked: URLSearchParams): RigQuery["columns"] {
  if (!asked.has("cols")) return null;
  const named = new Set(asked.getAll("cols").flatMap((text) => text.split(/[ ,]/)));
  const chosen = rigColumns.filter((name) => named.has(name));
  return Bun.deepEquals(chosen, usualColumns) ? null : chosen;
}

/** From the building to the position, as people wrote them. */
function placeOf({ location: { building, row, rack, position } }: Rig): string {
  return [building, row, rack, position].filter((part) => part !== null && part !== "").join(" · ");
}

type Key = string | number | null;

function nominalShare({ rig, hps900, hps60 }: RigView): number | null {
  const hps = hps900 ?? hps60;
  return rig.nominalHps === null || hps === null ? null : hps / rig.nominalHps;
}

const keyOf: Readonly<Record<RigSort, (view: RigView) => Key>> = Object.freeze({
  name: (view: RigView) => view.rig.name,
  status: (view: RigView) => severityOf(view.rig),
  hps60: (view: RigView) => view.hps60,
  hps900: (view: RigView) => view.hps900,
  hps86400: (view: RigView) => view.hps86400,
  nominal: nominalShare,
  rejected: (view: RigView) => view.rejected,
  model: (view: RigView) => view.rig.model,
  place: (view: RigView) => placeOf(view.rig) || null,
  contract: (view: RigView) => view.contractNo || null,
  pool: (view: RigView) => view.poolName,
  last: (view: RigView) => view.lastShareAtMs,
});

function compareKeys(left: Key, right: Key, sign: number): number {
  if (left === right) return 0;
  // What is not known stands last in both directions.
  if (left === null) return 1;
  if (right === null) return -1;
  return left < right ? -sign : sign;
}

type Keyed = { view: RigView; key: Key };

/**
 * The first `count` in the query's order. A snapshot's rigs come in the order of their names, and equal ones stay in it: pieces are sorted one by one,
 * and then merged as far as the page goes.
 */
async function firstOf(rigs: RigView[], { sort, descending }: RigQuery, count: number): Promise<RigView[]> {
  if (sort === "name") return descending ? rigs.toReversed() : rigs;
  const key = keyOf[sort];
  const compare = (left: Keyed, right: Keyed) => compareKeys(left.key, right.key, descending ? -1 : 1);
  const runs: { keyed: Keyed[]; next: number }[] = [];
  for await (const some of inPieces(rigs, rigsPerPiece)) runs.push({ keyed: some.map((view) => ({ view, key: key(view) })).sort(compare), next: 0 });
  const first: RigView[] = [];
  while (first.length < Math.min(count, rigs.length)) {
    await breathe();
    let least: { run: (typeof runs)[number]; head: Keyed } | null = null;
    for (const run of runs) {
      const head = run.keyed[run.next];
      if (head !== undefined && (least === null || compare(head, least.head) < 0)) least = { run, head };
    }
    if (least === null) break;
    least.run.next += 1;
    first.push(least.head.view);
  }
  return first;
}

const holds = (text: string | null, needle: string): boolean => text?.toLowerCase().includes(needle) === true;

/** What people decided of a rig and may forget, by the word that stands in the list and finds its rigs. */
const decisions: ReadonlyMap<string, (rig: Rig) => boolean> = new Map([
  ["draining", ({ draining }) => draining],
  ["parked", ({ parked }) => parked],
  ["pinned", ({ pinnedProfileNo, pinnedContractNo }) => pinnedProfileNo !== null || pinnedContractNo !== null],
]);

export const isDecision = (word: string): boolean => decisions.has(word);

function decisionsOn(rig: Rig): string {
  return [...decisions].flatMap(([word, isDecided]) => (isDecided(rig) ? [word] : [])).join(", ");
}

/** What a word finds: rigs by a decision ("draining"), by name, by one that they had, or by code, those that mine at a pool of that name, and those that serve the contract of that number. */
function matcherOf({ poolNames, workerNames }: FleetSnapshot, needle: string): (view: RigView) => boolean {
  if (needle === "") return () => true;
  // Where each rig mines is asked only where there is such a pool or number.
  const contractNo = needle.startsWith("c-") ? contractNoOf(needle) : null;
  const pools = new Set([...poolNames].flatMap(([no, name]) => (holds(name, needle) ? [no] : [])));
  const renamed = new Set([...workerNames].flatMap(([no, names]) => (names.some((name) => holds(name, needle)) ? [no] : [])));
  const isDecided = decisions.get(needle);
  return (view) => {
    const { name, assetCode, no } = view.rig;
    return (
      isDecided?.(view.rig) === true ||
      holds(name, needle) ||
      holds(assetCode, needle) ||
      renamed.has(no) ||
      (pools.size > 0 && pools.has(view.poolNo)) ||
      (contractNo !== null && view.contractNo === contractNo)
    );
  };
}

export type RigHits = { rows: RigView[]; matching: number; page: number };

function fitterOf(status: RigQuery["status"]): (view: RigView) => boolean {
  if (status === "") return () => true;
  if (status === "attention") return isTroubled;
  if (status === "gone") return (view) => view.rig.lifecycle === "active" && !view.isConnected && isUnsaidWord(rigWord(view.rig));
  return (view) => rigWord(view.rig) === status;
}

/** All rigs that match, whatever page they would be on. */
export async function searchAllRigs(snapshot: FleetSnapshot, { q, status }: Pick<RigQuery, "q" | "status">): Promise<RigView[]> {
  if (q === "" && status === "") return snapshot.rigs;
  const matches = matcherOf(snapshot, q.toLowerCase());
  const fits = fitterOf(status);
  const hits: RigView[] = [];
  for await (const some of inPieces(snapshot.rigs, rigsPerPiece)) hits.push(...some.filter((view) => fits(view) && matches(view)));
  return hits;
}

/** The rigs of one page of the list. A page beyond the last one is the last one. */
export async function searchRigs(snapshot: FleetSnapshot, query: RigQuery): Promise<RigHits> {
  const hits = await searchAllRigs(snapshot, query);
  const page = Math.min(query.page, Math.max(1, Math.ceil(hits.length / rigPageSize)));
  const rows = (await firstOf(hits, query, page * rigPageSize)).slice((page - 1) * rigPageSize, page * rigPageSize);
  return { rows, matching: hits.length, page };
}

/** Whom a rig works for; `ids` knows the id of a contract. */
function servingOf({ contractNo, poolNo }: RigView, ids: Pick<Ids, "contract">): RigLine["serving"] {
  const id = ids.contract(contractNo);
  if (id !== null) return { text: contractNumber(contractNo), href: `/contracts/${id}` };
  return poolNo === 0 ? null : { text: "house", href: null };
}

/** `strip`: null where it is not shown. */
export function rigLine(view: RigView, { ids, strip }: { ids: Pick<Ids, "contract">; strip: RigStrip | null }): RigLine {
  const { rig } = view;
  return {
    id: rig.id,
    name: rig.name,
    assetCode: rig.assetCode,
    status: rigWord(rig),
    statusSinceMs: rig.statusSinceMs,
    decisions: decisionsOn(rig),
    hps60: view.hps60,
    hps900: view.hps900,
    hps86400: view.hps86400,
    nominalHps: rig.nominalHps,
    luck: view.luck,
    rejected: view.rejected,
    strip,
    model: rig.model,
    place: placeOf(rig),
    serving: servingOf(view, ids),
    poolName: view.poolName,
    lastShareAtMs: view.lastShareAtMs,
    isGone: !view.isConnected && !["offline", "never seen", "quarantined"].includes(rigWord(rig)),
  };
}
