/** @jsxImportSource @kitajs/html */
import { plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Check, type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { Moment } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

/** A planned absence, and what it means in words. */
export type MaintenanceLine = { id: string; what: string; rigs: number; fromMs: number; toMs: number; reason: string; excused: boolean };

/** What is under maintenance, and what will be; an empty element where there is none. */
export function MaintenanceList(props: { lines: readonly MaintenanceLine[]; mayWrite: boolean; clock: Clock }): JSX.Element {
  const { lines, clock, mayWrite } = props;
  if (lines.length === 0) return "";
  return (
    <section class="panel" aria-labelledby="h-maintenance" id="maintenance">
      <header>
        <h2 id="h-maintenance">Maintenance, now and planned</h2>
      </header>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Why</th>
            <th scope="col">What</th>
            <th scope="col" class="n">
              From
            </th>
            <th scope="col" class="n">
              To
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr id={line.id}>
              <th scope="row">
                {mayWrite ? (
                  <a href={`/maintenance/${line.id}`} safe>
                    {line.reason}
                  </a>
                ) : (
                  <span safe>{line.reason}</span>
                )}
                <small>{line.excused ? "excused" : "not excused: it counts against the SLA"}</small>
              </th>
              <td class="wrap">
                <span safe>{line.what}</span> <small safe>{plural(line.rigs, "rig")}</small>
              </td>
              <td class="n" data-head="From">
                {line.fromMs <= clock.nowMs ? <span class="warn">on, since </span> : ""}
                <Moment atMs={line.fromMs} clock={clock} />
              </td>
              <td class="n" data-head="To">
                <Moment atMs={line.toMs} clock={clock} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export type MaintenanceFormProps = {
  viewer: Viewer;
  assets: AssetUrls;
  /** Null for a new window. */
  window: { id: string; reason: string; version: number } | null;
  /** Fleets, sites, and rigs by name. */
  subjects: readonly Choice[];
  form: FormState;
};

export function MaintenanceFormPage(props: MaintenanceFormProps): JSX.Element {
  const { viewer, window, form } = props;
  const title = window === null ? "Plan maintenance" : window.reason;
  return (
    <Layout title={title} current="schedule" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Schedule", href: "/schedule" }]} title={title} />
      <FormErrors form={form} />
      <form method="post" action={window === null ? "/maintenance" : `/maintenance/${window.id}`} novalidate class="panel stack wide-form">
        <p class="dim">Its rigs are replaced before it begins, raise no alarm while it lasts, and come back when it is over.</p>
        <Hidden csrf={viewer.csrf} {...(window === null ? {} : { version: window.version, form })} />
        <Field form={form} name="reason" label="Why" placeholder="Filters of row 3" required first={window === null} />
        <Select form={form} name="subject" label="What" choices={props.subjects} />
        <div class="row of-place">
          <Field form={form} name="building" label="Building" />
          <Field form={form} name="row" label="Row" />
          <Field form={form} name="rack" label="Rack" hint="This one alone. Empty = the whole site." />
        </div>
        <div class="of-rigs">
          <Field form={form} name="rigs" label="Rigs by name" hint="With blanks or commas between them." />
        </div>
        <div class="row">
          <Field form={form} name="from" label={`From (${viewer.zone})`} type="datetime-local" required />
          <Field
            form={form}
            name="to"
            label={`To (${viewer.zone})`}
            type="datetime-local"
            hint="At most 90 days later. Bring it forward to now to end it."
            required
          />
        </div>
        <Check form={form} name="excused" label="Its time is excused" hint="It does not count against the SLA of contracts that it touches." />
        <p class="actions">
          <button type="submit" class="primary">
            {window === null ? "Plan it" : "Save"}
          </button>
          <a class="button" href="/schedule">
            Cancel
          </a>
        </p>
      </form>
      {window === null ? (
        ""
      ) : (
        <Confirm
          action={`/maintenance/${window.id}/delete`}
          csrf={viewer.csrf}
          version={window.version}
          verb="Call it off"
          question="As if it had never been planned; time that has passed in it is not excused any more."
        />
      )}
    </Layout>
  );
}
