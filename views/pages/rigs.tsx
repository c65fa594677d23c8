/** @jsxImportSource @kitajs/html */

import { count } from "../format.ts";
import { Layout, LiveStream } from "../layout.tsx";
import { BulkBar, type BulkOp, RowTick } from "../parts/bulk-bar.tsx";
import { How } from "../parts/how.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { SavedViews, type SavedViewsProps } from "../parts/saved-views.tsx";
import { RigMark, type RigStatusWord, rigStatusOrder } from "../parts/status.tsx";
import { Empty, Warnings } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import { ColumnChooser, RigCells, RigHeads, type RigLine, type RigQuery, rigFields, rigsHref } from "./rig-columns.tsx";

const newcomersNamed = 5;
export type RigListProps = {
  query: RigQuery;
  rows: RigLine[];
  statusCounts: Readonly<Record<RigStatusWord, number>>;
  /** Rigs on record, whatever the filter. */
  total: number;
  /** Rigs that match the filter. */
  matching: number;
  pageSize: number;
  clock: Clock;
  /** Whether each row has a box to tick. */
  ticks: boolean;
  liveUrl: string;
};

export function StatusChips(props: { query: RigQuery; statusCounts: Readonly<Record<RigStatusWord, number>>; total: number }): JSX.Element {
  const chip = (status: RigQuery["status"]) => rigsHref({ ...props.query, status, page: 1 });
  // Once all have come there is no more to say of it.
  const isShown = (status: RigStatusWord) => status !== "never seen" || props.statusCounts[status] > 0 || props.query.status === status;
  return (
    <nav class="chips" id="chips" aria-label="Filter by status">
      <a class="chip" href={chip("")} aria-current={props.query.status === "" ? "true" : undefined}>
        All <span safe>{count(props.total)}</span>
      </a>
      {props.query.status === "attention" || props.query.status === "gone" ? (
        <a class="chip" href={chip(props.query.status)} aria-current="true">
          {props.query.status === "gone" ? "not connected" : "needs attention"}
        </a>
      ) : (
        ""
      )}
      {rigStatusOrder.filter(isShown).map((status) => (
        <a class="chip" href={chip(status)} aria-current={props.query.status === status ? "true" : undefined}>
          <RigMark status={status} forMs={null} /> <span safe>{count(props.statusCounts[status])}</span>
        </a>
      ))}
    </nav>
  );
}

export function RigRow(props: { line: RigLine; clock: Clock; ticks: boolean; columns: RigQuery["columns"] }): JSX.Element {
  const { line, clock } = props;
  return (
    <tr id={line.id}>
      {props.ticks ? <RowTick id={line.id} name={line.name} /> : ""}
      <td>
        <RigMark status={line.status} forMs={clock.nowMs - line.statusSinceMs} />
        {line.isGone ? <small class="block warn">not connected</small> : ""}
        {line.decisions === "" ? (
          ""
        ) : (
          <small class="block" safe>
            {line.decisions}
          </small>
        )}
      </td>
      <th scope="row">
        <a href={`/rigs/${line.id}`} safe>
          {line.name}
        </a>
        {line.assetCode === null ? (
          ""
        ) : (
          <small class="c2" safe>
            {line.assetCode}
          </small>
        )}
      </th>
      <RigCells line={line} clock={clock} columns={props.columns} />
    </tr>
  );
}

export function RigPaging(props: { query: RigQuery; matching: number; pageSize: number }): JSX.Element {
  const { query, matching, pageSize } = props;
  const last = Math.max(1, Math.ceil(matching / pageSize));
  const from = (query.page - 1) * pageSize + 1;
  return (
    <nav class="paging" id="paging" aria-label="Pages">
      <span safe>{matching === 0 ? "No rigs" : `${count(from)}–${count(Math.min(matching, query.page * pageSize))} of ${count(matching)}`}</span>
      {query.page > 1 ? (
        <a class="button" rel="prev" href={rigsHref({ ...query, page: query.page - 1 })}>
          Previous
        </a>
      ) : (
        ""
      )}
      {query.page < last ? (
        <a class="button" rel="next" href={rigsHref({ ...query, page: query.page + 1 })}>
          Next
        </a>
      ) : (
        ""
      )}
    </nav>
  );
}

