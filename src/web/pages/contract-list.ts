import {
  ContractChips,
  type ContractLine,
  type ContractListProps,
  type ContractListQuery,
  ContractRow,
  ContractsPage,
  contractsHref,
} from "../../../views/pages/contracts.tsx";
import type { StripBar } from "../../../views/parts/delivery-strip.tsx";
import type { ContractWord } from "../../../views/parts/status.tsx";
import { Paging } from "../../../views/parts/text.tsx";
import { assetUrls } from "../assets/assets.ts";
import { type LiveView, liveRows } from "../live.ts";
import { readContractQuery } from "./contract-query.ts";
import { type ContractNow, isAtRisk } from "./contract-snapshot.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { firstView, savedViewsOf } from "./saved-views.ts";
import { unknownFilter } from "./unknown-filter.ts";

const pageSize = 100;

/** A contract's state; of one that is active, how it is doing. */
export function wordOf({ contract, health }: Pick<ContractNow, "contract" | "health">): ContractWord {
  return contract.state === "active" ? (health?.state ?? "active") : contract.state;
}

/** Since when that word holds; null for how it is doing, of which the beginning is not kept: a state's age beside it would be another's. */
export function wordSinceMs({ state, stateSinceMs }: ContractNow["contract"]): number | null {
  return state === "active" ? null : stateSinceMs;
}

function contractLine(now: ContractNow, strip: readonly StripBar[]): ContractLine {
  const { contract } = now;
  return {
    id: contract.id,
    number: contract.number,
    customerName: now.customerName,
    word: wordOf(now),
    sinceMs: wordSinceMs(contract),
    promisedHps: contract.promisedHps,
    places: contract.places.length,
    hps900: now.hps900,
    hps86400: now.hps86400,
    rigs: now.rigs,
    strip,
    endsAtMs: contract.terminates?.atMs ?? contract.endsAtMs,
  };
}

/** Rows of a table of contracts, with their strips. */
export async function contractLines(parts: PageParts, rows: readonly ContractNow[]): Promise<ContractLine[]> {
  const contracts = rows.map(({ contract }) => contract);
  const strips = await parts.strips.of(contracts, "row");
  return rows.map((now) => contractLine(now, strips.get(now.contract.no) ?? []));
}

const matches = ({ contract, customerName }: ContractNow, needle: string): boolean =>
  [contract.number, contract.externalRef, customerName].some((text) => text?.toLowerCase().includes(needle) === true);

const fits = (now: ContractNow, show: ContractListQuery["show"]): boolean => {
  if (show === "") return true;
  return show === "attention" ? isAtRisk(now) : wordOf(now) === show;
};

/** Those that ended are many in time; they are read page by page, oldest first. */
async function endedOf(parts: PageParts, { q, page }: ContractListQuery): Promise<{ rows: ContractNow[]; hasMore: boolean }> {
  const { contracts } = parts.deps.control;
  let cursor: string | null = null;
  for (let at = 1; ; at++) {
    const found = contracts.list({ states: ["ended"], limit: pageSize, cursor, ...(q !== "" && { text: q }) });
    if (!found.ok) return { rows: [], hasMore: false };
    if (at === page || found.value.next === null) return { rows: await parts.contracts.of(found.value.rows), hasMore: found.value.next !== null };
    cursor = found.value.next;
  }
}

function openOf(query: ContractListQuery, open: readonly ContractNow[]): { rows: ContractNow[]; hasMore: boolean } {
  const needle = query.q.toLowerCase();
  const hits = open.filter((now) => fits(now, query.show) && (needle === "" || matches(now, needle)));
  // Those at risk stand first; sorting is stable, so the rest stays in the order of the numbers.
  hits.sort((one, other) => Number(isAtRisk(other)) - Number(isAtRisk(one)));
  return { rows: hits.slice((query.page - 1) * pageSize, query.page * pageSize), hasMore: hits.length > query.page * pageSize };
}

async function listOf(parts: PageParts, query: ContractListQuery, zone: string): Promise<ContractListProps> {
  const open = await parts.contracts.current();
  const { rows, hasMore } = query.show === "ended" ? await endedOf(parts, query) : openOf(query, open);
  const counts: Partial<Record<ContractWord, number>> = {};
  for (const now of open) counts[wordOf(now)] = (counts[wordOf(now)] ?? 0) + 1;
  return {
    query,
    rows: await contractLines(parts, rows),
    counts,
    attention: open.filter(isAtRisk).length,
    open: open.length,
    matching: rows.length,
    nextHref: hasMore ? contractsHref({ ...query, page: query.page + 1 }) : null,
    prevHref: query.page > 1 ? contractsHref({ ...query, page: query.page - 1 }) : null,
    clock: { nowMs: parts.deps.now(), zone },
  };
}

export async function contractsPage(parts: PageParts, call: PageCall): Promise<Response> {
  const first = firstView(parts, call, "contracts");
  if (first !== null) return first;
  const { url, viewer } = call;
  const query = readContractQuery(url);
  const list = await listOf(parts, query, viewer.zone);
  const live = query.show === "ended" ? null : `/live${contractsHref(query)}`;
  const warnings = unknownFilter(url, "show", { read: query.show, all: "all contracts that have not ended are shown" });
  return htmlResponse(ContractsPage({ viewer, assets: assetUrls, list, warnings, views: savedViewsOf(parts, call, "contracts"), live }));
}

export function contractsLive(parts: PageParts, { url, zone }: WatchCall): LiveView {
  const query = readContractQuery(url);
  const render = async () => {
    const list = await listOf(parts, query, zone);
    const rows = await liveRows(list.rows, (line) => ContractRow({ line, clock: list.clock }));
    const [chips, paging] = await Promise.all([ContractChips(list), Paging(list)]);
    return {
      parts: [
        { id: "chips", html: chips },
        { id: "paging", html: paging },
      ],
      list: { id: "rows", rows },
    };
  };
  return { key: contractsHref(query), everyMs: 2_000, render };
}
