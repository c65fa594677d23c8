/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select, TextArea } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { Moment } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import { positionHint } from "./rack-form.tsx";

export type RepairLine = { id: string; atMs: number; byName: string; text: string };

export type RigEditProps = {
  viewer: Viewer;
  assets: AssetUrls;
  rig: { id: string; name: string; version: number; assetCode: string | null };
  form: FormState;
  /** A technician changes place, lifecycle and notes alone. */
  mayAll: boolean;
  owners: readonly Choice[];
  sites: readonly Choice[];
  models: readonly string[];
  /** What a browser offers for the parts of its place: words that are there, positions that are free. */
  places: Readonly<Record<"building" | "row" | "rack" | "position", readonly string[]>>;
  repairs: readonly RepairLine[];
  repairForm: FormState;
};

const lends: readonly Choice[] = [
  { value: "none", text: "none: it works for its owner alone" },
  { value: "house", text: "house: it mines for the house when its owner needs it not" },
  { value: "all", text: "all: any contract may have it" },
];
const lifecycles: readonly Choice[] = ["storage", "active", "maintenance", "retired"].map((word) => ({ value: word, text: word }));

function Machine(props: RigEditProps): JSX.Element {
  const { form } = props;
  return (
    <>
      <h2>Machine</h2>
      <Field form={form} name="name" label="Name" hint="What it logs in as. Its old name goes on leading to it." required />
      <Field form={form} name="asset_code" label="Asset code" hint="On its label; never given to another machine." />
      <Field form={form} name="model" label="Model" list={props.models} hint="One of the catalogue brings its nominal hashrate." />
      <Field form={form} name="nominal" label="Nominal hashrate" placeholder="110T" hint="Empty: learned from its shares." />
      <Field form={form} name="serial" label="Serial" />
      <Field form={form} name="mac" label="MAC" />
      <Field form={form} name="warranty_until" label="Warranty until" type="date" />
      <h2>Owner</h2>
      <Select form={form} name="owner" label="Owner" choices={[{ value: "", text: "house" }, ...props.owners]} />
      <Select form={form} name="lend" label="Lent to" choices={lends} hint="Counts for a customer's rig." />
    </>
  );
}

export function RigEditPage(props: RigEditProps): JSX.Element {
  const { viewer, rig, form } = props;
  return (
    <Layout title={`Edit ${rig.name}`} current="rigs" viewer={viewer} assets={props.assets} live={null}>
      <Heading
        crumbs={[
          { text: "Rigs", href: "/rigs" },
          { text: rig.name, href: `/rigs/${rig.id}` },
        ]}
        title={`Edit ${rig.name}`}
      />
      <FormErrors form={form} />
      <form method="post" action={`/rigs/${rig.id}/edit`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} version={rig.version} form={form} />
        {props.mayAll ? <Machine {...props} /> : ""}
        <h2>Place</h2>
        <Select form={form} name="site" label="Site" choices={[{ value: "", text: "none" }, ...props.sites]} />
        <div class="row">
          <Field form={form} name="building" label="Building" list={props.places.building} />
          <Field form={form} name="row" label="Row" list={props.places.row} />
          <Field form={form} name="rack" label="Rack" list={props.places.rack} />
          <Field form={form} name="position" label="Position" list={props.places.position} />
        </div>
        <p class="hint">{`Free words, unless the rack is described (see Racks). Then the position is one that it has. ${positionHint}`}</p>
        <h2>Life</h2>
        <Select form={form} name="lifecycle" label="Lifecycle" choices={lifecycles} />
        <TextArea form={form} name="notes" label="Notes" />
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
          <a class="button" href={`/rigs/${rig.id}`}>
            Cancel
          </a>
        </p>
      </form>
      {props.mayAll && rig.assetCode === null ? (
        <form method="post" action={`/rigs/${rig.id}/give-asset-code`} class="panel stack">
          <Hidden csrf={viewer.csrf} />
          <p class="dim">It has no asset code yet.</p>
          <button type="submit">Give it the next code of its site</button>
        </form>
      ) : (
        ""
      )}
      <Repairs {...props} clock={viewer} />
    </Layout>
  );
}

function Repairs(props: RigEditProps & { clock: Clock }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="h-repairs" id="repairs">
      <header>
        <h2 id="h-repairs">Repairs</h2>
      </header>
      {props.repairs.length === 0 ? <p class="empty">None noted yet.</p> : ""}
      <dl class="facts" hidden={props.repairs.length === 0}>
        {props.repairs.map((repair) => (
          <div>
            <dt>
              <Moment atMs={repair.atMs} clock={props.clock} /> <small safe>{repair.byName}</small>
            </dt>
            <dd class="lines" safe>
              {repair.text}
            </dd>
          </div>
        ))}
      </dl>
      <form method="post" action={`/rigs/${props.rig.id}/repairs`} class="body stack" novalidate>
        <FormErrors form={props.repairForm} />
        <Hidden csrf={props.viewer.csrf} />
        <TextArea form={props.repairForm} name="text" label="What was done" hint="It stays as written." />
        <p>
          <button type="submit">Note it</button>
        </p>
      </form>
    </section>
  );
}
