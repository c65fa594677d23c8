/** @jsxImportSource @kitajs/html */
import { count, plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { Empty, Rate } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type ModelRow = { id: string; name: string; algorithm: string; nominalHps: number; watts: number | null };
export type ModelsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  models: readonly ModelRow[];
  /** Names that rigs have and the catalogue does not. */
  unlisted: readonly { model: string; count: number }[];
  form: FormState;
  edited: { id: string; name: string; version: number } | null;
};

function ModelTable(props: { models: readonly ModelRow[]; mayWrite: boolean }): JSX.Element {
  return (
    <section class="panel" aria-label="Models">
      {props.models.length === 0 ? <Empty text="No model yet. A rig that is given the name of one gets its nominal hashrate." /> : ""}
      <table hidden={props.models.length === 0}>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" class="c2">
              Algorithm
            </th>
            <th scope="col" class="n">
              Nominal
            </th>
            <th scope="col" class="n">
              Watts
            </th>
          </tr>
        </thead>
        <tbody>
          {props.models.map((model) => (
            <tr id={model.id}>
              <th scope="row">
                {props.mayWrite ? (
                  <a href={`/models/${model.id}`} safe>
                    {model.name}
                  </a>
                ) : (
                  <span safe>{model.name}</span>
                )}
              </th>
              <td class="c2" safe>
                {model.algorithm}
              </td>
              <td class="n">
                <Rate hps={model.nominalHps} />
              </td>
              <td class="n" safe>
                {model.watts === null ? "–" : count(model.watts)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Unlisted(props: Pick<ModelsProps, "unlisted" | "viewer">): JSX.Element {
  if (props.unlisted.length === 0) return "";
  return (
    <p class="notice" id="unlisted">
      Rigs name models that are not here, and get no nominal hashrate from them:{" "}
      {props.unlisted.map(({ model, count: rigs }) => (
        <span>
          {props.viewer.mayWrite ? (
            <a href={`/models?${new URLSearchParams({ name: model })}#name`} safe>
              {`${model} (${plural(rigs, "rig")})`}
            </a>
          ) : (
            <bdi safe>{`${model} (${plural(rigs, "rig")}) `}</bdi>
          )}
        </span>
      ))}
    </p>
  );
}

function ModelForm(props: ModelsProps): JSX.Element {
  const { form, edited, viewer } = props;
  const algorithms = ["sha256d", "scrypt"].map((name) => ({ value: name, text: name }));
  return (
    <>
      <FormErrors form={form} />
      <form method="post" action={edited === null ? "/models" : `/models/${edited.id}`} novalidate class="panel stack">
        <h2 safe>{edited === null ? "Add a model" : `Change ${edited.name}`}</h2>
        <Hidden csrf={viewer.csrf} {...(edited === null ? {} : { version: edited.version, form })} />
        <Field form={form} name="name" label="Name" placeholder="Antminer S19 XP" required />
        <Field form={form} name="nominal" label="Nominal hashrate" placeholder="141T" required />
        <Field form={form} name="watts" label="Watts" placeholder="3010" hint="At the plug; may stay empty." />
        <Select form={form} name="algorithm" label="Algorithm" choices={algorithms} />
        <p class="actions">
          <button type="submit" class="primary">
            {edited === null ? "Add model" : "Save"}
          </button>
          {edited === null ? (
            ""
          ) : (
            <a class="button" href="/models">
              Cancel
            </a>
          )}
        </p>
      </form>
      {edited === null ? (
        ""
      ) : (
        <Confirm
          action={`/models/${edited.id}/delete`}
          csrf={viewer.csrf}
          version={edited.version}
          verb="Delete"
          question={`Delete ${edited.name}? Rigs keep its name.`}
        />
      )}
    </>
  );
}

export function ModelsPage(props: ModelsProps): JSX.Element {
  const { viewer } = props;
  return (
    <Layout title="Models" current="inventory" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Inventory", href: "/inventory" }]} title="Models" />
      {props.edited === null ? <ModelTable models={props.models} mayWrite={viewer.mayWrite} /> : ""}
      {props.edited === null ? <Unlisted unlisted={props.unlisted} viewer={viewer} /> : ""}
      {viewer.mayWrite ? <ModelForm {...props} /> : ""}
    </Layout>
  );
}
