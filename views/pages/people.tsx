/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Moment } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type PeopleProps = {
  viewer: Viewer;
  assets: AssetUrls;
  people: { id: string; email: string; name: string; role: string; sessions: number; lastSeenMs: number | null }[];
  roles: string[];
  form: FormState;
  /** The farm asks owners for a second step. */
  isStepNeeded: boolean;
  made: { email: string; url: string } | null;
};

/** The link somebody gets to set his password with. */
export function MadeLink(props: { made: { email: string; url: string } | null }): JSX.Element {
  if (props.made === null) return "";
  return (
    <div class="notice" role="status">
      Send this to <b safe>{props.made.email}</b>. It is shown this once, works once and for three days: <code safe>{props.made.url}</code>
    </div>
  );
}

export function PeoplePage(props: PeopleProps): JSX.Element {
  const { viewer, form } = props;
  return (
    <Layout title="People" current="settings" viewer={viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>People</h1>
        <a class="button" href="/tokens">
          API tokens
        </a>
      </div>
      <MadeLink made={props.made} />
      <section class="panel" aria-label="People">
        <table>
          <thead>
            <tr>
              <th scope="col">E-mail</th>
              <th scope="col">Role</th>
              <th scope="col" class="c2">
                Sessions
              </th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          <tbody>
            {props.people.map((person) => (
              <tr id={person.id}>
                <td>
                  <a href={`/people/${person.id}`} safe>
                    {person.email}
                  </a>
                </td>
                <td safe>{person.role}</td>
                <td class="c2">{person.sessions}</td>
                <td>
                  <Moment atMs={person.lastSeenMs} clock={viewer} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <FormErrors form={form} />
      <form method="post" action="/people" novalidate class="panel stack">
        <h2>Add somebody</h2>
        <Hidden csrf={viewer.csrf} />
        <Field form={form} name="email" label="E-mail" type="email" required />
        <Select
          form={form}
          name="role"
          label="Role"
          choices={props.roles.map((role) => ({ value: role, text: role }))}
          hint="A viewer looks; a technician also places rigs; an operator changes rigs, pools, customers and contracts; an owner may all."
        />
        <p class="actions">
          <button type="submit" class="primary">
            Add
          </button>
        </p>
      </form>
      <form method="post" action="/people/second-step" class="panel stack">
        <h2>Second step of owners</h2>
        <p>{props.isStepNeeded ? "Owners get no further than their account without it." : "Owners may go without it."}</p>
        <Hidden csrf={viewer.csrf} />
        <input type="hidden" name="needed" value={props.isStepNeeded ? "no" : "yes"} />
        <p class="actions">
          <button type="submit">{props.isStepNeeded ? "Ask no longer" : "Ask owners for it"}</button>
        </p>
      </form>
    </Layout>
  );
}
