/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Check, Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { listHref, type SavedViewsProps } from "../parts/saved-views.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type SavedViewProps = {
  viewer: Viewer;
  assets: AssetUrls;
  list: SavedViewsProps["list"];
  query: string;
  form: FormState;
  /** Null for one that is new. */
  edited: { id: string; name: string; version: number } | null;
};

const titles = { rigs: "Rigs", contracts: "Contracts", events: "Events" } as const;

/** Where a list, as it was looked at, gets a name. */
export function SavedViewPage(props: SavedViewProps): JSX.Element {
  const { viewer, list, query, form, edited } = props;
  const href = listHref(list, query);
  return (
    <Layout title="View" current={list} viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: titles[list], href }]} title={edited === null ? "Save this view" : edited.name} />
      <FormErrors form={form} />
      <form method="post" action={edited === null ? "/views" : `/views/${edited.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} {...(edited === null ? {} : { version: edited.version, form })} />
        {edited === null ? (
          <>
            <input type="hidden" name="list" value={list} />
            <input type="hidden" name="query" value={query} />
          </>
        ) : (
          ""
        )}
        <Field
          form={form}
          name="name"
          label="Name"
          placeholder="Hall B1, degraded"
          required
          first
          {...(edited === null && { hint: "Yours alone. Under a name that you have already, the view of that name shows this from now on." })}
        />
        <Check
          form={form}
          name="opens_first"
          label={`${titles[list]} opens with it`}
          hint={`Whoever is signed in as you and chooses ${titles[list]} sees this view.`}
        />
        <p class="actions">
          <button type="submit" class="primary">
            {edited === null ? "Save view" : "Save"}
          </button>
          <a class="button" href={href}>
            Cancel
          </a>
        </p>
      </form>
      {edited === null ? (
        ""
      ) : (
        <Confirm action={`/views/${edited.id}/delete`} csrf={viewer.csrf} version={edited.version} verb="Delete" question={`Delete the view ${edited.name}?`} />
      )}
    </Layout>
  );
}
