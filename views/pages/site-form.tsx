/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type SiteFormProps = {
  viewer: Viewer;
  assets: AssetUrls;
  site: { id: string; name: string; version: number };
  zones: readonly string[];
  /** What asset codes look like where the site has no pattern of its own. */
  patternDefault: string;
  form: FormState;
};

export function SiteFormPage(props: SiteFormProps): JSX.Element {
  const { viewer, site, form } = props;
  return (
    <Layout title={site.name} current="settings" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Settings", href: "/settings" }]} title={site.name} />
      <FormErrors form={form} />
      <form method="post" action={`/sites/${site.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} version={site.version} form={form} />
        <Field form={form} name="name" label="Name" required />
        <Field form={form} name="timezone" label="Time zone" list={props.zones} required />
        <Field
          form={form}
          name="asset_code_pattern"
          label="Asset codes"
          placeholder={props.patternDefault}
          hint="Of the next rigs here; codes that were given stay. {MODEL} becomes the model, {000000} the next number with so many digits."
        />
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
          <a class="button" href="/settings#sites">
            Cancel
          </a>
        </p>
      </form>
      <Confirm action={`/sites/${site.id}/delete`} csrf={viewer.csrf} version={site.version} verb="Delete" question={`Delete ${site.name}?`} />
    </Layout>
  );
}
