/** @jsxImportSource @kitajs/html */
import { type Choice, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";

export type PinProps = {
  rigId: string;
  csrf: string;
  /** Name of the profile the rig is pinned to; null = the hub decides. */
  pinnedTo: string | null;
  profiles: readonly Choice[];
  form: FormState;
};

/** Holds a rig on one profile until it is let go. The rig stays connected. */
export function PinPanel(props: PinProps): JSX.Element {
  return (
    <section class="panel" id="pin" aria-labelledby="h-pin">
      <header>
        <h2 id="h-pin">Pin</h2>
      </header>
      <div class="body">
        <FormErrors form={props.form} />
        {props.pinnedTo === null ? (
          <p class="dim">The hub decides where this rig mines. A pin holds it on one profile; it stays connected.</p>
        ) : (
          <form method="post" action={`/rigs/${props.rigId}/unpin`} class="row">
            <Hidden csrf={props.csrf} />
            <p>
              Pinned to <b safe>{props.pinnedTo}</b>.
            </p>
            <button type="submit">Unpin</button>
          </form>
        )}
        {props.profiles.length === 0 ? (
          <p class="dim">
            There is no profile yet. <a href="/profiles/new">Make one</a>
          </p>
        ) : (
          <form method="post" action={`/rigs/${props.rigId}/pin`} class="row">
            <Hidden csrf={props.csrf} />
            <Select form={props.form} name="profile_id" label="Profile" choices={props.profiles} />
            <button type="submit" class="primary">
              Pin
            </button>
          </form>
        )}
      </div>
    </section>
  );
}
