/** @jsxImportSource @kitajs/html */
import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, FormErrors, type FormState, Hidden, Select, TextArea } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type ImportLine = { id: string; fileName: string; byName: string; atMs: number; state: string; total: number; done: number };
export type ImportsProps = { viewer: Viewer; assets: AssetUrls; fleets: readonly Choice[]; latest: readonly ImportLine[]; form: FormState };

const stateWords: Readonly<Record<string, string>> = Object.freeze({
  ready: "not applied",
  applying: "being applied",
  done: "applied",
  undone: "applied, then undone",
});

function Latest(props: { latest: readonly ImportLine[]; viewer: Viewer }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="h-latest">
      <header>
        <h2 id="h-latest">Files of the last seven days</h2>
      </header>
      {props.latest.length === 0 ? <Empty text="None yet." /> : ""}
      <table hidden={props.latest.length === 0}>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="n">
              Rows
            </th>
            <th scope="col">State</th>
            <th scope="col" class="c2">
              Sent
            </th>
          </tr>
        </thead>
        <tbody>
          {props.latest.map((line) => (
            <tr id={line.id}>
              <th scope="row">
                <a href={`/imports/${line.id}`} safe>
                  {line.fileName}
                </a>
              </th>
              <td class="n" safe>
                {count(line.total)}
              </td>
              <td safe>{stateWords[line.state] ?? line.state}</td>
              <td class="c2">
                <Moment atMs={line.atMs} clock={props.viewer} /> <small safe>{line.byName}</small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function ImportsPage(props: ImportsProps): JSX.Element {
  const { viewer, form } = props;
  const fileError = form.errors["file"];
  return (
    <Layout title="Import rigs" current="inventory" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Inventory", href: "/inventory" }]} title="Import rigs" />
      <FormErrors form={form} />
      <form method="post" action="/imports" enctype="multipart/form-data" novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} />
        <p class="dim">
          Nothing is changed before you have seen what the file would do. It needs only the columns that it fills:{" "}
          <a href="/imports/template.csv" download="rigs.csv">
            a file with all of them
          </a>
          , or{" "}
          <a href="/inventory.csv" download="inventory.csv">
            the inventory as it is
          </a>
          .
        </p>
        <div class="field">
          <label for="file">CSV file</label>
          <input
            id="file"
            name="file"
            type="file"
            accept=".csv,.txt,text/csv"
            aria-invalid={fileError === undefined ? undefined : "true"}
            aria-describedby={fileError === undefined ? undefined : "file-error"}
          />
          {fileError === undefined ? (
            ""
          ) : (
            <p class="error" id="file-error" safe>
              {fileError}
            </p>
          )}
        </div>
        <TextArea
          form={form}
          name="text"
          label="Or its text"
          hint="The first line names the columns. An empty cell leaves a field as it is; (none) clears it."
        />
        <Select form={form} name="fleet" label="Fleet" choices={props.fleets} hint="Rigs are looked for by name here, and new ones enter here." />
        <p>
          <button type="submit" class="primary">
            See what it would do
          </button>
        </p>
      </form>
      <Latest latest={props.latest} viewer={viewer} />
    </Layout>
  );
}
