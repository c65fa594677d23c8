/** @jsxImportSource @kitajs/html */
import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { RigMark, type RigStatusWord, rigStatusOrder } from "../parts/status.tsx";
import { Moment, Rate } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export type FleetHold = { untilMs: number; reason: string };
export type FleetRow = {
  id: string;
  name: string;
  algorithm: string;
  siteName: string | null;
  houseName: string | null;
  /** Rigs in use. */
  rigs: number;
  statusCounts: Readonly<Record<RigStatusWord, number>>;
  /** Sum of what its contracts promise now, H/s. */
  promisedHps: number;
  contracts: number;
  held: FleetHold | null;
};

export function HoldText(props: { held: FleetHold; clock: Clock }): JSX.Element {
  return (
    <span class="warn">
      Held until <Moment atMs={props.held.untilMs} clock={props.clock} />: <span safe>{props.held.reason}</span>
    </span>
  );
}

function Row(props: { fleet: FleetRow; clock: Clock }): JSX.Element {
  const { fleet } = props;
  const words = rigStatusOrder.filter((status) => status !== "online" && fleet.statusCounts[status] > 0);
  return (
    <tr id={fleet.id}>
      <th scope="row">
        <a href={`/fleets/${fleet.id}`} safe>
          {fleet.name}
        </a>
        <small safe>{[fleet.algorithm, fleet.siteName].filter((text) => text !== null).join(" · ")}</small>
        {fleet.held === null ? "" : <HoldText held={fleet.held} clock={props.clock} />}
      </th>
      <td class="n" safe>
        {count(fleet.rigs)}
      </td>
      <td>
        {words.length === 0 ? <span class="dim">{fleet.rigs === 0 ? "no rig yet" : "all online"}</span> : ""}
        {words.map((status) => (
          <>
            <span class="nowrap">
              <RigMark status={status} forMs={null} /> <span safe>{count(fleet.statusCounts[status])}</span>
            </span>{" "}
          </>
        ))}
      </td>
      <td class="n c2" safe>
        {count(fleet.contracts)}
      </td>
      <td class="n c2">
        <Rate hps={fleet.promisedHps > 0 ? fleet.promisedHps : null} />
      </td>
      <td class={`c3 cut ${fleet.houseName === null ? "warn" : ""}`} safe>
        {fleet.houseName ?? "none chosen"}
      </td>
    </tr>
  );
}

export function FleetTable(props: { fleets: FleetRow[]; clock: Clock }): JSX.Element {
  return (
    <table id="fleet-table">
      <thead>
        <tr>
          <th scope="col">Fleet</th>
          <th scope="col" class="n">
            Rigs
          </th>
          <th scope="col">Not online</th>
          <th scope="col" class="n c2">
            Contracts
          </th>
          <th scope="col" class="n c2">
            Promised
          </th>
          <th scope="col" class="c3">
            House
          </th>
        </tr>
      </thead>
      <tbody>
        {props.fleets.map((fleet) => (
          <Row fleet={fleet} clock={props.clock} />
        ))}
      </tbody>
    </table>
  );
}

export function FleetsPage(props: { viewer: Viewer; assets: AssetUrls; fleets: FleetRow[]; live: string }): JSX.Element {
  return (
    <Layout title="Fleets" current="fleets" viewer={props.viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Fleets</h1>
        {props.viewer.mayWrite ? (
          <a class="button" href="/fleets/new">
            Add fleet
          </a>
        ) : (
          ""
        )}
      </div>
      <section class="panel" aria-label="Fleets">
        <FleetTable fleets={props.fleets} clock={props.viewer} />
      </section>
    </Layout>
  );
}
