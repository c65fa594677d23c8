/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { type AllocationLine, Fraction, Name } from "../parts/allocation-list.tsx";
import { Field, type FormState } from "../parts/form.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export type ScheduleProps = {
  viewer: Viewer;
  assets: AssetUrls;
  form: FormState;
  atMs: number;
  rows: AllocationLine[];
  nextHref: string | null;
  /** Moments that are one click away. */
  jumps: readonly { text: string; href: string }[];
};

function Row(props: { line: AllocationLine; clock: Clock }): JSX.Element {
  const { line, clock } = props;
  return (
    <tr id={line.id}>
      <th scope="row">
        <Name of={line.rig} />
      </th>
      <td class="wrap">
        <Name of={line.to} />
        <Fraction of={line.fraction} />
      </td>
      <td class="n c2">
        <Moment atMs={line.fromMs} clock={clock} />
      </td>
      <td class="n c3">{line.toMs === null ? <span class="dim">now</span> : <Moment atMs={line.toMs} clock={clock} />}</td>
      <td class="wrap">
        <span safe>{line.reason}</span>
        <small class="block" safe>
          {line.decidedBy}
        </small>
      </td>
    </tr>
  );
}

/** Who had which rig at a moment of the past, why, and by whose decision. */
export function SchedulePage(props: ScheduleProps): JSX.Element {
  const { viewer, form } = props;
  return (
    <Layout title="Who had which rig" current="schedule" viewer={viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Who had which rig</h1>
      </div>
      <form method="get" action="/schedule" novalidate class="row filters">
        <Field form={form} name="at" label="At (farm's time)" type="datetime-local" />
        <Field form={form} name="contract" label="Contract" placeholder="all" />
        <button type="submit" class="primary">
          Show
        </button>
        {props.jumps.map((jump) => (
          <a class="button" href={jump.href} safe>
            {jump.text}
          </a>
        ))}
      </form>
      <section class="panel" aria-labelledby="h-rows">
        <header>
          <h2 id="h-rows">
            <Moment atMs={props.atMs} clock={viewer} />
          </h2>
        </header>
        {props.rows.length === 0 ? (
          <Empty text="No rig was allocated then." />
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Rig</th>
                <th scope="col">Served</th>
                <th scope="col" class="n c2">
                  From
                </th>
                <th scope="col" class="n c3">
                  To
                </th>
                <th scope="col">Why, and who decided</th>
              </tr>
            </thead>
            <tbody>
              {props.rows.map((line) => (
                <Row line={line} clock={viewer} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {props.nextHref === null ? (
        ""
      ) : (
        <nav class="paging" aria-label="Pages">
          <a class="button" rel="next" href={props.nextHref}>
            Next
          </a>
        </nav>
      )}
    </Layout>
  );
}
