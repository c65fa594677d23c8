/** @jsxImportSource @kitajs/html */

import { duration, percent, plural, workHours } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, FormErrors, type FormState, Hidden, TextArea } from "../parts/form.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { RigMark, type RigStatusWord } from "../parts/status.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import { wordText } from "../time-range.ts";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export const repairSpans = ["24h", "7d"] as const;
export const repairOrders = ["lost", "row"] as const;

/** What the address of the list says. `site` = an id, `note` = the rig whose form is open; empty = all, none. */
export type RepairQuery = { span: (typeof repairSpans)[number]; by: (typeof repairOrders)[number]; site: string; note: string };

export type RepairItem = {
  id: string;
  name: string;
  assetCode: string | null;
  model: string | null;
  lifecycle: string;
  status: RigStatusWord;
  statusSinceMs: number;
  reason: string;
  place: string;
  /** Never connected so far. */
  isNew: boolean;
  /** In expected hashes; null = cannot be told. */
  lost: { expected: bigint; lost: bigint } | null;
  nominalHps: number | null;
  lastNote: { atMs: number; byName: string; text: string } | null;
};

/** `text` is empty where the list is one. */
export type RepairGroup = { text: string; items: readonly RepairItem[] };

export type RepairsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  query: RepairQuery;
  sites: readonly Choice[];
  groups: readonly RepairGroup[];
  total: number;
  /** Those of which nobody knows what they lost: without a nominal, or never seen. */
  unknown: number;
  /** Rigs beyond those shown. */
  more: number;
  lostHashes: bigint;
  /** May note a repair. */
  mayNote: boolean;
  form: FormState;
};

const spanWords = { "24h": "the last 24 h", "7d": "the last 7 days" } as const;

/** The address that shows `query`; neutral values are left out. */
export function repairsHref({ span, by, site, note }: RepairQuery, path = "/repairs"): string {
  const search = new URLSearchParams({
    ...(span !== "24h" && { span }),
    ...(by !== "lost" && { by }),
    ...(site !== "" && { site }),
    ...(note !== "" && { note }),
  });
  return search.size === 0 ? path : `${path}?${search}`;
}

/** Hours with a tenth; what is less than one in its own unit. */
const fullTime = (seconds: number): string => (seconds < 3_600 ? duration(seconds * 1_000) : `${(seconds / 3_600).toFixed(1)} h`);

/** In hash-hours, as part of what it should have done, and as time of its full work. */
function Lost(props: { item: RepairItem }): JSX.Element {
  const { lost, nominalHps, isNew } = props.item;
  if (lost === null) return <small>{isNew ? "never seen" : "no nominal known"}</small>;
  const fullS = nominalHps === null || nominalHps <= 0 ? null : Number(lost.lost) / nominalHps;
  const part = lost.expected === 0n ? null : Number((lost.lost * 10_000n) / lost.expected) / 10_000;
  return (
    <>
      <span class="nowrap" safe>
        {workHours(lost.lost)}
      </span>
      <small class="block" safe>{`${percent(part, 0)}${fullS === null ? "" : `, ${fullTime(fullS)} of its work`}`}</small>
    </>
  );
}

function NoteForm(props: RepairsProps & { item: RepairItem }): JSX.Element {
  const { item, query } = props;
  const back = repairsHref({ ...query, note: "" });
  return (
    <form method="post" action={repairsHref({ ...query, note: "" }, `/repairs/${item.id}`)} class="stack" novalidate>
      <FormErrors form={props.form} />
      <Hidden csrf={props.viewer.csrf} />
      <TextArea form={props.form} name="text" label={`What was done to ${item.name}`} hint="It stays as written." />
      <p class="actions">
        <button type="submit">Note it</button>
        <a class="button" href={`${back}#${item.id}`}>
          Cancel
        </a>
      </p>
    </form>
  );
}

function LastNote(props: { item: RepairItem; clock: Clock }): JSX.Element {
  const { lastNote } = props.item;
  if (lastNote === null) return <small>no repair noted</small>;
  const { text, byName } = lastNote;
  return (
    <>
      <small>
        <Moment atMs={lastNote.atMs} clock={props.clock} /> <span safe>{byName}</span>
      </small>
      <span class="block" safe>
        {text.length > 200 ? `${text.slice(0, 200)}…` : text}
      </span>
    </>
  );
}

function ItemRow(props: RepairsProps & { item: RepairItem }): JSX.Element {
  const { item, viewer, query, mayNote } = props;
  return (
    <tr id={item.id}>
      <td class="printed tickbox" />
      <th scope="row">
        <a href={`/rigs/${item.id}`} safe>
          {item.name}
        </a>
        {item.assetCode === null ? "" : <small safe>{item.assetCode}</small>}
        {item.model === null ? "" : <small safe>{item.model}</small>}
      </th>
      <td class="n">
        <Lost item={item} />
      </td>
      <td>
        <RigMark status={item.status} forMs={viewer.nowMs - item.statusSinceMs} />
        {item.lifecycle === "active" ? "" : <small class="block" safe>{`lifecycle ${item.lifecycle}`}</small>}
        <small class="block wrap">
          <span safe>{item.reason}</span>, since <Moment atMs={item.statusSinceMs} clock={viewer} />
        </small>
      </td>
      <td safe>{item.place === "" ? "–" : item.place}</td>
      <td class="c2 wrap">
        <LastNote item={item} clock={viewer} />
      </td>
      <td class="unprinted">
        {mayNote && query.note !== item.id ? (
          <a class="button" href={`${repairsHref({ ...query, note: item.id })}#${item.id}`} aria-label={`Note a repair of ${item.name}`}>
            Note
          </a>
        ) : (
          ""
        )}
      </td>
    </tr>
  );
}

