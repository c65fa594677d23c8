/** @jsxImportSource @kitajs/html */
import { Plain } from "../layout.tsx";
import { Field, FormErrors, type FormState, Select } from "../parts/form.tsx";
import type { AssetUrls } from "../viewer.ts";

export type SetupProps = { assets: AssetUrls; form: FormState; token: string; zones: readonly string[] };

/** The one-time link of the first start: the owner, the farm's name and its clock. */
export function SetupPage(props: SetupProps): JSX.Element {
  const { form } = props;
  const isSent = Object.keys(form.errors).length > 0;
  return (
    <Plain title="Set up" farmName="a new hub" assets={props.assets}>
      <h1>Set up your farm</h1>
      <p class="dim">This link works once. The account made here is the owner's.</p>
      <FormErrors form={form} />
      <form method="post" action="/setup" novalidate class="stack" data-own-zone={isSent ? undefined : ""}>
        <input type="hidden" name="token" value={props.token} />
        <Field form={form} name="email" label="Your e-mail" type="email" autocomplete="username" required first />
        <Field
          form={form}
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          hint="At least 10 characters; a sentence is good."
          required
        />
        <Field form={form} name="farm_name" label="Name of the farm" placeholder="Nordlys Mining" required />
        <Select
          form={form}
          name="time_zone"
          label="Time zone"
          choices={props.zones.map((zone) => ({ value: zone, text: zone.replaceAll("_", " ") }))}
          hint="Times on the pages are shown in it. Everything is kept in UTC."
        />
        <button type="submit" class="primary">
          Create the farm
        </button>
      </form>
    </Plain>
  );
}

/** What a used or forged link shows. */
export function SetupClosedPage(props: { assets: AssetUrls; hasUsers: boolean }): JSX.Element {
  return (
    <Plain title="Set up" farmName="stratum-hub" assets={props.assets}>
      <h1>This link is not valid</h1>
      <p>
        {props.hasUsers
          ? "The hub is set up already."
          : "It was used, or is not the newest. The hub prints a new one in its log at each start while it has no user."}
      </p>
      <p>
        <a class="button primary" href="/login">
          Sign in
        </a>
      </p>
    </Plain>
  );
}
