/** @jsxImportSource @kitajs/html */
import type { Children } from "@kitajs/html";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";

/** Which commands its state allows. */
export type ContractVerbs = { change: boolean; suspend: boolean; resume: boolean; renew: boolean; terminate: boolean };

export type ContractCommandsProps = {
  id: string;
  number: string;
  csrf: string;
  /** Where its pools are edited; null = nowhere. */
  profileHref: string | null;
  verbs: ContractVerbs;
  /** What stops when it is suspended or terminated, e.g. `3.00 PH/s from 15 rigs`. */
  atStake: string;
  form: FormState;
};

type AskProps = { contract: ContractCommandsProps; verb: string; text: string; danger?: boolean; children?: Children };

/** A command that needs a word first: it opens in place, without a script, and stays open where it was refused. */
function Ask(props: AskProps): JSX.Element {
  const { contract, verb } = props;
  const wasRefused = Object.keys(contract.form.errors).some((field) => field.startsWith(`${verb}_`));
  return (
    <details class="confirm" open={wasRefused}>
      <summary class="button" safe>{`${props.text}…`}</summary>
      <form method="post" action={`/contracts/${contract.id}/${verb}`} novalidate>
        <Hidden csrf={contract.csrf} />
        {props.children}
        <button type="submit" class={props.danger === true ? "danger" : "primary"} safe>
          {props.text}
        </button>
      </form>
    </details>
  );
}

function Terminate(props: { contract: ContractCommandsProps }): JSX.Element {
  const { contract } = props;
  const { form } = contract;
  return (
    <Ask contract={contract} verb="terminate" text="Terminate" danger>
      <p safe>{`${contract.number} ends: ${contract.atStake} go back to the spare capacity. What has ended stays so.`}</p>
      <Field form={form} name="terminate_reason" label="Reason" required />
      <Field form={form} name="terminate_at" label="When" type="datetime-local" hint="In the farm's time; empty = now." />
      <Field form={form} name="terminate_number" label={`Type ${contract.number} to confirm`} required />
    </Ask>
  );
}

/** The commands of a contract, each with what it does in words. */
export function ContractCommands(props: ContractCommandsProps): JSX.Element {
  const { form, verbs } = props;
  return (
    <div id="commands">
      <FormErrors form={form} />
      <div class="actions">
        {verbs.change ? (
          <a class="button" href={`/contracts/${props.id}/change`}>
            Change
          </a>
        ) : (
          ""
        )}
        {props.profileHref === null ? (
          ""
        ) : (
          <a class="button" href={props.profileHref}>
            Pools
          </a>
        )}
        {verbs.suspend ? (
          <Ask contract={props} verb="suspend" text="Suspend">
            <p safe>{`Its clock stands still, and ${props.atStake} mine for the house until it is resumed.`}</p>
            <Field form={form} name="suspend_reason" label="Reason" required />
          </Ask>
        ) : (
          ""
        )}
        {verbs.resume ? (
          <Ask contract={props} verb="resume" text="Resume">
            <p>It goes on as it was before it was suspended; it gets rigs again at once.</p>
          </Ask>
        ) : (
          ""
        )}
        {verbs.renew ? (
          <Ask contract={props} verb="renew" text="Renew">
            <Field
              form={form}
              name="renew_ends_at"
              label="Ends"
              type="datetime-local"
              hint="In the farm's time; empty = open. It takes back a termination that has not come yet."
            />
          </Ask>
        ) : (
          ""
        )}
        {verbs.terminate ? <Terminate contract={props} /> : ""}
      </div>
    </div>
  );
}
