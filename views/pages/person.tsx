/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { type SessionLine, SessionList } from "../parts/session-list.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import { MadeLink } from "./people.tsx";

export type PersonProps = {
  viewer: Viewer;
  assets: AssetUrls;
  person: { id: string; email: string; version: number };
  sessions: readonly SessionLine[];
  roles: string[];
  form: FormState;
  made: { email: string; url: string } | null;
};

export function PersonPage(props: PersonProps): JSX.Element {
  const { viewer, person, form } = props;
  return (
    <Layout title={person.email} current="settings" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "People", href: "/people" }]} title={person.email}>
        <a class="button" href={`/audit?actor=user:${person.id}`}>
          What he changed
        </a>
      </Heading>
      <MadeLink made={props.made} />
      <FormErrors form={form} />
      <form method="post" action={`/people/${person.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} version={person.version} form={form} />
        <Field form={form} name="name" label="Name" required />
        <Select form={form} name="role" label="Role" choices={props.roles.map((role) => ({ value: role, text: role }))} />
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
        </p>
      </form>
      <SessionList sessions={props.sessions} action={`/people/${person.id}/sign-out`} viewer={viewer} />
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
