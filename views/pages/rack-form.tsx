/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type RackFormProps = {
  viewer: Viewer;
  assets: AssetUrls;
  /** Null = new ones. */
  rack: { id: string; name: string; version: number } | null;
  sites: readonly Choice[];
  /** Words that a browser offers. */
  places: Readonly<Record<"building" | "row", readonly string[]>>;
  form: FormState;
  backHref: string;
};

/** How positions in a rack are written; said wherever one is asked for. */
export const positionHint = "Level and slot, such as 3-2 or L3S2, or a number that runs from 1 along the lowest level, then along the next.";

export function RackFormPage(props: RackFormProps): JSX.Element {
  const { viewer, rack, form } = props;
  const title = rack === null ? "Add racks" : `Change rack ${rack.name}`;
  return (
    <Layout title={title} current="inventory" viewer={viewer} assets={props.assets} live={null}>
      <Heading
        crumbs={[
          { text: "Inventory", href: "/inventory" },
          { text: "Racks", href: props.backHref },
        ]}
        title={title}
      />
      <FormErrors form={form} />
      <form method="post" action={rack === null ? "/racks" : `/racks/${rack.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} {...(rack !== null && { version: rack.version, form })} />
        <Select form={form} name="site" label="Site" choices={[{ value: "", text: "none" }, ...props.sites]} hint="Sites are added in Settings." />
        <div class="row">
          <Field form={form} name="building" label="Building" list={props.places.building} />
          <Field form={form} name="row" label="Row" list={props.places.row} />
          <Field
            form={form}
            name="name"
            label="Rack"
            hint={rack === null ? "K1, or K{1-12} for twelve of the same size; or several with commas between." : "Its rigs go along."}
          />
        </div>
        <div class="row">
          <Field form={form} name="levels" label="Levels" hint="From the floor up; level 1 is the lowest." />
          <Field form={form} name="slots" label="Slots on a level" hint="From the left; slot 1 is the leftmost." />
        </div>
        <p class="hint">{`Rigs that name this site, building, row and rack stand in it. Their position is then one that it has: ${positionHint}`}</p>
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
          <a class="button" href={props.backHref}>
            Cancel
          </a>
        </p>
      </form>
      {rack === null ? (
        ""
      ) : (
        <Confirm
          action={`/racks/${rack.id}/delete`}
          csrf={viewer.csrf}
          version={rack.version}
          verb="Remove"
          question={`Remove rack ${rack.name}? Its rigs keep what they say of their place.`}
        />
      )}
    </Layout>
  );
}
