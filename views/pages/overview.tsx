/** @jsxImportSource @kitajs/html */
import type { PoolState } from "../../src/health/facts.ts";
import { count, latency } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type EventLine, EventList } from "../parts/event-list.tsx";
import { How } from "../parts/how.tsx";
import { type AnyMark, PoolMark, RigMark, type RigStatusWord, rigStatusOrder, StatusMark } from "../parts/status.tsx";
import { Empty, Rate, type TileProps, Tiles } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import { type ContractLine, ContractTable } from "./contracts.tsx";

/** A thing that wants a look, with its reason in words. */
export type Attention = {
  id: string;
  mark: AnyMark;
  name: string;
  href: string;
  reason: string;
  /** Null where it is not known since when. */
  sinceMs: number | null;
};
export type PoolLine = { id: string; name: string; state: PoolState; sinceMs: number; rigs: number; answerMs: number | null };
export type FleetLine = { id: string; name: string; algorithm: string; rigs: number; hps60: number | null; hps900: number | null; nominalHps: number };
export type Steps = { hasPool: boolean; hasRig: boolean; hasShare: boolean };

export type OverviewParts = {
  tiles: TileProps[];
  attention: Attention[];
  /** How many more want attention than are listed. */
  attentionMore: number;
  /** What the figures cannot say, in sentences. */
  unknowns: readonly string[];
  statusCounts: Readonly<Record<RigStatusWord, number>>;
  contracts: ContractLine[];
  /** How many more there are. */
  contractsMore: number;
  fleets: FleetLine[];
  pools: PoolLine[];
  poolsMore: number;
  events: EventLine[];
  /** Null once all three are done. */
  steps: Steps | null;
};
export type OverviewProps = OverviewParts & { viewer: Viewer; assets: AssetUrls; live: string };

function Step(props: { done: boolean; current: boolean; href: string; text: string; hint: string }): JSX.Element {
  return (
    <li class={props.done ? "done" : ""} aria-current={props.current ? "step" : undefined}>
      <a href={props.href} safe>
        {props.text}
      </a>
      <span safe>{props.done ? "Done." : props.hint}</span>
    </li>
  );
}

/** What to do on a new hub. An empty element once it is done, so that a live change has its place. */
export function Checklist(props: { steps: Steps | null }): JSX.Element {
  const { steps } = props;
  if (steps === null) return <div id="steps" />;
  const { hasPool, hasRig, hasShare } = steps;
  return (
    <div id="steps">
      <section class="panel" aria-labelledby="h-steps">
        <header>
          <h2 id="h-steps">First light, in three steps</h2>
        </header>
        <ol class="steps">
          <Step done={hasPool} current={!hasPool} href="/pools/new" text="Add a pool" hint="Where the house mines: address, user, password." />
          <Step
            done={hasRig}
            current={hasPool && !hasRig}
            href="/connect"
            text="Point a rig at the hub"
            hint="It enrols itself; there is nothing to type here."
          />
          <Step
            done={hasShare}
            current={hasRig && !hasShare}
            href="/rigs"
            text="Watch the shares come in"
            hint="Hashrate settles within a quarter of an hour."
          />
        </ol>
      </section>
    </div>
  );
}

/** What the page does not know, said rather than left to be guessed; an empty element when nothing is missing, so that a live change has its place. */
export function Unknowns(props: { lines: readonly string[] }): JSX.Element {
  if (props.lines.length === 0) return <div id="unknowns" />;
  return (
    <div id="unknowns">
      <section class="panel" aria-labelledby="h-unknowns">
        <header>
          <h2 id="h-unknowns">What is not known</h2>
        </header>
        <ul class="body">
          {props.lines.map((line) => (
            <li safe>{line}</li>
          ))}
        </ul>
      </section>
    </div>
  );
}

