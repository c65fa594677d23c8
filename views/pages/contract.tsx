/** @jsxImportSource @kitajs/html */

import type { PoolState } from "../../src/health/facts.ts";
import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type AllocationLine, AllocationList, Fraction } from "../parts/allocation-list.tsx";
import { DeliveryStrip, type DeliveryStripProps, StripLegend, stripSentence } from "../parts/delivery-strip.tsx";
import { type EventLine, EventList } from "../parts/event-list.tsx";
import { FactsPanel } from "../parts/facts.tsx";
import { Gantt, type GanttProps } from "../parts/gantt.tsx";
import { type ChartProps, HashrateChart } from "../parts/hashrate-chart.tsx";
import { Heading } from "../parts/heading.tsx";
import { How } from "../parts/how.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { RangePicker, type RangePickerProps } from "../parts/range-picker.tsx";
import { ContractMark, type ContractWord, PoolMark, RigMark, type RigStatusWord } from "../parts/status.tsx";
import { Empty, Moment, Rate, type TileProps, Tiles, Warnings } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import { ContractCommands, type ContractCommandsProps } from "./contract-commands.tsx";
import { type FateLine, RigFates } from "./rig-shares.tsx";

export type ServingLine = {
  id: string;
  name: string;
  status: RigStatusWord;
  statusText: string;
  fraction: number;
  hps900: number | null;
  nominalHps: number | null;
  sinceMs: number;
  reason: string;
};
/** A pool of the profile in its order; `active` is the one that its rigs mine at. */
export type ContractPoolLine = { id: string; name: string; url: string; state: PoolState; sinceMs: number; active: boolean; reason: string };

export type ContractParts = {
  id: string;
  number: string;
  customer: { name: string; href: string | null };
  word: ContractWord;
  sinceMs: number | null;
  /** To be read to the customer. */
  sentence: string;
  tiles: TileProps[];
  /** How long the time shown is, in words. */
  span: string;
  chart: ChartProps;
  /** What happened in that time, newest first. */
  marks: EventLine[];
  /** How much more happened than is listed. */
  marksMore: number;
  /** The last day by five minutes. */
  strip: DeliveryStripProps;
  /** The moments at the edges and quarters of the strip. */
  stripTicks: readonly string[];
  serving: ServingLine[];
  /** How many more rigs serve it than are listed. */
  servingMore: number;
  pools: ContractPoolLine[];
  profileName: string;
  asOfMs: number;
  hubFates: FateLine[];
  poolFates: FateLine[];
  /** Its rigs over the time shown. */
  gantt: GanttProps;
  /** Whether more rigs served it than are drawn. */
  ganttMore: boolean;
  allocations: AllocationLine[];
  events: EventLine[];
  terms: readonly { label: string; value: string }[];
};
export type ContractPageProps = ContractParts & {
  viewer: Viewer;
  assets: AssetUrls;
  live: string;
  picker: RangePickerProps;
  /** Of its opening, while that is fresh. */
  warnings: readonly string[];
  commands: ContractCommandsProps | null;
};

export function ContractSentence(props: { contract: ContractParts; clock: Clock }): JSX.Element {
  const { contract, clock } = props;
  return (
    <p class="state lead" id="sentence">
      <ContractMark word={contract.word} forMs={contract.sinceMs === null ? null : clock.nowMs - contract.sinceMs} /> <span safe>{contract.sentence}</span>
    </p>
  );
}

export function ContractChart(props: { contract: ContractParts; clock: Clock }): JSX.Element {
  const { contract } = props;
  return (
    <section class="panel" id="hashrate" aria-labelledby="h-hashrate">
      <header>
        <h2 id="h-hashrate">Delivered against promised</h2>
      </header>
      <HashrateChart {...contract.chart} />
      {contract.marks.length === 0 ? "" : <EventList id="marks" events={contract.marks} clock={props.clock} />}
      {contract.marksMore === 0 ? (
        ""
      ) : (
        <p class="foot">
          <a href={`/events?${new URLSearchParams({ q: contract.number })}`} safe>{`and ${count(contract.marksMore)} more: all events that name it`}</a>
        </p>
      )}
    </section>
  );
}

/** The last day at a glance, whatever time the rest of the page shows. */
export function ContractStrip(props: { contract: ContractParts }): JSX.Element {
  const { strip, stripTicks } = props.contract;
  return (
    <section class="panel" id="strip" aria-labelledby="h-strip">
      <header>
        <h2 id="h-strip">The last 24 hours, by 5 minutes</h2>
        <span class="dim" safe>
          {stripSentence(strip).replace(/^Last [^:]*: /, "")}
        </span>
      </header>
      <div class="body">
        <DeliveryStrip {...strip} />
        <p class="ticks" aria-hidden="true">
          {stripTicks.map((text) => (
            <span safe>{text}</span>
          ))}
        </p>
        <StripLegend />
      </div>
    </section>
  );
}

