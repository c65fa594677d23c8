/** @jsxImportSource @kitajs/html */

import type { Children } from "@kitajs/html";
import { count, percent, plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { DeliveryStrip, type StripBar } from "../parts/delivery-strip.tsx";
import { How } from "../parts/how.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { listHref, SavedViews, type SavedViewsProps } from "../parts/saved-views.tsx";
import { ContractMark, type ContractWord, contractWordOrder } from "../parts/status.tsx";
import { Empty, Moment, Paging, Rate, Warnings } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

/** Of a strip in a table. */
const stripBarMs = 900_000;

export type ContractLine = {
  id: string;
  number: string;
  customerName: string;
  word: ContractWord;
  /** Null where it is not known. */
  sinceMs: number | null;
  promisedHps: number;
  /** Places of a `miners` contract, else 0. */
  places: number;
  hps900: number | null;
  hps86400: number | null;
  rigs: number;
  /** The last day by quarters of an hour. */
  strip: readonly StripBar[];
  endsAtMs: number | null;
};

/** What a list is narrowed to: a word, `attention` for those at risk, `ended`; empty = all that have not ended. */
export type ContractListQuery = { q: string; show: ContractWord | "attention" | ""; page: number };

export type ContractListProps = {
  query: ContractListQuery;
  rows: ContractLine[];
  counts: Readonly<Partial<Record<ContractWord, number>>>;
  attention: number;
  /** All that have not ended. */
  open: number;
  matching: number;
  /** Null on the last page. */
  nextHref: string | null;
  prevHref: string | null;
  clock: Clock;
};

/** The query as fields of an address; neutral values are left out. */
export function contractFields({ q, show, page }: ContractListQuery): [name: string, value: string][] {
  const fields: [name: string, value: string][] = [
    ["q", q],
    ["show", show],
    ["page", page > 1 ? String(page) : ""],
  ];
  return fields.filter(([, value]) => value !== "");
}

/** The address of the list that shows `query`. */
export function contractsHref(query: ContractListQuery): string {
  return listHref("contracts", new URLSearchParams(contractFields(query)).toString());
}

function Chip(props: { query: ContractListQuery; show: ContractListQuery["show"]; children?: Children }): JSX.Element {
  const { query, show } = props;
  return (
    <a class="chip" href={contractsHref({ ...query, show, page: 1 })} aria-current={query.show === show ? "true" : undefined}>
      {props.children}
    </a>
  );
}

export function ContractChips(props: ContractListProps): JSX.Element {
  const { query, counts } = props;
  return (
    <nav class="chips" id="chips" aria-label="Narrow the list">
      <Chip query={query} show="">
        <span safe>{`All ${count(props.open)}`}</span>
      </Chip>
      {props.attention > 0 || query.show === "attention" ? (
        <Chip query={query} show="attention">
          <span safe>{`At risk ${count(props.attention)}`}</span>
        </Chip>
      ) : (
        ""
      )}
      {contractWordOrder
        .filter((word) => (counts[word] ?? 0) > 0 || query.show === word)
        .map((word) => (
          <Chip query={query} show={word}>
            <ContractMark word={word} forMs={null} /> <span safe>{count(counts[word] ?? 0)}</span>
          </Chip>
        ))}
      {query.show === "ended" ? (
        ""
      ) : (
        <Chip query={query} show="ended">
          <ContractMark word="ended" forMs={null} />
        </Chip>
      )}
    </nav>
  );
}

/** A rate, and under it what part of the promise it is. */
function OfPromise(props: { hps: number | null; promisedHps: number }): JSX.Element {
  return (
    <>
      <Rate hps={props.hps} />
      {props.hps === null ? "" : <small safe>{percent(props.hps / props.promisedHps)}</small>}
    </>
  );
}

/** `named`: under the number stands whose it is. */
export function ContractRow(props: { line: ContractLine; clock: Clock; named?: boolean }): JSX.Element {
  const { line, clock } = props;
  return (
    <tr id={line.id}>
      <th scope="row">
        <a href={`/contracts/${line.id}`} safe>
          {line.number}
        </a>
        {props.named === false ? "" : <small safe>{line.customerName}</small>}
      </th>
      <td>
        <ContractMark word={line.word} forMs={line.sinceMs === null ? null : clock.nowMs - line.sinceMs} />
      </td>
      <td class="n c2">
        <Rate hps={line.promisedHps} />
        {line.places === 0 ? "" : <small safe>{plural(line.places, "rig")}</small>}
      </td>
      <td class="n stacked">
        <OfPromise hps={line.hps900} promisedHps={line.promisedHps} />
      </td>
      <td class="n c2 stacked">
        <OfPromise hps={line.hps86400} promisedHps={line.promisedHps} />
      </td>
      <td class="n c2" safe>
        {count(line.rigs)}
      </td>
      <td class="drawn">
        <DeliveryStrip bars={line.strip} barMs={stripBarMs} size="row" />
      </td>
      <td class="n c3">{line.endsAtMs === null ? <span class="dim">open</span> : <Moment atMs={line.endsAtMs} clock={clock} />}</td>
    </tr>
  );
}

export function NoContracts(props: { open: number; matching: number; mayWrite: boolean }): JSX.Element {
  if (props.matching > 0) return <div id="nothing" />;
  return (
    <div id="nothing">
      {props.open > 0 ? (
        <Empty text="No contract matches." />
      ) : (
        <p class="empty">
          A contract gives one customer an amount of hashrate, or so many rigs, on his own pools, and the hub keeps it there.{" "}
          {props.mayWrite ? <a href="/contracts/new">Sell the first one</a> : ""}
        </p>
      )}
    </div>
  );
}

export function ContractTable(props: { rows: ContractLine[]; clock: Clock; named?: boolean }): JSX.Element {
  return (
    <table class="contracts">
      <thead>
        <tr>
          <th scope="col">Contract</th>
          <th scope="col">State</th>
          <th scope="col" class="n c2">
            Promised
          </th>
          <th scope="col" class="n">
            Delivered, 15 min
          </th>
          <th scope="col" class="n c2">
            24 h
          </th>
          <th scope="col" class="n c2">
            Rigs
          </th>
          <th scope="col" class="drawn">
            Last 24 hours
          </th>
          <th scope="col" class="n c3">
            Ends
          </th>
        </tr>
      </thead>
      <tbody id="rows">
        <InTurns of={props.rows} draw={(line) => <ContractRow line={line} clock={props.clock} named={props.named ?? true} />} />
      </tbody>
    </table>
  );
}

export type ContractsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  list: ContractListProps;
  warnings: readonly string[];
  views: SavedViewsProps;
  live: string | null;
};

export function ContractsPage(props: ContractsProps): JSX.Element {
  const { viewer, list } = props;
  return (
    <Layout title="Contracts" current="contracts" viewer={viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Contracts</h1>
        <form class="search" method="get" action="/contracts">
          <input type="search" name="q" value={list.query.q} placeholder="Number, reference or customer" aria-label="Search contracts" autocomplete="off" />
          {list.query.show === "" ? "" : <input type="hidden" name="show" value={list.query.show} />}
          <button type="submit">Search</button>
        </form>
        {viewer.mayWrite ? (
          <a class="button primary" href="/contracts/new">
            New contract
          </a>
        ) : (
          ""
        )}
      </div>
      <Warnings texts={props.warnings} />
      <SavedViews {...props.views} />
      <ContractChips {...list} />
      <section class="panel" aria-label="Contracts">
        <NoContracts open={list.open} matching={list.matching} mayWrite={viewer.mayWrite} />
        <ContractTable rows={list.rows} clock={viewer} />
        {list.matching === 0 ? "" : <How figures={["delivered", "strip"]} />}
      </section>
      <Paging prevHref={list.prevHref} nextHref={list.nextHref} />
    </Layout>
  );
}