/** Says why the table is empty; itself empty when it is not, so that a live change has its place. */
export function NothingToShow(props: { total: number; matching: number }): JSX.Element {
  if (props.matching > 0) return <div id="nothing" />;
  return (
    <div id="nothing">
      {props.total > 0 ? (
        <Empty text="No rig matches." />
      ) : (
        <p class="empty">
          No rig has connected yet. <a href="/connect">See the line to put into a rig</a>, or <a href="/imports">import them as CSV</a>.
        </p>
      )}
    </div>
  );
}

/** All that changes with the filter: chips, table, paging, and the stream that keeps them fresh. */
export function RigList(props: RigListProps & { views: SavedViewsProps; ops: readonly BulkOp[]; csrf: string }): JSX.Element {
  const { query } = props;
  return (
    <div id="rig-list">
      <SavedViews {...props.views} />
      <div class="listing">
        <StatusChips query={query} statusCounts={props.statusCounts} total={props.total} />
        <ColumnChooser query={query} />
      </div>
      <section class={query.columns === null ? "panel" : "panel scroll"} aria-label="Rigs">
        <NothingToShow total={props.total} matching={props.matching} />
        <table class={`rigs${query.columns === null ? " usual" : ""}${props.ticks ? " tickable" : ""}`}>
          <thead>
            <tr>
              {props.ticks ? (
                <td>
                  <input type="checkbox" class="tick tick-page" autocomplete="off" aria-label="Tick all on this page" hidden />
                </td>
              ) : (
                ""
              )}
              <RigHeads query={query} />
            </tr>
          </thead>
          <tbody id="rows">
            <InTurns of={props.rows} draw={(line) => <RigRow line={line} clock={props.clock} ticks={props.ticks} columns={query.columns} />} />
          </tbody>
        </table>
        {props.total === 0 ? "" : <How figures={["effective", "nominal", "interval", "day", "rejected", "status"]} />}
      </section>
      <RigPaging query={query} matching={props.matching} pageSize={props.pageSize} />
      {props.ops.length === 0 || props.total === 0 ? "" : <BulkBar csrf={props.csrf} ops={props.ops} matching={props.matching} query={query} />}
      <LiveStream url={props.liveUrl} zone={props.clock.zone} />
    </div>
  );
}

/** A new rig that looks like a known one. */
export type NewcomerLine = { id: string; name: string; like: string };

function Newcomers(props: { newcomers: readonly NewcomerLine[] }): JSX.Element {
  const { newcomers } = props;
  if (newcomers.length === 0) return "";
  return (
    <p class="notice" id="newcomers">
      <span safe>{newcomers.length === 1 ? "A new rig looks like a known one: " : `${count(newcomers.length)} new rigs look like known ones: `}</span>
      {newcomers.slice(0, newcomersNamed).map((line) => (
        <span>
          <a href={`/rigs/${line.id}#identity`} safe>
            {line.name}
          </a>{" "}
          <span safe>{`(like ${line.like}) `}</span>
        </span>
      ))}
    </p>
  );
}

/** `ops`: what the person may order for many rigs at once. */
export type RigsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  list: RigListProps;
  warnings: readonly string[];
  views: SavedViewsProps;
  ops: readonly BulkOp[];
  newcomers: readonly NewcomerLine[];
};

export function RigsPage(props: RigsProps): JSX.Element {
  const { query } = props.list;
  return (
    <Layout title="Rigs" current="rigs" viewer={props.viewer} assets={props.assets} live="own">
      <div class="title">
        <h1>Rigs</h1>
        <form
          class="search"
          method="get"
          action="/rigs"
          hx-get="/rigs"
          hx-trigger="input changed delay:200ms from:#q, submit"
          hx-target="#rig-list"
          hx-select="#rig-list"
          hx-swap="outerHTML"
          hx-replace-url="true"
          hx-sync="this:replace"
        >
          <input type="search" id="q" name="q" value={query.q} placeholder="Name, asset code, pool or contract" aria-label="Search rigs" autocomplete="off" />
          {rigFields({ ...query, q: "", page: 1 }).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button type="submit">Search</button>
        </form>
      </div>
      <Warnings texts={props.warnings} />
      <Newcomers newcomers={props.newcomers} />
      <RigList {...props.list} views={props.views} ops={props.ops} csrf={props.viewer.csrf} />
    </Layout>
  );
}
