/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Empty, Moment } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import { MadeLink } from "./people.tsx";

export type PersonProps = {
  viewer: Viewer;
  assets: AssetUrls;
  person: { id: string; email: string; version: number };
  sessions: { no: number; address: string; agent: string; createdAtMs: number; lastSeenMs: number }[];
  roles: string[];
  form: FormState;
  made: { email: string; url: string } | null;
};

function Sessions(props: PersonProps): JSX.Element {
  const { viewer, person, sessions } = props;
  return (
    <section class="panel" aria-label="Sessions">
      <h2>Sessions</h2>
      {sessions.length === 0 ? <Empty text="Signed in nowhere." /> : ""}
      <table hidden={sessions.length === 0}>
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col" class="c2">
              Browser
            </th>
            <th scope="col">Since</th>
            <th scope="col">Last seen</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr>
              <td safe>{session.address}</td>
              <td class="c2" safe>
                {session.agent.slice(0, 80)}
              </td>
              <td>
                <Moment atMs={session.createdAtMs} clock={viewer} />
              </td>
              <td>
                <Moment atMs={session.lastSeenMs} clock={viewer} />
              </td>
              <td>
                <form method="post" action={`/people/${person.id}/sign-out`}>
                  <Hidden csrf={viewer.csrf} />
                  <input type="hidden" name="session" value={String(session.no)} />
                  <button type="submit">Sign out</button>
                </form>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function PersonPage(props: PersonProps): JSX.Element {
  const { viewer, person, form } = props;
  return (
    <Layout title={person.email} current="settings" viewer={viewer} assets={props.assets} live={null}>
      <div class="title">
        <div>
          <p class="crumb">
            <a href="/people">People</a>
          </p>
          <h1 safe>{person.email}</h1>
        </div>
        <a class="button" href={`/audit?actor=user:${person.id}`}>
          What he changed
        </a>
      </div>
      <MadeLink made={props.made} />
      <FormErrors form={form} />
      <form method="post" action={`/people/${person.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} version={person.version} />
        <Field form={form} name="name" label="Name" required />
        <Select form={form} name="role" label="Role" choices={props.roles.map((role) => ({ value: role, text: role }))} />
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
        </p>
      </form>
      <Sessions {...props} />
      <Confirm
        action={`/people/${person.id}/reset`}
        csrf={viewer.csrf}
        version={person.version}
        verb="Make a new password link"
        question={`Make a link with which ${person.email} sets a new password? When it is used all sessions end and the second step is off.`}
      />
      <Confirm action={`/people/${person.id}/delete`} csrf={viewer.csrf} version={person.version} verb="Remove" question={`Remove ${person.email}?`} />
    </Layout>
  );
}
