/** @jsxImportSource @kitajs/html */

import { count, plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select, TextArea } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { type Look, Mark } from "../parts/status.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type BatchOutcomeWord = "changed" | "unchanged" | "refused";
export type BatchLine = { rigId: string; name: string | null; outcome: BatchOutcomeWord; refusal: string | null };

/** The choices of the form that says what to set; null = the order sets nothing. */
export type BatchFields = {
  form: FormState;
  /** A technician sets place, lifecycle and notes alone. */
  mayAll: boolean;
  fleets: readonly Choice[];
  sites: readonly Choice[];
  owners: readonly Choice[];
  models: readonly string[];
};

export type BatchProps = {
  viewer: Viewer;
  assets: AssetUrls;
  id: string;
  /** "Drain 214 rigs" */
  title: string;
  /** What is set, in words; empty for other orders. */
  sets: readonly string[];
  state: "ready" | "applying" | "done";
  isRunning: boolean;
  total: number;
  done: number;
  /** Whether it says enough to be carried out. */
  isWhole: boolean;
  /** The field for why, where the order takes a reason. */
  reason: FormState | null;
  fields: BatchFields | null;
  /** Of the order to pass rigs: the field for a nominal that rigs without one get. */
  nominal: FormState | null;
  /** What it costs, in sentences; empty where nothing is taken from anybody. */
  cost: readonly string[];
  counts: Readonly<Record<BatchOutcomeWord, number>>;
  lines: readonly BatchLine[];
  /** Lines that are not on the page. */
  more: number;
};

const looks: Readonly<Record<BatchOutcomeWord, Look>> = Object.freeze({
  changed: { shape: "half", tone: "ok" },
  unchanged: { shape: "disc", tone: "off" },
  refused: { shape: "cross", tone: "bad" },
});
const outcomes: readonly BatchOutcomeWord[] = ["refused", "changed", "unchanged"];
const lifecycles: readonly Choice[] = ["storage", "active", "maintenance", "retired"].map((word) => ({ value: word, text: word }));
const lends: readonly Choice[] = ["none", "house", "all"].map((word) => ({ value: word, text: word }));
const asIs: Choice = { value: "", text: "as it is" };

function OutcomeMark(props: { outcome: BatchOutcomeWord }): JSX.Element {
  return <Mark word={props.outcome} look={looks[props.outcome]} forMs={null} />;
}

function Fields(props: { id: string; csrf: string; fields: BatchFields }): JSX.Element {
  const { form, mayAll, fleets, sites, owners, models } = props.fields;
  return (
    <form method="post" action={`/batches/${props.id}`} novalidate class="panel stack" id="fields">
      <Hidden csrf={props.csrf} />
      <h2>What to set</h2>
      <p class="dim">An empty field leaves each rig as it is; (none) clears it.</p>
      <FormErrors form={form} />
      <Select form={form} name="site" label="Site" choices={[asIs, { value: "(none)", text: "none" }, ...sites]} />
      <div class="row">
        <Field form={form} name="building" label="Building" />
        <Field form={form} name="row" label="Row" />
        <Field form={form} name="rack" label="Rack" />
        <Field form={form} name="position" label="Position" />
      </div>
      <Select form={form} name="lifecycle" label="Lifecycle" choices={[asIs, ...lifecycles]} />
      <TextArea form={form} name="notes" label="Notes" rows={2} />
      {mayAll ? (
        <>
          <Field form={form} name="model" label="Model" list={models} hint="One of the catalogue brings its nominal hashrate." />
          <Field form={form} name="nominal" label="Nominal hashrate" placeholder="110T" />
          <Field form={form} name="warranty_until" label="Warranty until" type="date" />
          <Select form={form} name="owner" label="Owner" choices={[asIs, { value: "(none)", text: "house" }, ...owners]} />
          <Select form={form} name="lend" label="Lent to" choices={[asIs, ...lends]} />
          <Select form={form} name="fleet" label="Fleet" choices={[asIs, ...fleets]} />
        </>
      ) : (
        ""
      )}
      <p>
        <button type="submit">See what it would do</button>
      </p>
    </form>
  );
}

/** A rig of which nothing can be expected cannot be passed. */
function Nominal(props: { id: string; csrf: string; form: FormState }): JSX.Element {
  return (
    <form method="post" action={`/batches/${props.id}`} novalidate class="panel stack" id="fields">
      <Hidden csrf={props.csrf} />
      <Field
        form={props.form}
        name="nominal"
        label="Nominal hashrate of those that have none"
        placeholder="110T"
        hint="A rig needs one to be passed; those that have one keep theirs. A model of the catalogue brings its own."
      />
      <p>
        <button type="submit">See what it would do</button>
      </p>
    </form>
  );
}

