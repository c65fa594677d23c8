/** @jsxImportSource @kitajs/html */
import { Check, Field, FormErrors, type FormState, Hidden } from "./form.tsx";

export type DisplayFormProps = { csrf: string; form: FormState; zones: readonly string[]; farmZone: string };

/** How this browser shows things: in whose time, and whether single keys are commands. */
export function DisplayForm(props: DisplayFormProps): JSX.Element {
  return (
    <form method="post" action="/account/display" novalidate class="panel stack" id="display">
      <h2>Display, on this browser</h2>
      <FormErrors form={props.form} />
      <Hidden csrf={props.csrf} />
      <Field
        form={props.form}
        name="zone"
        label="Times in"
        list={props.zones}
        placeholder={props.farmZone}
        hint={`Empty = the farm's own, ${props.farmZone}.`}
      />
      <Check form={props.form} name="single_keys" label="Single keys are commands" hint="Ctrl K works always. Press ? for the list of keys." />
      <p class="actions">
        <button type="submit" class="primary">
          Save
        </button>
      </p>
    </form>
  );
}
