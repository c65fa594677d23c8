/** @jsxImportSource @kitajs/html */

import { Layout } from "../layout.tsx";
import { type AllocationLine, Fraction, Name } from "../parts/allocation-list.tsx";
import { Field, FormErrors, type FormState } from "../parts/form.tsx";
import { Gantt, type GanttProps } from "../parts/gantt.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { RangeFields, RangePicker, type RangePickerProps } from "../parts/range-picker.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import type { TimeRange } from "../time-range.ts";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import { type MaintenanceLine, MaintenanceList } from "./maintenance.tsx";

export type ScheduleProps = {
  viewer: Viewer;
  assets: AssetUrls;
  form: FormState;
  atMs: number;
  rows: AllocationLine[];
  /** What must be known of the rows, above all why there are none. */
  note: string | null;
  gantt: GanttProps;
  /** How long the time shown is, in words. */
  span: string;
  range: TimeRange;
  picker: RangePickerProps;
  nextDrawnHref: string | null;
  nextHref: string | null;
  /** Whether one moment was asked about: then what was so at it comes first. */
  asksMoment: boolean;
  maintenance: readonly MaintenanceLine[];
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
      <td class="n" data-head="From">
        <Moment atMs={line.fromMs} clock={clock} />
      </td>
      <td class="n c3 back" data-head="To">
        {line.toMs === null ? <span class="dim">now</span> : <Moment atMs={line.toMs} clock={clock} />}
      </td>
      <td class="wrap">
        <span safe>{line.reason}</span>
        <small class="block" safe>
          {line.decidedBy}
        </small>
      </td>
    </tr>
  );
}

/** Links to the next page; nothing on the last one. */
function Next(props: { href: string | null; label: string; rel?: "next" }): JSX.Element {
  if (props.href === null) return "";
  return (
    <nav class="paging" aria-label={props.label}>
      <a class="button" rel={props.rel} href={props.href}>
        Next
      </a>
    </nav>
  );
}

/** The question: at which moment, of which contract. */
function Question(props: ScheduleProps): JSX.Element {
  const { form } = props;
  return (
    <form method="get" action="/schedule" novalidate class="row filters">
      <RangeFields range={props.range} />
      <Field form={form} name="at" label={`Who had which rig at (${props.viewer.zone})`} type="datetime-local" />
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
  );
}

function Moments(props: ScheduleProps): JSX.Element {
  const { viewer } = props;
  return (
    <>
      <section class="panel" aria-labelledby="h-rows" id="at-moment">
        <header>
          <h2 id="h-rows">
            Who had which rig at <Moment atMs={props.atMs} clock={viewer} />
          </h2>
        </header>
        {props.note === null ? "" : <Empty text={props.note} />}
        {props.rows.length === 0 ? (
          ""
        ) : (
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">Rig</th>
                <th scope="col">Served</th>
                <th scope="col" class="n">
                  From
                </th>
                <th scope="col" class="n c3">
                  To
                </th>
                <th scope="col">Why, and who decided</th>
              </tr>
            </thead>
            <tbody>
              <InTurns of={props.rows} draw={(line) => <Row line={line} clock={viewer} />} />
            </tbody>
          </table>
        )}
      </section>
      <Next href={props.nextHref} label="Pages" rel="next" />
    </>
  );
}

function Spans(props: ScheduleProps): JSX.Element {
  return (
    <>
      <section class="panel" aria-labelledby="h-gantt">
        <header>
          <h2 id="h-gantt" safe>{`Whom each rig served, ${props.span}`}</h2>
        </header>
        <Gantt {...props.gantt} />
      </section>
      <Next href={props.nextDrawnHref} label="More rigs" />
    </>
  );
}

function Answer(props: ScheduleProps): JSX.Element {
  return (
    <>
      {props.asksMoment ? <Moments {...props} /> : ""}
      <Spans {...props} />
      {props.asksMoment ? "" : <Moments {...props} />}
    </>
  );
}

/** Whom rigs served over a time, and who had which rig at one moment, why, and by whose decision. */
export function SchedulePage(props: ScheduleProps): JSX.Element {
  // Where the question has a slip there is no answer, least of all that nobody had a rig.
  const isAnswered = Object.keys(props.form.errors).length === 0;
  return (
    <Layout title="Schedule" current="schedule" viewer={props.viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Schedule</h1>
        <div class="actions">
          <RangePicker {...props.picker} />
          {props.viewer.mayWrite ? (
            <a class="button" href="/maintenance/new">
              Plan maintenance
            </a>
          ) : (
            ""
          )}
        </div>
      </div>
      <FormErrors form={props.form} />
      <Question {...props} />
      {props.asksMoment ? "" : <MaintenanceList lines={props.maintenance} mayWrite={props.viewer.mayWrite} clock={props.viewer} />}
      {isAnswered ? <Answer {...props} /> : ""}
    </Layout>
  );
}