function Apply(props: BatchProps): JSX.Element {
  const { counts } = props;
  if (counts.changed === 0) return <p class="notice">Nothing would change.</p>;
  const left = counts.refused === 0 ? "" : ` ${plural(counts.refused, "is refused and stays as it is", "are refused and stay as they are")}.`;
  return (
    <form method="post" action={`/batches/${props.id}/apply`} class="panel stack" id="apply">
      {props.reason === null ? "" : <FormErrors form={props.reason} />}
      <Hidden csrf={props.viewer.csrf} />
      <h2>What it will do</h2>
      {props.cost.map((text) => (
        <p class="cost" safe>
          {text}
        </p>
      ))}
      <p safe>{`${count(counts.changed)} of ${plural(props.total, "rig")} ${counts.changed === 1 ? "changes" : "change"}.${left}`}</p>
      {props.reason === null ? "" : <Field form={props.reason} name="reason" label="Why" hint="Stands in each rig's record." />}
      <p class="actions">
        <button type="submit" class={props.cost.length > 0 ? "danger" : "primary"} safe>
          {props.title}
        </button>
        <a class="button" href="/rigs">
          Cancel
        </a>
      </p>
    </form>
  );
}

/** How far the order is; itself empty while it waits for a word. */
function Progress(props: BatchProps): JSX.Element {
  if (props.state === "ready") return <div id="progress" />;
  const isRunning = props.state === "applying" && props.isRunning;
  const isCut = props.state === "applying" && !props.isRunning;
  // The answer takes the place of what asked for it, so the last one, which asks no more, ends it.
  const swap = { "hx-trigger": "every 1s", "hx-select": "#progress", "hx-swap": "outerHTML", "hx-select-oob": "#results" } as const;
  const again = isRunning ? { "hx-get": `/batches/${props.id}`, ...swap } : {};
  return (
    <section class="panel stack" id="progress" aria-label="Progress" {...again}>
      {isRunning ? (
        <p class="notice">
          It is being carried out. <a href={`/batches/${props.id}`}>Look again</a> for what became of each rig.
        </p>
      ) : (
        ""
      )}
      <p>
        <progress value={String(props.done)} max={String(props.total)} aria-label="Rigs that are through" />{" "}
        <span safe>{`${count(props.done)} of ${plural(props.total, "rig")}`}</span>
      </p>
      {isCut ? (
        <form method="post" action={`/batches/${props.id}/apply`}>
          <Hidden csrf={props.viewer.csrf} />
          <p>It was interrupted.</p>
          <button type="submit" class="primary">
            Go on
          </button>
        </form>
      ) : (
        ""
      )}
      {props.cost.map((text) => (
        <p class="dim" safe>
          {text}
        </p>
      ))}
    </section>
  );
}

function Results(props: BatchProps): JSX.Element {
  return (
    <section class="panel" id="results" aria-label="Rigs">
      <p class="chips">
        {outcomes.map((outcome) => (
          <span class="chip">
            <OutcomeMark outcome={outcome} /> <span safe>{count(props.counts[outcome])}</span>
          </span>
        ))}
      </p>
      <table hidden={props.lines.length === 0}>
        <thead>
          <tr>
            <th scope="col">Rig</th>
            <th scope="col">Result</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          <InTurns
            of={props.lines}
            draw={(line) => (
              <tr>
                <th scope="row">
                  <a href={`/rigs/${line.rigId}`} safe>
                    {line.name ?? line.rigId}
                  </a>
                </th>
                <td>
                  <OutcomeMark outcome={line.outcome} />
                </td>
                <td class="wrap" safe>
                  {line.refusal ?? ""}
                </td>
              </tr>
            )}
          />
        </tbody>
      </table>
      {props.more > 0 ? <p class="foot" safe>{`And ${count(props.more)} more.`}</p> : ""}
    </section>
  );
}

export function BatchPage(props: BatchProps): JSX.Element {
  return (
    <Layout title={props.title} current="rigs" viewer={props.viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Rigs", href: "/rigs" }]} title={props.title} />
      {props.sets.length === 0 ? (
        ""
      ) : (
        <p class="lead" safe>
          {props.sets.join(" · ")}
        </p>
      )}
      <Progress {...props} />
      {props.fields === null ? "" : <Fields id={props.id} csrf={props.viewer.csrf} fields={props.fields} />}
      {props.nominal === null ? "" : <Nominal id={props.id} csrf={props.viewer.csrf} form={props.nominal} />}
      {props.state === "ready" && props.isWhole ? <Apply {...props} /> : ""}
      {props.isWhole ? <Results {...props} /> : ""}
    </Layout>
  );
}