export function AttentionList(props: { items: Attention[]; more: number; clock: Clock }): JSX.Element {
  const { clock } = props;
  return (
    <section class="panel" id="attention" aria-labelledby="h-attention">
      <header>
        <h2 id="h-attention">Needs attention</h2>
        {props.more > 0 ? <a href="/rigs?status=attention" safe>{`and ${count(props.more)} more`}</a> : ""}
      </header>
      {props.items.length === 0 ? <Empty text="Nothing: no contract is at risk, and no rig or pool is known to be unwell." /> : ""}
      <ul class="attention">
        {props.items.map((item) => (
          <li id={`attention-${item.id}`}>
            <StatusMark mark={item.mark} forMs={item.sinceMs === null ? null : clock.nowMs - item.sinceMs} />
            <span>
              <a href={item.href} safe>
                {item.name}
              </a>
              {item.reason === "" ? "" : <span safe>{`: ${item.reason}`}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The contracts with what they were delivered of late; an empty element while nothing is sold, so that a live change has its place. */
export function OverviewContracts(props: { contracts: ContractLine[]; more: number; clock: Clock }): JSX.Element {
  const { contracts, more, clock } = props;
  if (contracts.length === 0) return <div id="contracts" />;
  return (
    <section class="panel" id="contracts" aria-labelledby="h-contracts">
      <header>
        <h2 id="h-contracts">Contracts</h2>
        <a href="/contracts?all">{more > 0 ? <span safe>{`and ${count(more)} more`}</span> : "All contracts"}</a>
      </header>
      <ContractTable rows={contracts} clock={clock} />
    </section>
  );
}

export function FleetSummary(props: { fleets: FleetLine[]; statusCounts: Readonly<Record<RigStatusWord, number>> }): JSX.Element {
  return (
    <section class="panel" id="fleets" aria-labelledby="h-fleets">
      <header>
        <h2 id="h-fleets">Rigs</h2>
        <a href="/rigs?all">All rigs</a>
      </header>
      <p class="chips">
        {rigStatusOrder
          .filter((status) => props.statusCounts[status] > 0)
          .map((status) => (
            <a class="chip" href={`/rigs?${new URLSearchParams({ status })}`}>
              <RigMark status={status} forMs={null} /> <span safe>{count(props.statusCounts[status])}</span>
            </a>
          ))}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Fleet</th>
            <th scope="col" class="n">
              Rigs
            </th>
            <th scope="col" class="n">
              1 min
            </th>
            <th scope="col" class="n">
              15 min
            </th>
            <th scope="col" class="n c2">
              Nominal
            </th>
          </tr>
        </thead>
        <tbody>
          {props.fleets.map((fleet) => (
            <tr id={`fleet-${fleet.id}`}>
              <th scope="row">
                <a href={`/fleets/${fleet.id}`} safe>
                  {fleet.name}
                </a>{" "}
                <small safe>{fleet.algorithm}</small>
              </th>
              <td class="n" safe>
                {count(fleet.rigs)}
              </td>
              <td class="n">
                <Rate hps={fleet.hps60} />
              </td>
              <td class="n">
                <Rate hps={fleet.hps900} />
              </td>
              <td class="n c2">
                <Rate hps={fleet.nominalHps > 0 ? fleet.nominalHps : null} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function PoolSummary(props: { pools: PoolLine[]; more: number; clock: Clock }): JSX.Element {
  return (
    <section class="panel" id="pools" aria-labelledby="h-pools">
      <header>
        <h2 id="h-pools">Pools</h2>
        <a href="/pools">All pools</a>
      </header>
      {props.pools.length === 0 ? (
        <Empty text="No pool yet." />
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Pool</th>
              <th scope="col">State</th>
              <th scope="col" class="n">
                Rigs
              </th>
              <th scope="col" class="n">
                Answers in
              </th>
            </tr>
          </thead>
          <tbody>
            {props.pools.map((pool) => (
              <tr id={`pool-${pool.id}`}>
                <th scope="row">
                  <a href={`/pools/${pool.id}`} safe>
                    {pool.name}
                  </a>
                </th>
                <td>
                  <PoolMark state={pool.state} forMs={props.clock.nowMs - pool.sinceMs} />
                </td>
                <td class="n" safe>
                  {count(pool.rigs)}
                </td>
                <td class="n" safe>
                  {latency(pool.answerMs)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {props.more === 0 ? (
        ""
      ) : (
        <p class="foot" safe>
          {`and ${count(props.more)} more`}
        </p>
      )}
    </section>
  );
}

export function OverviewEvents(props: { events: EventLine[]; clock: Clock }): JSX.Element {
  return (
    <section class="panel" id="last-events" aria-labelledby="h-events">
      <header>
        <h2 id="h-events">Last events</h2>
        <a href="/events?all">All events</a>
      </header>
      <EventList id="events" events={props.events} clock={props.clock} />
    </section>
  );
}

export function OverviewPage(props: OverviewProps): JSX.Element {
  const { viewer } = props;
  return (
    <Layout title="Overview" current="overview" viewer={viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Overview</h1>
        <a class="button" href="/wall">
          Wallboard
        </a>
      </div>
      <Checklist steps={props.steps} />
      <AttentionList items={props.attention} more={props.attentionMore} clock={viewer} />
      <Tiles id="tiles" tiles={props.tiles} />
      <How figures={["delivered", "spare", "effective", "rejected", "strip"]} />
      <Unknowns lines={props.unknowns} />
      <OverviewContracts contracts={props.contracts} more={props.contractsMore} clock={viewer} />
      <div class="pair">
        <FleetSummary fleets={props.fleets} statusCounts={props.statusCounts} />
        <PoolSummary pools={props.pools} more={props.poolsMore} clock={viewer} />
      </div>
      <OverviewEvents events={props.events} clock={viewer} />
    </Layout>
  );
}
