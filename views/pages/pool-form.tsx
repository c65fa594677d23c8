/** @jsxImportSource @kitajs/html */
import type { PoolTest } from "../../src/health/facts.ts";
import { plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { ChartPanel } from "../parts/chart-panel.tsx";
import { Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { Heading } from "../parts/heading.tsx";
import { How } from "../parts/how.tsx";
import { Warnings } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import type { PoolChart } from "./pool.tsx";
import { type PoolRow, PoolTable } from "./pools.tsx";

export type PoolFormProps = {
  /** Null = a pool that is still to be made. */
  chart: PoolChart | null;
  viewer: Viewer;
  assets: AssetUrls;
  /** Null for a new pool. */
  pool: { id: string; name: string; version: number; rigs: number } | null;
  /** What it does now; null for a new pool. */
  row: PoolRow | null;
  form: FormState;
  test: PoolTest | null;
  /** The first pool becomes the house's by itself. */
  isFirst: boolean;
};

const stepWords: Readonly<Record<PoolTest["steps"][number]["name"], string>> = Object.freeze({
  connect: "Connect",
  subscribe: "Subscribe",
  authorize: "Authorize",
  first_job: "First job",
});

/** What happened when the hub tried the pool, step by step. */
export function PoolTestResult(props: { test: PoolTest | null }): JSX.Element {
  const { test } = props;
  if (test === null) return <div id="pool-test" aria-live="polite" />;
  return (
    <div id="pool-test" aria-live="polite">
      <section class="panel" aria-labelledby="h-test">
        <header>
          <h2 id="h-test">{test.ok ? "The pool works" : "The pool does not work"}</h2>
        </header>
        <ol class="checks">
          {test.steps.map((step) => (
            <li>
              <span class={`mark ${step.ok ? "ok" : "bad"}`}>
                <Glyph shape={step.ok ? "disc" : "cross"} />
                <b safe>{stepWords[step.name]}</b>
                <small>{step.ok ? "done" : "failed"}</small>
              </span>
              <span class="n" safe>{`${Math.round(step.ms)} ms`}</span>
              <span safe>{step.text}</span>
            </li>
          ))}
        </ol>
        <Warnings texts={test.warnings} />
      </section>
    </div>
  );
}

function Fields(props: PoolFormProps): JSX.Element {
  const { form } = props;
  const algorithms = ["sha256d", "scrypt"].map((name) => ({ value: name, text: name }));
  const modes = [
    { value: "shared", text: "shared: few connections carry all rigs" },
    { value: "per-rig", text: "per-rig: one connection for each rig" },
  ];
  return (
    <>
      <Field form={form} name="name" label="Name" placeholder="Main pool" required first={props.pool === null} />
      <Field form={form} name="url" label="URL" placeholder="stratum+tcp://pool.example:3333" hint="stratum+tcp:// or, with TLS, stratum+ssl://" required />
      <Field
        form={form}
        name="username"
        label="User"
        placeholder="account.worker"
        hint="{rig} in it becomes each rig's own name: own workers at the pool."
        required
      />
      <Field
        form={form}
        name="password"
        label="Password"
        type="password"
        autocomplete="new-password"
        hint={props.pool === null ? "Most pools take x, and so do we when it is left empty." : "Left empty, it stays as it is. It is never shown."}
      />
      <Select form={form} name="algorithm" label="Algorithm" choices={algorithms} />
      <Select form={form} name="mode" label="Connections" choices={modes} />
    </>
  );
}

export function PoolFormPage(props: PoolFormProps): JSX.Element {
  const { viewer, pool } = props;
  const title = pool === null ? "Add a pool" : pool.name;
  return (
    <Layout title={title} current="pools" viewer={viewer} assets={props.assets} live={pool === null ? null : `/live/pools/${pool.id}`}>
      <Heading crumbs={[{ text: "Pools", href: "/pools" }]} title={title} />
      {props.row === null ? (
        ""
      ) : (
        <section class="panel scroll all-columns" aria-label="Pool">
          <PoolTable pools={[props.row]} clock={viewer} />
          <How figures={["answers", "rejected", "spark"]} />
        </section>
      )}
      <FormErrors form={props.form} />
      {props.isFirst ? <p class="notice">The first pool becomes the house: rigs that serve nobody mine there. Its profile is made by itself.</p> : ""}
      {pool !== null && pool.rigs > 0 ? (
        <p
          class="notice"
          safe
        >{`${plural(pool.rigs, "rig mines", "rigs mine")} here. Saving a new address moves ${pool.rigs === 1 ? "it" : "them"} to the new connection; none disconnects.`}</p>
      ) : (
        ""
      )}
      <form method="post" action={pool === null ? "/pools" : `/pools/${pool.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} form={props.form} {...(pool === null ? {} : { version: pool.version })} />
        <Fields {...props} />
        <p class="actions">
          <button type="submit" class="primary">
            {pool === null ? "Add pool" : "Save"}
          </button>
          <a class="button" href="/pools">
            Cancel
          </a>
        </p>
      </form>
      {pool === null ? "" : <PoolActions viewer={viewer} pool={pool} />}
      <PoolTestResult test={props.test} />
      {props.chart === null ? "" : <ChartPanel title="Effective hashrate at this pool" {...props.chart} />}
    </Layout>
  );
}

function PoolActions(props: { viewer: Viewer; pool: { id: string; name: string; version: number } }): JSX.Element {
  const { viewer, pool } = props;
  return (
    <div class="actions">
      <form
        method="post"
        action={`/pools/${pool.id}/test`}
        hx-post={`/pools/${pool.id}/test`}
        hx-target="#pool-test"
        hx-select="#pool-test"
        hx-swap="outerHTML"
        hx-disable="find button"
      >
        <Hidden csrf={viewer.csrf} />
        <button type="submit">Test the saved pool</button>
      </form>
      <Confirm
        action={`/pools/${pool.id}/delete`}
        csrf={viewer.csrf}
        version={pool.version}
        verb="Delete"
        question={`Delete ${pool.name}? Its shares stay on record.`}
      />
    </div>
  );
}
