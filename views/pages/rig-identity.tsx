/** @jsxImportSource @kitajs/html */
import { Ask } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";

/** A rig that is not there and that this one looks like. `name`: its asset code, else its name. */
export type LikeLine = { id: string; name: string; reasons: readonly string[] };

export type RigIdentityProps = {
  rigId: string;
  rigName: string;
  csrf: string;
  /** Names that lead to it beside its own. */
  workerNames: readonly string[];
  likes: readonly LikeLine[];
  form: FormState;
};

function Like(props: { like: LikeLine; of: RigIdentityProps }): JSX.Element {
  const { like, of } = props;
  const question = `${of.rigName} goes, ${like.name} stays with its asset code and place. Shares and allocations of both count for it, and the worker ${of.rigName} leads to it from now on. This cannot be taken back.`;
  return (
    <div class="like">
      <p>
        Looks like{" "}
        <a href={`/rigs/${like.id}`} safe>
          {like.name}
        </a>
        : <span safe>{like.reasons.join(", ")}</span>.
      </p>
      <Ask id={`is-${like.id}`} action={`/rigs/${of.rigId}/merge`} csrf={of.csrf} text="It is that rig: merge" verb="Merge" danger>
        <p safe>{question}</p>
        <input type="hidden" name="into" value={like.id} />
      </Ask>
    </div>
  );
}

/** Which machine it is: names that lead to it, and known rigs that it may be. */
export function RigIdentity(props: RigIdentityProps): JSX.Element {
  const { rigId, csrf, form } = props;
  return (
    <section class="panel" id="identity" aria-labelledby="h-identity">
      <header>
        <h2 id="h-identity">Which machine it is</h2>
      </header>
      <div class="body">
        <FormErrors form={form} />
        {props.likes.map((like) => (
          <Like like={like} of={props} />
        ))}
        {props.workerNames.length === 0 ? (
          ""
        ) : (
          <p class="dim">
            These workers lead to it too: <span safe>{props.workerNames.join(", ")}</span>
          </p>
        )}
        <form method="post" action={`/rigs/${rigId}/claim-worker`} class="row">
          <Hidden csrf={csrf} />
          <Field form={form} name="worker" label="Worker name" hint="Whoever logs in with it next is this rig, not a new one." required />
          <button type="submit">Claim</button>
        </form>
        <Ask
          id="merge-into"
          action={`/rigs/${rigId}/merge`}
          csrf={csrf}
          text="Merge into another rig"
          verb="Merge"
          danger
          isOpen={form.errors["into"] !== undefined}
        >
          <p>This row goes, the other stays, and what both did counts for it. This cannot be taken back.</p>
          <Field form={form} name="into" label="Asset code or name of the rig that stays" required />
        </Ask>
      </div>
    </section>
  );
}
