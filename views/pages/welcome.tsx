/** @jsxImportSource @kitajs/html */
import { Plain } from "../layout.tsx";
import { Field, FormErrors, type FormState } from "../parts/form.tsx";
import type { AssetUrls } from "../viewer.ts";

export type WelcomeProps = {
  farmName: string;
  assets: AssetUrls;
  form: FormState;
  token: string;
  /** Null: the link is used up, too old, or none. */
  email: string | null;
  warning: string | null;
};

export function WelcomePage(props: WelcomeProps): JSX.Element {
  if (props.email === null)
    return (
      <Plain title="Link" farmName={props.farmName} assets={props.assets}>
        <h1>This link is not valid any more</h1>
        <p>It was used, or is older than three days. An owner can make a new one.</p>
      </Plain>
    );
  return (
    <Plain title="Set a password" farmName={props.farmName} assets={props.assets}>
      <h1>Set a password</h1>
      <p class="dim" safe>
        {props.email}
      </p>
      {props.warning === null ? (
        ""
      ) : (
        <p class="notice warn" safe>
          {props.warning}
        </p>
      )}
      <FormErrors form={props.form} />
      <form method="post" action="/welcome" novalidate class="stack">
        <input type="hidden" name="token" value={props.token} />
        <Field form={props.form} name="password" label="Password" type="password" autocomplete="new-password" required first hint="10 characters or more" />
        <button type="submit" class="primary">
          Set password
        </button>
      </form>
    </Plain>
  );
}