function Group(props: RepairsProps & { group: RepairGroup }): JSX.Element {
  const { group, query, mayNote } = props;
  const label = group.text === "" ? "Rigs to mend" : group.text;
  return (
    <section class="panel" aria-label={label}>
      {group.text === "" ? (
        ""
      ) : (
        <header>
          <h2 safe>{group.text}</h2>
          <small safe>{plural(group.items.length, "rig")}</small>
        </header>
      )}
      <table class="repairs">
        <thead>
          <tr>
            <td class="printed">Done</td>
            <th scope="col">Rig</th>
            <th scope="col" class="n" safe>{`Lost in ${spanWords[query.span]}`}</th>
            <th scope="col">Status and why</th>
            <th scope="col">Place</th>
            <th scope="col" class="c2">
              Last repair
            </th>
            <td class="unprinted" />
          </tr>
        </thead>
        <tbody>
          <InTurns
            of={group.items}
            draw={(item) => (
              <>
                <ItemRow {...props} item={item} />
                {mayNote && query.note === item.id ? (
                  <tr>
                    <td colspan="7">
                      <NoteForm {...props} item={item} />
                    </td>
                  </tr>
                ) : (
                  ""
                )}
              </>
            )}
          />
        </tbody>
      </table>
    </section>
  );
}

function Segment(props: { label: string; links: readonly { text: string; href: string; current: boolean }[] }): JSX.Element {
  return (
    <nav class="segments" aria-label={props.label}>
      {props.links.map(({ text, href, current }) => (
        <a href={href} aria-current={current ? "true" : undefined} safe>
          {text}
        </a>
      ))}
    </nav>
  );
}

function Choices(props: RepairsProps): JSX.Element {
  const query = { ...props.query, note: "" };
  const orders = { lost: "By work lost", row: "By row, to walk with" } as const;
  return (
    <div class="actions">
      <Segment
        label="Time"
        links={repairSpans.map((span) => ({ text: wordText(span), href: repairsHref({ ...query, span }), current: span === query.span }))}
      />
      <Segment label="Order" links={repairOrders.map((by) => ({ text: orders[by], href: repairsHref({ ...query, by }), current: by === query.by }))} />
      {props.sites.length < 2 ? (
        ""
      ) : (
        <Segment
          label="Site"
          links={[{ value: "", text: "All sites" }, ...props.sites].map(({ value, text }) => {
            return { text, href: repairsHref({ ...query, site: value }), current: value === query.site };
          })}
        />
      )}
    </div>
  );
}

function lostSentence({ total, unknown, lostHashes, query }: RepairsProps): string {
  const known = total - unknown;
  const without =
    unknown === 0 ? "" : `${plural(unknown, "rig")} without a nominal hashrate, or never seen: nobody knows what ${unknown === 1 ? "it" : "they"} lost.`;
  if (known === 0) return without;
  return `${plural(known, "rig has", "rigs have")} lost ${workHours(lostHashes)} in ${spanWords[query.span]}. ${without}`.trim();
}

export function RepairsPage(props: RepairsProps): JSX.Element {
  const { viewer, total, more } = props;
  const sum = lostSentence(props);
  return (
    <Layout title="Repairs" current="repairs" viewer={viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Repairs</h1>
      </div>
      <Choices {...props} />
      {total === 0 ? (
        <section class="panel" aria-label="Rigs to mend">
          <Empty text="Nothing to mend: no rig in use is offline, degraded, rejecting, flapping or quarantined, and none is in maintenance." />
        </section>
      ) : (
        <p class="lead" safe>
          {sum}
        </p>
      )}
      {props.groups
        .filter(({ items }) => items.length > 0)
        .map((group) => (
          <Group {...props} group={group} />
        ))}
      {more === 0 ? (
        ""
      ) : (
        <p
          class="notice"
          safe
        >{`${plural(more, "more rig, which lost less, is", "more rigs, which lost less, are")} not shown. Choose a site to see fewer.`}</p>
      )}
      <details class="how unprinted">
        <summary>How is this computed?</summary>
        <p>
          Lost = nominal hashrate × the time since the rig first connected in which the hub ran, less what it delivered: the work of its accepted shares without
          that which pools refused, as the ledger has it on record. 1 TH/s·h is what 1 TH/s does in an hour. Chance alone moves it by a few percent of a day,
          and time of planned maintenance is not taken off. The clock shows since when the status has been what it is.
        </p>
      </details>
    </Layout>
  );
}
