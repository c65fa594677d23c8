/** @jsxImportSource @kitajs/html */
import { count, duration } from "../format.ts";
import { Layout } from "../layout.tsx";
import type { FactLine } from "../parts/facts.tsx";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";
import { CheckMark } from "../parts/status.tsx";
import { Moment } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

/** Where a kind of thing is set, how many there are, and what they are for. */
export type SettingPlace = { text: string; href: string; count: number | null; note: string };
/** A way to tell people, and what became of the last message. */
export type ChannelLine = { id: string; name: string; target: string; enabled: boolean; last: { ok: boolean; atMs: number; text: string } | null };
export type HealthLine = { name: string; ok: boolean; text: string };
export type SiteLine = { id: string; name: string; zone: string; codes: string; version: number };

export type SettingsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  places: readonly SettingPlace[];
  sites: readonly SiteLine[];
  channels: readonly ChannelLine[];
  health: readonly HealthLine[];
  about: readonly FactLine[];
  /** Since when, and for how long. */
  startedAtMs: number;
  /** For owners. */
  farm: FormState | null;
  /** For who may change fleets. */
  site: FormState | null;
  zones: readonly string[];
};

function Places(props: { places: SettingsProps["places"] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="h-places">
      <header>
        <h2 id="h-places">Also here</h2>
      </header>
      <table>
        <tbody>
          {props.places.map((place) => (
            <tr>
              <th scope="row">
                <a href={place.href} safe>
                  {place.text}
                </a>
              </th>
              <td class="n" safe>
                {place.count === null ? "" : count(place.count)}
              </td>
              <td class="dim wrap" safe>
                {place.note}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Farm(props: SettingsProps & { farm: FormState }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="h-farm" id="farm">
      <header>
        <h2 id="h-farm">Farm</h2>
      </header>
      <form method="post" action="/settings/farm" novalidate class="body stack">
        <Hidden csrf={props.viewer.csrf} />
        <FormErrors form={props.farm} />
        <Field form={props.farm} name="farm_name" label="Name" required />
        <Field form={props.farm} name="time_zone" label="Time zone" list={props.zones} hint="Whoever has not chosen another reads times in it." required />
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
        </p>
      </form>
    </section>
  );
}

function Sites(props: SettingsProps): JSX.Element {
  const { site } = props;
  return (
    <section class="panel" aria-labelledby="h-sites" id="sites">
      <header>
        <h2 id="h-sites">Sites</h2>
      </header>
      {props.sites.length === 0 ? <p class="empty">None yet. A site is a place with rigs; fleets and rigs name it.</p> : ""}
      <table hidden={props.sites.length === 0}>
        <thead>
          <tr>
            <th scope="col">Site</th>
            <th scope="col">Time zone</th>
            <th scope="col">Asset codes</th>
          </tr>
        </thead>
        <tbody>
          {props.sites.map((line) => (
            <tr id={line.id}>
              <th scope="row">
                {site === null ? (
                  <span safe>{line.name}</span>
                ) : (
                  <a href={`/sites/${line.id}`} safe>
                    {line.name}
                  </a>
                )}
              </th>
              <td safe>{line.zone}</td>
              <td>
                <code safe>{line.codes}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {site === null ? (
        ""
      ) : (
        <form method="post" action="/settings/sites" novalidate class="body stack">
          <Hidden csrf={props.viewer.csrf} />
          <FormErrors form={site} />
          <Field form={site} name="name" label="New site" placeholder="Hall B" required />
          <Field form={site} name="timezone" label="Its time zone" list={props.zones} placeholder="UTC" />
          <p class="actions">
            <button type="submit">Add site</button>
          </p>
        </form>
      )}
    </section>
  );
}

function Channels(props: SettingsProps): JSX.Element {
  return (
    <section class="panel" aria-labelledby="h-channels" id="channels">
      <header>
        <h2 id="h-channels">Channels of alarms</h2>
        {props.viewer.role === "owner" ? (
          <a class="button" href="/channels/new">
            New channel
          </a>
        ) : (
          ""
        )}
      </header>
      {props.channels.length === 0 ? <p class="empty">Nobody is told of alarms: there is no channel. An owner adds one.</p> : ""}
      <table hidden={props.channels.length === 0}>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">State</th>
            <th scope="col">Last message</th>
          </tr>
        </thead>
        <tbody>
          {props.channels.map((line) => (
            <tr id={line.id}>
              <th scope="row">
                {props.viewer.role === "owner" ? (
                  <a href={`/channels/${line.id}`} safe>
                    {line.name}
                  </a>
                ) : (
                  <span safe>{line.name}</span>
                )}
                <small safe>{line.target}</small>
              </th>
              <td>
                <CheckMark ok={line.enabled} words={["on", "off"]} />
              </td>
              <td class="wrap">
                {line.last === null ? (
                  <span class="dim">none yet</span>
                ) : (
                  <>
                    <CheckMark ok={line.last.ok} words={["delivered", "not delivered"]} /> <Moment atMs={line.last.atMs} clock={props.viewer} />{" "}
                    <small safe>{line.last.text}</small>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Health(props: SettingsProps): JSX.Element {
  const { viewer } = props;
  return (
    <section class="panel" aria-labelledby="h-health" id="health">
      <header>
        <h2 id="h-health">Health</h2>
        <a href="/readyz">For scripts</a>
      </header>
      <ul class="checks">
        {props.health.map((line) => (
          <li>
            <b safe>{line.name}</b>
            <CheckMark ok={line.ok} words={["well", "unwell"]} />
            <span safe>{line.text}</span>
          </li>
        ))}
      </ul>
      <dl class="facts">
        <div>
          <dt>Runs since</dt>
          <dd>
            <Moment atMs={props.startedAtMs} clock={viewer} />, <span safe>{duration(viewer.nowMs - props.startedAtMs)}</span>
          </dd>
        </div>
        {props.about.map((line) => (
          <div>
            <dt safe>{line.label}</dt>
            <dd safe>{line.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** One place to find all that is set, and how the hub itself does. */
export function SettingsPage(props: SettingsProps): JSX.Element {
  return (
    <Layout title="Settings" current="settings" viewer={props.viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Settings</h1>
      </div>
      <div class="pair">
        <div>
          <Places places={props.places} />
          <Channels {...props} />
        </div>
        <div>
          {props.farm === null ? "" : <Farm {...props} farm={props.farm} />}
          <Sites {...props} />
          <Health {...props} />
        </div>
      </div>
    </Layout>
  );
}
