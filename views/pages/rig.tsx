/** @jsxImportSource @kitajs/html */
import { difficulty, duration } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type AllocationLine, AllocationList } from "../parts/allocation-list.tsx";
import { FactsPanel } from "../parts/facts.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { type ChartProps, HashrateChart } from "../parts/hashrate-chart.tsx";
import { Heading } from "../parts/heading.tsx";
import { How } from "../parts/how.tsx";
import { RangePicker, type RangePickerProps } from "../parts/range-picker.tsx";
import { RigMark, type RigStatusWord } from "../parts/status.tsx";
import { Moment, type TileProps, Tiles } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import { RigControl, type RigControlProps, type RigOrders, RigServing } from "./rig-control.tsx";
import { RigIdentity, type RigIdentityProps } from "./rig-identity.tsx";
import { type FateLine, RigFates, RigShares, type ShareLine } from "./rig-shares.tsx";

export type SessionLine = { no: number; address: string; agent: string; worker: string; difficulty: number; sinceMs: number };

export type RigParts = {
  id: string;
  name: string;
  status: RigStatusWord;
  statusSinceMs: number;
  statusText: string;
  tiles: TileProps[];
  sessions: SessionLine[];
  disconnectedAtMs: number | null;
  lastRefusal: { atMs: number; code: number; text: string } | null;
  /** What is wrong with hints in its password. */
  unreadHints: readonly string[];
  /** How long the time shown is, in words. */
  span: string;
  chart: ChartProps;
  /** What the hub decided; every share once. */
  asOfMs: number;
  hubFates: FateLine[];
  /** What became of those that went to a pool. */
  poolFates: FateLine[];
  shares: ShareLine[];
  /** What is in force. */
  serving: AllocationLine[];
  orders: RigOrders;
  /** Newest first. */
  allocations: AllocationLine[];
  card: readonly { label: string; value: string }[];
};
export type RigProps = RigParts & {
  viewer: Viewer;
  assets: AssetUrls;
  live: string;
  picker: RangePickerProps;
  control: RigControlProps | null;
  identity: RigIdentityProps | null;
};

export function RigState(props: { rig: RigParts; clock: Clock }): JSX.Element {
  const { rig, clock } = props;
  return (
    <p class="state" id="state">
      <RigMark status={rig.status} forMs={clock.nowMs - rig.statusSinceMs} /> <span safe>{rig.statusText}</span>
    </p>
  );
}

function SessionFacts(props: { session: SessionLine; clock: Clock }): JSX.Element {
  const { session, clock } = props;
  return (
    <dl class="facts" id={`session-${session.no}`}>
      <div>
        <dt>Address</dt>
        <dd safe>{session.address}</dd>
      </div>
      <div>
        <dt>Worker</dt>
        <dd class="raw" safe>
          {session.worker}
        </dd>
      </div>
      <div>
        <dt>Agent</dt>
        <dd class="raw" safe>
          {session.agent === "" ? "says nothing of itself" : session.agent}
        </dd>
      </div>
      <div>
        <dt>Difficulty</dt>
        <dd safe>{difficulty(session.difficulty)}</dd>
      </div>
      <div>
        <dt>Connected</dt>
        <dd>
          <span safe>{duration(clock.nowMs - session.sinceMs)}</span>, since <Moment atMs={session.sinceMs} clock={clock} />
        </dd>
      </div>
    </dl>
  );
}

/** What one asks first when a rig does not work: is it connected, as whom, and what was it told. */
export function RigConnection(props: { rig: RigParts; clock: Clock }): JSX.Element {
  const { rig, clock } = props;
  return (
    <section class="panel" id="connection" aria-labelledby="h-connection">
      <header>
        <h2 id="h-connection">Connection</h2>
      </header>
      {rig.sessions.length === 0 ? (
        <p class="empty">
          Not connected
          {rig.disconnectedAtMs === null ? (
            ": not seen since the hub started."
          ) : (
            <>
              , since <Moment atMs={rig.disconnectedAtMs} clock={clock} />.
            </>
          )}
        </p>
      ) : (
        ""
      )}
      {rig.sessions.map((session) => (
        <SessionFacts session={session} clock={clock} />
      ))}
      {rig.unreadHints.length === 0 ? (
        ""
      ) : (
        <p class="foot warn">
          <Glyph shape="up" /> <span safe>{`A hint in its password is ignored: ${rig.unreadHints.join("; ")}.`}</span>
        </p>
      )}
      <p class="foot">
        Last refusal:{" "}
        {rig.lastRefusal === null ? (
          "none since the hub started."
        ) : (
          <>
            <b safe>{`${rig.lastRefusal.text} (${rig.lastRefusal.code})`}</b>, <Moment atMs={rig.lastRefusal.atMs} clock={clock} />
          </>
        )}
      </p>
    </section>
  );
}

export function RigAllocations(props: { rig: RigParts; clock: Clock }): JSX.Element {
  return (
    <section class="panel" id="allocations" aria-labelledby="h-allocations">
      <header>
        <h2 id="h-allocations">Whom it served</h2>
      </header>
      <AllocationList lines={props.rig.allocations} show="to" clock={props.clock} />
    </section>
  );
}

export function RigChart(props: { rig: RigParts }): JSX.Element {
  return (
    <section class="panel" id="hashrate" aria-labelledby="h-hashrate">
      <header>
        <h2 id="h-hashrate">Hashrate</h2>
      </header>
      <HashrateChart {...props.rig.chart} />
    </section>
  );
}

export function RigPage(props: RigProps): JSX.Element {
  const { viewer } = props;
  return (
    <Layout title={props.name} current="rigs" viewer={viewer} assets={props.assets} live={props.live}>
      <Heading crumbs={[{ text: "Rigs", href: "/rigs" }]} title={props.name}>
        <RangePicker {...props.picker} />
        {viewer.role === "viewer" ? (
          ""
        ) : (
          <a class="button" href={`/rigs/${props.id}/edit`}>
            Edit
          </a>
        )}
      </Heading>
      <RigState rig={props} clock={viewer} />
      {props.identity === null || props.identity.likes.length === 0 ? (
        ""
      ) : (
        <p class="notice">
          This new rig looks like a known one. <a href="#identity">See which, and merge them</a>
        </p>
      )}
      <RigServing serving={props.serving} orders={props.orders} clock={viewer} />
      <Tiles id="tiles" tiles={props.tiles} />
      <How figures={["effective", "interval", "rejected", "nominal", "status"]} />
      <RigChart rig={props} />
      <div class="pair">
        <div>
          <RigConnection rig={props} clock={viewer} />
          <RigFates {...props} clock={viewer} />
        </div>
        <div>
          {props.control === null ? "" : <RigControl {...props.control} />}
          {props.identity === null ? "" : <RigIdentity {...props.identity} />}
          <FactsPanel id="h-card" title="Asset" lines={props.card} />
        </div>
      </div>
      <RigAllocations rig={props} clock={viewer} />
      <RigShares shares={props.shares} clock={viewer} />
    </Layout>
  );
}
