/** @jsxImportSource @kitajs/html */
import { Plain } from "../layout.tsx";
import { Field, FormErrors, type FormState } from "../parts/form.tsx";
import type { AssetUrls } from "../viewer.ts";

/** `step` proves that the password was right. */
export type CodeProps = { farmName: string; assets: AssetUrls; form: FormState; next: string; step: string; kept: string };

/** The second step of a sign-in. */
export function CodePage(props: CodeProps): JSX.Element {
  return (
    <Plain title="Second step" farmName={props.farmName} assets={props.assets}>
      <h1>Second step</h1>
      <FormErrors form={props.form} />
      <form method="post" action="/login/code" novalidate class="stack" data-plain={props.kept === "" ? undefined : ""}>
        <input type="hidden" name="next" value={props.next} />
        <input type="hidden" name="step" value={props.step} />
        {props.kept === "" ? "" : <input type="hidden" name="kept" value={props.kept} />}
        <Field form={props.form} name="code" label="Code" autocomplete="one-time-code" required first hint="Six digits of your app, or a recovery code" />
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <p>
        <a href="/login">Begin again</a>
      </p>
    </Plain>
  );
}
