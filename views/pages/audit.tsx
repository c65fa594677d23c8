/** @jsxImportSource @kitajs/html */

import { plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Field, FormErrors, type FormState } from "../parts/form.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { CheckMark } from "../parts/status.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export type AuditRow = {
  id: string;
  atMs: number;
  actor: string;
  name: string;
  address: string | null;
  action: string;
  told: string[];
  changes: { kind: string; id: string | null; fields: { name: string; before: string; after: string }[] }[];
  /** Changed things that are not shown. */
  more: number;
};

export type AuditProps = {
  viewer: Viewer;
  assets: AssetUrls;
  rows: AuditRow[];
  filter: FormState;
  /** What is said where there is no entry. */
  empty: string;
  olderHref: string | null;
  /** Null = nobody asked for it. */
  check: { entries: number; broken: { id: string; text: string } | null; atMs: number } | null;
  exportHref: string;
};

function Changes(props: { row: AuditRow }): JSX.Element {
  const { row } = props;
  // Who did it stands beside it.
  const told = row.told.map((text) => (text.startsWith(`${row.name} `) ? text.slice(row.name.length + 1) : text));
  return (
    <details>
      <summary safe>{told.length === 0 ? row.action : told.join("; ")}</summary>
      <p class="dim" safe>{`${row.action} · ${row.actor}`}</p>
      {row.changes.map((change) => (
        <dl class="facts">
          <div>
            <dt safe>{change.kind}</dt>
            <dd>
              <code safe>{change.id ?? "–"}</code>
            </dd>
          </div>
          {change.fields.map((field) => (
            <div>
              <dt safe>{field.name.replaceAll("_", " ")}</dt>
              <dd safe>{`${field.before} → ${field.after}`}</dd>
            </div>
          ))}
        </dl>
      ))}
      {row.more === 0 ? "" : <p class="dim" safe>{`and ${row.more} more; the export has them all`}</p>}
    </details>
  );
}

function Chain(props: { check: AuditProps["check"] }): JSX.Element {
  const { check } = props;
  if (check === null) return "";
  const text =
    check.broken === null
      ? `The chain is whole: ${plural(check.entries, "entry is as it was", "entries are as they were")} written.`
      : `The chain is broken: ${check.broken.text} ${check.broken.id}`;
  return (
    <p class={check.broken === null ? "notice" : "notice bad"} role="status" safe>
      {text}
    </p>
  );
}

/** Whether the chain was counted, when, and whether it is whole. */
function Verified(props: { check: AuditProps["check"]; clock: Clock }): JSX.Element {
  const { check, clock } = props;
  if (check === null) return <span class="dim">not checked since the start</span>;
  return (
    <span>
      <CheckMark ok={check.broken === null} words={["chain verified", "chain broken"]} /> <Moment atMs={check.atMs} clock={clock} />
    </span>
  );
}

export function AuditPage(props: AuditProps): JSX.Element {
  return (
    <Layout title="Audit log" current="audit" viewer={props.viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Audit log</h1>
        <div class="actions">
          <Verified check={props.check} clock={props.viewer} />
          <a class="button" href="/audit?check=1">
            Check the chain
          </a>
          <a class="button" href={props.exportHref} download="">
            Export
          </a>
        </div>
      </div>
      <Chain check={props.check} />
      <FormErrors form={props.filter} />
      <form method="get" action="/audit" class="row filters" aria-label="Filter">
        <Field form={props.filter} name="from" label="From (a day or a time)" placeholder="2026-11-22" />
        <Field form={props.filter} name="to" label="To" placeholder="2026-11-22 02:13" />
        <Field form={props.filter} name="subject" label="About (an id)" placeholder="rig_01k…" />
        <Field form={props.filter} name="actor" label="By" placeholder="user:usr_01k…" />
        <button type="submit" class="primary">
          Show
        </button>
        <a class="button" href="/audit">
          All
        </a>
      </form>
      <section class="panel" aria-label="Entries, newest first">
        {props.rows.length > 0 || Object.keys(props.filter.errors).length > 0 ? "" : <Empty text={props.empty} />}
        <table hidden={props.rows.length === 0}>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col" class="c2">
                From
              </th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            <InTurns
              of={props.rows}
              draw={(row) => (
                <tr id={row.id}>
                  <td>
                    <Moment atMs={row.atMs} clock={props.viewer} />
                  </td>
                  <td class="by" safe>
                    {row.name}
                  </td>
                  <td class="c2 whole" safe>
                    {row.address ?? "–"}
                  </td>
                  <td class="wrap">
                    <Changes row={row} />
                  </td>
                </tr>
              )}
            />
          </tbody>
        </table>
      </section>
      {props.olderHref === null ? (
        ""
      ) : (
        <nav class="paging" aria-label="Pages">
          <a class="button" rel="next" href={props.olderHref}>
            Older
          </a>
        </nav>
      )}
    </Layout>
  );
}
