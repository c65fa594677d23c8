/** @jsxImportSource @kitajs/html */

import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { ChartPanel } from "../parts/chart-panel.tsx";
import { FactsPanel } from "../parts/facts.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import type { ChartProps } from "../parts/hashrate-chart.tsx";
import { Heading } from "../parts/heading.tsx";
import { MeaningPanel, type MeaningProps } from "../parts/health-meaning.tsx";
import type { RangePickerProps } from "../parts/range-picker.tsx";
import { type TileProps, Tiles } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import { type FleetHold, HoldText } from "./fleets.tsx";

export type FleetChoices = { algorithms: readonly Choice[]; sites: readonly Choice[]; profiles: readonly Choice[] };
export type FleetPageProps = {
  /** Null = a fleet that is still to be made. */
  chart: { chart: ChartProps; picker: RangePickerProps } | null;
  viewer: Viewer;
  assets: AssetUrls;
  /** Null for a new one. */
  fleet: { id: string; name: string; version: number; held: FleetHold | null } | null;
  tiles: TileProps[];
  choices: FleetChoices;
  form: FormState;
  holdForm: FormState;
  meaning: MeaningProps;
  /** The settings in words, for who may not change them. */
  facts: readonly { label: string; value: string }[];
};

export const periodChoices: readonly Choice[] = [
  { value: "quick", text: "quick: at most 1 false alarm in a rig's year" },
  { value: "normal", text: "normal: at most 1 in ten years" },
  { value: "sure", text: "sure: at most 1 in a hundred years" },
];
const methodChoices: readonly Choice[] = [
  { value: "threshold", text: "threshold: so much hashrate" },
  { value: "miners", text: "miners: so many rigs" },
];
export const holdChoices: readonly Choice[] = [
  { value: "900", text: "15 minutes" },
  { value: "3600", text: "1 hour" },
  { value: "14400", text: "4 hours" },
  { value: "86400", text: "1 day" },
];

function Knobs(props: { form: FormState }): JSX.Element {
  const { form } = props;
  return (
    <fieldset>
      <legend>How rigs are judged</legend>
      <Select form={form} name="period" label="Period" choices={periodChoices} hint="How much evidence it takes before a verdict." />
      <Field form={form} name="degraded_below" label="Degraded below, % of nominal" decimal hint="50 to 92. A rig below it is degraded." />
      <Field form={form} name="shares_per_minute" label="Shares per minute" decimal hint="1 to 120, per rig. More shares, sooner verdicts, more traffic." />
      <Field form={form} name="disconnect_grace_s" label="Disconnect grace, seconds" decimal hint="A rig whose connection is closed for so long is replaced." />
      <Field form={form} name="alarm_threshold" label="Alarm threshold, % of its rigs" decimal hint="People are woken when so many are down for a minute." />
    </fieldset>
  );
}

function Selling(props: { form: FormState }): JSX.Element {
  const { form } = props;
  return (
    <fieldset>
      <legend>What its contracts begin with</legend>
      <Select form={form} name="method" label="Method" choices={methodChoices} />
      <Field form={form} name="tolerance" label="Tolerance, %" decimal hint="1 to 50. Below the promise by more than this, a contract is degraded." />
      <Field form={form} name="reserve" label="Reserve, % of capacity" decimal hint="Kept back: never promised." />
    </fieldset>
  );
}

export const fleetFormId = "fleet-form";

function FleetForm(props: FleetPageProps): JSX.Element {
  const { fleet, form, choices } = props;
  const action = fleet === null ? "/fleets" : `/fleets/${fleet.id}`;
  return (
    <form method="post" action={action} id={fleetFormId} novalidate class="panel stack">
      <Hidden csrf={props.viewer.csrf} {...(fleet === null ? {} : { version: fleet.version, form: props.form })} />
      <Field form={form} name="name" label="Name" required first={fleet === null} />
      <Select form={form} name="algorithm" label="Algorithm" choices={choices.algorithms} />
      {choices.sites.length > 1 ? <Select form={form} name="site_id" label="Site" choices={choices.sites} /> : ""}
      <Select form={form} name="house_profile_id" label="House profile" choices={choices.profiles} hint="Where its rigs mine that no contract needs." />
      <Knobs form={form} />
      <Selling form={form} />
      <p class="actions">
        <button type="submit" class="primary">
          {fleet === null ? "Create fleet" : "Save"}
        </button>
        <button type="submit" formaction={props.meaning.from?.action ?? action}>
          What would this mean?
        </button>
        <a class="button" href="/fleets">
          Cancel
        </a>
      </p>
    </form>
  );
}

function HoldPanel(props: FleetPageProps & { fleet: NonNullable<FleetPageProps["fleet"]> }): JSX.Element {
  const { fleet, viewer } = props;
  return (
    <section class="panel" id="hold" aria-labelledby="h-hold">
      <header>
        <h2 id="h-hold">Hold</h2>
      </header>
      <div class="body">
        <p class="dim">While a fleet is held, the hub moves none of its rigs by itself; pool failover goes on.</p>
        {fleet.held === null ? (
          ""
        ) : (
          <form method="post" action={`/fleets/${fleet.id}/release`} class="row">
            <Hidden csrf={viewer.csrf} />
            <p>
              <HoldText held={fleet.held} clock={viewer} />
            </p>
            <button type="submit">Release</button>
          </form>
        )}
        <FormErrors form={props.holdForm} />
        <form method="post" action={`/fleets/${fleet.id}/hold`} class="row">
          <Hidden csrf={viewer.csrf} />
          <Select form={props.holdForm} name="hold_s" label="For" choices={holdChoices} />
          <Field form={props.holdForm} name="reason" label="Reason" required />
          <button type="submit">Hold</button>
        </form>
      </div>
    </section>
  );
}

/** One fleet: how it is, what its knobs mean, and, for who may, the knobs themselves. */
export function FleetPage(props: FleetPageProps): JSX.Element {
  const { viewer, fleet } = props;
  const title = fleet === null ? "New fleet" : fleet.name;
  return (
    <Layout title={title} current="fleets" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Fleets", href: "/fleets" }]} title={title} />
      {fleet === null ? "" : <Tiles id="tiles" tiles={props.tiles} />}
      {props.chart === null ? "" : <ChartPanel title="Effective hashrate of its rigs" {...props.chart} />}
      <FormErrors form={props.form} />
      <div class="pair">
        {viewer.mayWrite ? <FleetForm {...props} /> : <FactsPanel id="h-settings" title="Settings" lines={props.facts} />}
        <div>
          <MeaningPanel {...props.meaning} />
          {fleet === null || !viewer.mayWrite ? "" : <HoldPanel {...props} fleet={fleet} />}
          {fleet === null || !viewer.mayWrite ? (
            ""
          ) : (
            <Confirm action={`/fleets/${fleet.id}/delete`} csrf={viewer.csrf} version={fleet.version} verb="Delete" question={`Delete ${fleet.name}?`} />
          )}
        </div>
      </div>
    </Layout>
  );
}
