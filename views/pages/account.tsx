/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { DisplayForm, type DisplayFormProps } from "../parts/display-form.tsx";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";
import { QrCode, type QrModules } from "../parts/qr-code.tsx";
import { type SessionLine, SessionList } from "../parts/session-list.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type AccountProps = {
  viewer: Viewer;
  assets: AssetUrls;
  form: FormState;
  /** His password was changed just now. */
  isChanged: boolean;
  isOn: boolean;
  /** The farm wants it of owners. */
  isNeeded: boolean;
  /** Begun and not confirmed. */
  enrolment: { secret: string; modules: QrModules } | null;
  /** Recovery codes, made just now. */
  codes: string[] | null;
  /** Where he is signed in, and which of these is this browser. */
  sessions: readonly SessionLine[];
  ownSession: number;
  display: Omit<DisplayFormProps, "csrf">;
};

function Codes(props: { codes: string[] }): JSX.Element {
  return (
    <section class="notice" role="status" aria-label="Recovery codes">
      <p>The second step is on. Print these codes or keep them where the phone is not: each signs you in once. They are shown this once.</p>
      <ul>
        {props.codes.map((code) => (
          <li>
            <code safe>{code}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Enrol(props: AccountProps & { enrolment: NonNullable<AccountProps["enrolment"]> }): JSX.Element {
  return (
    <form method="post" action="/account/second-step/confirm" novalidate class="panel stack">
      <h2>Scan this with your authenticator app</h2>
      <QrCode modules={props.enrolment.modules} label="QR code with the key below" />
      <p>
        Or type the key: <code safe>{props.enrolment.secret}</code>
      </p>
      <Hidden csrf={props.viewer.csrf} />
      <Field form={props.form} name="code" label="Code of the app" autocomplete="one-time-code" required first />
      <p class="actions">
        <button type="submit" class="primary">
          Turn on
        </button>
      </p>
    </form>
  );
}

function AskPassword(props: AccountProps): JSX.Element {
  const { isOn } = props;
  return (
    <form method="post" action={isOn ? "/account/second-step/off" : "/account/second-step"} novalidate class="panel stack">
      <h2>{isOn ? "Turn the second step off" : "Second step"}</h2>
      <p class="dim">{isOn ? "A sign-in asks for a code of your app." : "With it, a sign-in asks for a code of an app on your phone after the password."}</p>
      <Hidden csrf={props.viewer.csrf} />
      <Field form={props.form} name="password" label="Your password" type="password" autocomplete="current-password" required />
      <p class="actions">
        <button type="submit">{isOn ? "Turn off" : "Set up"}</button>
      </p>
    </form>
  );
}

function ChangePassword(props: AccountProps): JSX.Element {
  const { form } = props;
  return (
    <form method="post" action="/account/password" novalidate class="panel stack">
      <h2>Password</h2>
      <p class="dim">A new one ends your sessions in all other browsers.</p>
      <Hidden csrf={props.viewer.csrf} />
      <Field form={form} name="current_password" label="Present password" type="password" autocomplete="current-password" required />
      <Field
        form={form}
        name="new_password"
        label="New password"
        type="password"
        autocomplete="new-password"
        hint="At least 10 characters; a sentence is good."
        required
      />
      <p class="actions">
        <button type="submit">Change the password</button>
      </p>
    </form>
  );
}

export function AccountPage(props: AccountProps): JSX.Element {
  return (
    <Layout title="Your account" current={null} viewer={props.viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Your account</h1>
      </div>
      {props.isNeeded && !props.isOn ? <p class="notice warn">This farm asks owners for a second step: set it up to go on.</p> : ""}
      <FormErrors form={props.form} />
      {props.isChanged ? (
        <p class="notice" role="status">
          The password is changed, and your other browsers are signed out.
        </p>
      ) : (
        ""
      )}
      {props.codes === null ? "" : <Codes codes={props.codes} />}
      {props.enrolment === null ? "" : <Enrol {...props} enrolment={props.enrolment} />}
      <ChangePassword {...props} />
      {props.enrolment === null ? <AskPassword {...props} /> : ""}
      <SessionList sessions={props.sessions} action="/account/sign-out" ownNo={props.ownSession} viewer={props.viewer} />
      <DisplayForm csrf={props.viewer.csrf} {...props.display} />
    </Layout>
  );
}
