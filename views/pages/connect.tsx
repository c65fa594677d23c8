/** @jsxImportSource @kitajs/html */
import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Moment } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export type ConnectListener = {
  id: string;
  url: string;
  fleetName: string;
  algorithm: string;
  enrols: boolean;
  backup: { url: string; username: string } | null;
};
/** Null until the first rig's share was accepted. */
export type FirstShare = { rigId: string; rigName: string; atMs: number } | null;
export type ConnectWait = { sessions: number; firstShare: FirstShare; hasPool: boolean };
export type ConnectProps = { viewer: Viewer; assets: AssetUrls; listeners: ConnectListener[]; wait: ConnectWait; live: string };

/** A line to put into a rig, with a button that copies it (the button appears only where scripts run). */
function CopyLine(props: { label: string; text: string; id: string }): JSX.Element {
  return (
    <div class="copy">
      <dt safe>{props.label}</dt>
      <dd>
        <code id={props.id} safe>
          {props.text}
        </code>
        <button type="button" class="copier" data-copy={props.id} aria-label={`Copy: ${props.label}`} hidden>
          Copy
        </button>
      </dd>
    </div>
  );
}

function Listener(props: { listener: ConnectListener }): JSX.Element {
  const { listener } = props;
  return (
    <section class="panel" aria-labelledby={`h-${listener.id}`}>
      <header>
        <h2 id={`h-${listener.id}`} safe>{`Fleet ${listener.fleetName}, ${listener.algorithm}`}</h2>
      </header>
      <dl class="lines">
        <CopyLine label="Pool 1: the hub" text={listener.url} id={`u-${listener.id}`} />
        <CopyLine label="Worker" text="YOUR-NAME.rig-001" id={`w-${listener.id}`} />
        <CopyLine label="Password" text="x" id={`p-${listener.id}`} />
        {listener.backup === null ? (
          <div class="copy">
            <dt>Pool 2: backup</dt>
            <dd class="dim">Your own pool account, for the time when the hub is away. Add a pool and its line stands here.</dd>
          </div>
        ) : (
          <>
            <CopyLine label="Pool 2: backup" text={listener.backup.url} id={`b-${listener.id}`} />
            <CopyLine label="Worker there" text={listener.backup.username} id={`a-${listener.id}`} />
          </>
        )}
      </dl>
      <p class="foot">
        {listener.enrols
          ? "A rig that nobody knows yet enrols itself here, as vetting, and mines for the house."
          : "Only rigs that are known already may connect here; others are refused with error 24."}
      </p>
    </section>
  );
}

/** What has been seen so far; refreshed live until the first share. */
export function ConnectProgress(props: { wait: ConnectWait; clock: Clock }): JSX.Element {
  const { wait } = props;
  return (
    <section class={`panel progress${wait.firstShare ? " done" : ""}`} id="progress" aria-live="polite">
      {wait.firstShare ? (
        <p>
          <b>First share received.</b>{" "}
          <a href={`/rigs/${wait.firstShare.rigId}`} safe>
            {wait.firstShare.rigName}
          </a>{" "}
          is mining, its last share <Moment atMs={wait.firstShare.atMs} clock={props.clock} />. <a href="/rigs?all">See all rigs</a>
        </p>
      ) : (
        <p>
          <span class="spinner" aria-hidden="true" />
          <b>Waiting for a first share.</b>{" "}
          <span safe>{wait.sessions === 0 ? "No rig is connected yet." : `${count(wait.sessions)} connected; a share takes up to a minute.`}</span>{" "}
          {wait.hasPool ? "" : <a href="/pools/new">Add a pool first: without one there is no work to hand out.</a>}
        </p>
      )}
    </section>
  );
}

export function ConnectPage(props: ConnectProps): JSX.Element {
  return (
    <Layout title="Connect" current="connect" viewer={props.viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Connect rigs</h1>
      </div>
      <ConnectProgress wait={props.wait} clock={props.viewer} />
      {props.listeners.map((listener) => (
        <Listener listener={listener} />
      ))}
      <section class="panel" aria-labelledby="h-how">
        <header>
          <h2 id="h-how">What the fields mean</h2>
        </header>
        <dl class="facts">
          <div>
            <dt>Worker</dt>
            <dd>
              The part after the last dot is the rig's name, here <code>rig-001</code>. Give each rig its own; letters, digits, <code>_</code> and{" "}
              <code>-</code>.
            </dd>
          </div>
          <div>
            <dt>Password</dt>
            <dd>
              Anything. Two hints are read, with a comma between: <code>d=65536</code> starts at that difficulty, <code>h=200T</code> says the rig's nominal
              hashrate in H/s (k M G T P allowed).
            </dd>
          </div>
          <div>
            <dt>Backup</dt>
            <dd>A rig goes to its second pool by itself when the hub does not answer, and comes back by itself. Always set one.</dd>
          </div>
          <div>
            <dt>No connection?</dt>
            <dd>The port must be open from the rigs' network to this machine, for TCP. A rig's last refusal stands on its page, in words.</dd>
          </div>
        </dl>
      </section>
    </Layout>
  );
}
