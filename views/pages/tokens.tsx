/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type TokenRow = {
  id: string;
  version: number;
  name: string;
  scopes: string;
  expiresAtMs: number | null;
  lastUsedAtMs: number | null;
  createdAtMs: number;
};

export type TokensProps = {
  viewer: Viewer;
  assets: AssetUrls;
  tokens: TokenRow[];
  scopes: string[];
  form: FormState;
  /** A token that was made just now. */
  made: { name: string; text: string } | null;
};

function NewToken(props: TokensProps): JSX.Element {
  const { form } = props;
  return (
    <form method="post" action="/tokens" novalidate class="panel stack">
      <h2>New token</h2>
      <Hidden csrf={props.viewer.csrf} />
      <Field form={form} name="name" label="Name" required hint="What uses it, e.g. billing" />
      <Field form={form} name="days" label="Days until it ends" type="number" hint="Empty: it does not end by itself." />
      <fieldset id="scopes">
        <legend>Scopes</legend>
        <p class="hint">To write includes to read. “provisioning” is what a shop needs for contracts; “admin” may all.</p>
        {props.scopes.map((scope) => (
          <label class="pick">
            <input type="checkbox" name={`scope ${scope}`} checked={form.values[`scope ${scope}`] === "on"} /> <code safe>{scope}</code>
          </label>
        ))}
        {form.errors["scopes"] === undefined ? "" : <p class="error">Choose at least one.</p>}
      </fieldset>
      <p class="actions">
        <button type="submit" class="primary">
          Create token
        </button>
      </p>
    </form>
  );
}

export function TokensPage(props: TokensProps): JSX.Element {
  const { viewer, tokens, made } = props;
  return (
    <Layout title="API tokens" current="settings" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "People", href: "/people" }]} title="API tokens">
        <a class="button" href="/docs">
          API reference
        </a>
      </Heading>
      {made === null ? (
        ""
      ) : (
        <div class="notice" role="status">
          Token <b safe>{made.name}</b>, shown this once: <code safe>{made.text}</code>
        </div>
      )}
      <section class="panel" aria-label="Tokens">
        {tokens.length === 0 ? <Empty text="There is no token yet." /> : ""}
        <table hidden={tokens.length === 0}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="c2">
                Scopes
              </th>
              <th scope="col">Last used</th>
              <th scope="col" class="c2">
                Ends
              </th>
              <th scope="col">Actions</th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <tr id={token.id}>
                <td safe>{token.name}</td>
                <td class="c2">
                  <code safe>{token.scopes}</code>
                </td>
                <td>
                  <Moment atMs={token.lastUsedAtMs} clock={viewer} />
                </td>
                <td class="c2">
                  <Moment atMs={token.expiresAtMs} clock={viewer} />
                </td>
                <td>
                  <Confirm
                    action={`/tokens/${token.id}/revoke`}
                    csrf={viewer.csrf}
                    version={token.version}
                    verb="Revoke"
                    question={`Revoke ${token.name}? What uses it is refused from then on.`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <FormErrors form={props.form} />
      <NewToken {...props} />
    </Layout>
  );
}
