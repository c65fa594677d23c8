/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { Warnings } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export const profilePlaces = ["pool_1", "pool_2", "pool_3", "pool_4", "pool_5"] as const;

export type ProfileFormProps = {
  viewer: Viewer;
  assets: AssetUrls;
  /** Null for a new profile. */
  profile: { id: string; name: string; version: number } | null;
  pools: readonly Choice[];
  /** What is wrong with the pools that it has now. */
  warnings: readonly string[];
  form: FormState;
};

const ordinals = ["First", "Second", "Third", "Fourth", "Fifth"] as const;

export function ProfileFormPage(props: ProfileFormProps): JSX.Element {
  const { viewer, profile, form } = props;
  const title = profile === null ? "New profile" : profile.name;
  const choices = [{ value: "", text: "–" }, ...props.pools];
  return (
    <Layout title={title} current="pools" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Pools", href: "/pools" }]} title={title} />
      <Warnings texts={props.warnings} />
      <FormErrors form={form} />
      <form method="post" action={profile === null ? "/profiles" : `/profiles/${profile.id}`} novalidate class="panel stack">
        <p class="dim">The rigs mine at the first pool that is well; the next one is kept warm.</p>
        <Hidden csrf={viewer.csrf} {...(profile === null ? {} : { version: profile.version, form })} />
        <Field form={form} name="name" label="Name" required first={profile === null} />
        {profilePlaces.map((place, at) => (
          <Select form={form} name={place} label={`${ordinals[at]} pool`} choices={choices} />
        ))}
        <Field
          form={form}
          name="return_after_s"
          label="Return after"
          type="number"
          hint="Seconds for which an earlier pool must be well again before the rigs go back to it."
        />
        <p class="actions">
          <button type="submit" class="primary">
            {profile === null ? "Create profile" : "Save"}
          </button>
          <a class="button" href="/pools">
            Cancel
          </a>
        </p>
      </form>
      {profile === null ? (
        ""
      ) : (
        <Confirm action={`/profiles/${profile.id}/delete`} csrf={viewer.csrf} version={profile.version} verb="Delete" question={`Delete ${profile.name}?`} />
      )}
    </Layout>
  );
}
