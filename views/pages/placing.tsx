/** @jsxImportSource @kitajs/html */

import { count, plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { type Look, Mark } from "../parts/status.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type PlacingOutcome = "move" | "conflict" | "refused" | "unmatched" | "unchanged";
export type PlacingRow = { id: string; name: string; text: string; from: string; to: string; outcome: PlacingOutcome; why: string };

export type PlacingPreview = {
  counts: Readonly<Record<PlacingOutcome, number>>;
  /** Which rows are shown; empty = all. */
  shown: PlacingOutcome | "";
  rows: readonly PlacingRow[];
  more: number;
  links: readonly { outcome: PlacingOutcome | ""; href: string }[];
  /** Names what was previewed: applied is that, or nothing. */
  seen: string;
  /** All that the preview was asked. */
  fields: Readonly<Record<string, string>>;
};

export type PlacingProps = { viewer: Viewer; assets: AssetUrls; form: FormState; sites: readonly Choice[]; preview: PlacingPreview | null };

const looks: Readonly<Record<PlacingOutcome, Look & { word: string }>> = Object.freeze({
  move: { word: "would move", shape: "disc", tone: "ok" },
  conflict: { word: "conflict", shape: "square", tone: "bad" },
  refused: { word: "refused", shape: "cross", tone: "bad" },
  unmatched: { word: "not matched", shape: "ring", tone: "off" },
  unchanged: { word: "is there already", shape: "half", tone: "off" },
});

function OutcomeMark(props: { outcome: PlacingOutcome }): JSX.Element {
  const { word, ...look } = looks[props.outcome];
  return <Mark word={word} look={look} forMs={null} />;
}

function Asked(props: PlacingProps): JSX.Element {
  const { form, sites } = props;
  const by = [
    { value: "name", text: "its name" },
    { value: "address", text: "the address that it is connected from" },
  ];
  return (
    <form method="get" action="/inventory/place" class="panel stack wide-form" novalidate>
      <h2>What says where a rig stands</h2>
      <Select form={form} name="by" label="Read" choices={by} />
      <Field
        form={form}
        name="pattern"
        label="Pattern"
        placeholder="B{building}R{row}-{position}"
        hint="{building}, {row}, {rack} and {position} are read up to the next text of the pattern, {any} is passed over. B{building}R{row}-{position} reads B1R3-17; 10.{building}.{row}.{position} reads the address 10.1.3.17."
        first
      />
      <h2>The same for all of them</h2>
      <div class="row">
        <Select form={form} name="to_site" label="Into site" choices={[{ value: "", text: "as it is" }, ...sites]} />
        <Field form={form} name="to_building" label="Into building" />
        <Field form={form} name="to_row" label="Into row" />
        <Field form={form} name="to_rack" label="Into rack" />
      </div>
      <p class="hint">What is left empty stays as it is, unless the pattern reads it.</p>
      <h2>Which rigs</h2>
      <div class="row">
        <Field form={form} name="q" label="Name, code, model, serial, MAC" />
        <Select form={form} name="site" label="Now in site" choices={[{ value: "", text: "any" }, ...sites]} />
        <Field form={form} name="building" label="Now in building" />
        <Field form={form} name="row" label="Now in row" />
        <Field form={form} name="rack" label="Now in rack" />
      </div>
      <p>
        <button type="submit" class="primary">
          Show what it would do
        </button>
      </p>
    </form>
  );
}

function Row(props: { row: PlacingRow }): JSX.Element {
  const { row } = props;
  return (
    <tr>
      <td>
        <OutcomeMark outcome={row.outcome} />
      </td>
      <th scope="row">
        <a href={`/rigs/${row.id}`} safe>
          {row.name}
        </a>
      </th>
      <td class="c3 raw" safe>
        {row.text === "" ? "–" : row.text}
      </td>
      <td class="c2" safe>
        {row.from === "" ? "–" : row.from}
      </td>
      <td safe>{row.to === "" ? "–" : row.to}</td>
      <td class="wrap" safe>
        {row.why}
      </td>
    </tr>
  );
}

function Apply(props: { preview: PlacingPreview; csrf: string }): JSX.Element {
  const { counts, fields, seen } = props.preview;
  if (counts.move === 0) return <p class="notice">No rig would move.</p>;
  const rigs = plural(counts.move, "rig");
  return (
    <form method="post" action="/inventory/place" class="actions">
      <Hidden csrf={props.csrf} />
      <input type="hidden" name="seen" value={seen} />
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class="primary" safe>{`Place ${rigs}`}</button>
      <p class="hint">All others stay as they are. What was changed can be taken back with the undo file of the page that follows.</p>
    </form>
  );
}

function Preview(props: { preview: PlacingPreview; csrf: string }): JSX.Element {
  const { preview } = props;
  const total = Object.values(preview.counts).reduce((sum, some) => sum + some, 0);
  return (
    <>
      <h2 class="lead" id="preview">
        What it would do; nothing is written yet
      </h2>
      <nav class="chips" aria-label="Filter by outcome">
        {preview.links.map(({ outcome, href }) => (
          <a class="chip" href={href} aria-current={outcome === preview.shown ? "true" : undefined}>
            {outcome === "" ? "All" : <OutcomeMark outcome={outcome} />} <span safe>{count(outcome === "" ? total : preview.counts[outcome])}</span>
          </a>
        ))}
      </nav>
      <Apply preview={preview} csrf={props.csrf} />
      <section class="panel" aria-label="Preview">
        <table hidden={preview.rows.length === 0}>
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col">Rig</th>
              <th scope="col" class="c3">
                Read from
              </th>
              <th scope="col" class="c2">
                Stands at
              </th>
              <th scope="col">Would stand at</th>
              <th scope="col">Why not</th>
            </tr>
          </thead>
          <tbody>
            <InTurns of={preview.rows} draw={(row) => <Row row={row} />} />
          </tbody>
        </table>
        {preview.more === 0 ? "" : <p class="foot" safe>{`${plural(preview.more, "more rig is", "more rigs are")} not shown.`}</p>}
        {preview.rows.length === 0 ? <p class="empty">No rig.</p> : ""}
      </section>
    </>
  );
}

export function PlacingPage(props: PlacingProps): JSX.Element {
  const { viewer } = props;
  return (
    <Layout title="Place rigs" current="inventory" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Inventory", href: "/inventory" }]} title="Place rigs by name or address" />
      <FormErrors form={props.form} />
      <Asked {...props} />
      {props.preview === null ? "" : <Preview preview={props.preview} csrf={viewer.csrf} />}
    </Layout>
  );
}
