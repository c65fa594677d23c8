/** @jsxImportSource @kitajs/html */
import { Ask } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState } from "../parts/form.tsx";

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

/** What a command of the contract has in common with the others. */
function askOf({ id, csrf, form }: ContractCommandsProps, verb: string) {
  return { action: `/contracts/${id}/${verb}`, csrf, isOpen: Object.keys(form.errors).some((field) => field.startsWith(`${verb}_`)) };
}

function Terminate(props: { contract: ContractCommandsProps }): JSX.Element {
  const { contract } = props;
  const { form } = contract;
  return (
    <Ask {...askOf(contract, "terminate")} text="Terminate" danger>
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
          <Ask {...askOf(props, "suspend")} text="Suspend">
            <p safe>{`Its clock stands still, and ${props.atStake} mine for the house until it is resumed.`}</p>
            <Field form={form} name="suspend_reason" label="Reason" required />
          </Ask>
        ) : (
          ""
        )}
        {verbs.resume ? (
          <Ask {...askOf(props, "resume")} text="Resume">
            <p>It goes on as it was before it was suspended; it gets rigs again at once.</p>
          </Ask>
        ) : (
          ""
        )}
        {verbs.renew ? (
          <Ask {...askOf(props, "renew")} text="Renew">
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