function ServingRow(props: { line: ServingLine; clock: Clock }): JSX.Element {
  const { line, clock } = props;
  return (
    <tr id={`serving-${line.id}`}>
      <th scope="row">
        <a href={`/rigs/${line.id}`} safe>
          {line.name}
        </a>
        <Fraction of={line.fraction} />
      </th>
      <td class="wrap">
        <RigMark status={line.status} forMs={null} />
        {line.statusText === "" ? (
          ""
        ) : (
          <small class="block" safe>
            {line.statusText}
          </small>
        )}
      </td>
      <td class="n">
        <Rate hps={line.hps900} />
      </td>
      <td class="n c3">
        <Rate hps={line.nominalHps} />
      </td>
      <td class="n c2">
        <Moment atMs={line.sinceMs} clock={clock} />
      </td>
      <td class="c2 wrap" safe>
        {line.reason}
      </td>
    </tr>
  );
}

export function ContractRigs(props: { contract: ContractParts; clock: Clock }): JSX.Element {
  const { serving, servingMore } = props.contract;
  return (
    <section class="panel" id="serving" aria-labelledby="h-serving">
      <header>
        <h2 id="h-serving">Rigs that serve it</h2>
        {servingMore > 0 ? <a href={`/rigs?q=${props.contract.number}`} safe>{`and ${count(servingMore)} more`}</a> : ""}
      </header>
      {serving.length === 0 ? (
        <Empty text="None." />
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Rig</th>
              <th scope="col">Status</th>
              <th scope="col" class="n">
                15 min
              </th>
              <th scope="col" class="n c3">
                Nominal
              </th>
              <th scope="col" class="n c2">
                Since
              </th>
              <th scope="col" class="c2">
                Why
              </th>
            </tr>
          </thead>
          <tbody>
            <InTurns of={serving} draw={(line) => <ServingRow line={line} clock={props.clock} />} />
          </tbody>
        </table>
      )}
    </section>
  );
}

export function ContractPools(props: { contract: ContractParts; clock: Clock }): JSX.Element {
  const { contract, clock } = props;
  return (
    <section class="panel" id="pools" aria-labelledby="h-pools">
      <header>
        <h2 id="h-pools">Pools, in order</h2>
        <span class="dim" safe>
          {contract.profileName}
        </span>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Pool</th>
            <th scope="col">State</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {contract.pools.map((pool) => (
            <tr id={`of-${pool.id}`}>
              <th scope="row">
                <a href={`/pools/${pool.id}`} safe>
                  {pool.name}
                </a>
                <small safe>{pool.url}</small>
                {pool.reason === "" ? (
                  ""
                ) : (
                  <small class="warn" safe>
                    {pool.reason}
                  </small>
                )}
              </th>
              <td>
                <PoolMark state={pool.state} forMs={clock.nowMs - pool.sinceMs} />
              </td>
              <td>{pool.active ? <b>its rigs mine here</b> : <span class="dim">stands by</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function ContractAllocations(props: { contract: ContractParts; clock: Clock }): JSX.Element {
  return (
    <section class="panel" id="allocations" aria-labelledby="h-allocations">
      <header>
        <h2 id="h-allocations">Who worked for it</h2>
        <a href={`/schedule?contract=${encodeURIComponent(props.contract.number)}`}>
          {props.contract.ganttMore ? "All its rigs, on the schedule" : "On the schedule"}
        </a>
      </header>
      <Gantt {...props.contract.gantt} />
      <AllocationList lines={props.contract.allocations} show="rig" clock={props.clock} />
    </section>
  );
}

export function ContractEvents(props: { contract: ContractParts; clock: Clock }): JSX.Element {
  return (
    <section class="panel" id="own-events" aria-labelledby="h-events">
      <header>
        <h2 id="h-events">What became of it</h2>
      </header>
      <EventList id="events" events={props.contract.events} clock={props.clock} />
    </section>
  );
}

export function ContractPage(props: ContractPageProps): JSX.Element {
  const { viewer, customer } = props;
  return (
    <Layout title={`${props.number} ${customer.name}`} current="contracts" viewer={viewer} assets={props.assets} live={props.live}>
      <Heading
        crumbs={[
          { text: "Contracts", href: "/contracts" },
          { text: customer.name, href: customer.href },
        ]}
        title={props.number}
      >
        <RangePicker {...props.picker} />
      </Heading>
      <Warnings texts={props.warnings} />
      <ContractSentence contract={props} clock={viewer} />
      <Tiles id="tiles" tiles={props.tiles} />
      <How figures={["delivered", "interval", "strip"]} />
      {props.commands === null ? "" : <ContractCommands {...props.commands} />}
      <ContractStrip contract={props} />
      <ContractChart contract={props} clock={viewer} />
      <ContractRigs contract={props} clock={viewer} />
      <div class="pair">
        <ContractPools contract={props} clock={viewer} />
        <RigFates {...props} clock={viewer} />
      </div>
      <ContractAllocations contract={props} clock={viewer} />
      <div class="pair">
        <ContractEvents contract={props} clock={viewer} />
        <FactsPanel id="h-terms" title="Terms" lines={props.terms} />
      </div>
    </Layout>
  );
}
