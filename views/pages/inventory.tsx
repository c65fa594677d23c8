/** @jsxImportSource @kitajs/html */

import { Layout } from "../layout.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { RigMark, type RigStatusWord } from "../parts/status.tsx";
import { Empty } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type AssetLine = {
  id: string;
  name: string;
  assetCode: string | null;
  model: string | null;
  serial: string | null;
  owner: string;
  place: string;
  lifecycle: string;
  status: RigStatusWord;
};

export type InventoryProps = { viewer: Viewer; assets: AssetUrls; q: string; lines: readonly AssetLine[]; next: string | null };

function Line(props: { line: AssetLine }): JSX.Element {
  const { line } = props;
  return (
    <tr id={line.id}>
      <th scope="row">
        <a href={`/rigs/${line.id}/edit`} safe>
          {line.assetCode ?? line.name}
        </a>
        {line.assetCode === null ? <small class="warn">no asset code</small> : <small safe>{line.name}</small>}
      </th>
      <td class="c2" safe>
        {line.model ?? "–"}
      </td>
      <td class="c3 raw" safe>
        {line.serial ?? "–"}
      </td>
      <td safe>{line.place === "" ? "–" : line.place}</td>
      <td class="c2" safe>
        {line.owner}
      </td>
      <td class="c3" safe>
        {line.lifecycle}
      </td>
      <td>
        <RigMark status={line.status} forMs={null} />
      </td>
    </tr>
  );
}

export function InventoryPage(props: InventoryProps): JSX.Element {
  const { viewer, q } = props;
  return (
    <Layout title="Inventory" current="inventory" viewer={viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Inventory</h1>
        <form class="search" method="get" action="/inventory">
          <input
            type="search"
            id="q"
            name="q"
            value={q}
            placeholder="Name, asset code, model, serial or MAC"
            aria-label="Search the inventory"
            autocomplete="off"
          />
          <button type="submit">Search</button>
        </form>
      </div>
      <p class="actions chips">
        {viewer.mayWrite ? (
          <a class="button primary" href="/imports">
            Import CSV
          </a>
        ) : (
          ""
        )}
        <a class="button" href="/inventory.csv" download="inventory.csv">
          Export CSV
        </a>
        <a class="button" href="/racks">
          Racks
        </a>
        {viewer.mayWrite ? (
          <a class="button" href="/inventory/place">
            Place rigs
          </a>
        ) : (
          ""
        )}
        <a class="button" href="/inventory/labels">
          Labels
        </a>
        <a class="button" href="/models">
          Models
        </a>
      </p>
      <section class="panel" aria-label="Rigs as assets">
        {props.lines.length === 0 ? (
          <Empty text={q === "" ? "No rig yet. Rigs enrol themselves when they connect, or come with a CSV file." : "No rig matches."} />
        ) : (
          ""
        )}
        <table hidden={props.lines.length === 0}>
          <thead>
            <tr>
              <th scope="col">Asset</th>
              <th scope="col" class="c2">
                Model
              </th>
              <th scope="col" class="c3">
                Serial
              </th>
              <th scope="col">Place</th>
              <th scope="col" class="c2">
                Owner
              </th>
              <th scope="col" class="c3">
                Lifecycle
              </th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            <InTurns of={props.lines} draw={(line) => <Line line={line} />} />
          </tbody>
        </table>
      </section>
      {props.next === null ? (
        ""
      ) : (
        <nav class="paging" aria-label="Pages">
          <a class="button" rel="next" href={props.next}>
            Next
          </a>
        </nav>
      )}
    </Layout>
  );
}
