/** @jsxImportSource @kitajs/html */
import { Plain } from "../layout.tsx";
import { Field, FormErrors, type FormState } from "../parts/form.tsx";
import type { AssetUrls } from "../viewer.ts";

export type LoginProps = {
  farmName: string;
  assets: AssetUrls;
  form: FormState;
  /** Where to go afterwards, a path of this hub. */
  next: string;
  warning: string | null;
  /** Set when someone is asked again before a sensitive change. */
  again: boolean;
  /** A form that waits for the login, sealed; empty = none. */
  kept?: string;
};

export function LoginPage(props: LoginProps): JSX.Element {
  const isKept = (props.kept ?? "") !== "";
  return (
    <Plain title="Sign in" farmName={props.farmName} assets={props.assets}>
      <h1>{props.again ? "Sign in again" : "Sign in"}</h1>
      {props.again ? <p class="dim">This change asks for a login of the last five minutes.</p> : ""}
      {isKept ? <p class="notice">What you typed is kept, and nothing was saved yet. Sign in, and you are back on your form.</p> : ""}
      {props.warning === null ? (
        ""
      ) : (
        <p class="notice warn" safe>
          {props.warning}
        </p>
      )}
      <FormErrors form={props.form} />
      <form method="post" action="/login" novalidate class="stack" data-plain={isKept ? "" : undefined}>
        <input type="hidden" name="next" value={props.next} />
        {isKept ? <input type="hidden" name="kept" value={props.kept} /> : ""}
        <Field form={props.form} name="email" label="E-mail" type="email" autocomplete="username" required first />
        <Field form={props.form} name="password" label="Password" type="password" autocomplete="current-password" required />
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <details>
        <summary>Password forgotten?</summary>
        <p class="dim">
          An owner makes you a link with which you set a new one: Settings, People. Where no owner gets in, add one on the hub's own machine:{" "}
          <code>stratum-hub user add EMAIL --role owner</code>
        </p>
      </details>
    </Plain>
  );
}
