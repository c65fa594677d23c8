/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Check, type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

/** Places for the customer's own pools. */
export const contractPools = [1, 2, 3, 4, 5] as const;

export type ContractChoices = { customers: readonly Choice[]; fleets: readonly Choice[]; profiles: readonly Choice[] };

type Common = { viewer: Viewer; assets: AssetUrls; choices: ContractChoices; form: FormState };
export type NewContractProps = Common;
export type ChangeContractProps = Common & { contract: { id: string; number: string; version: number; method: "threshold" | "miners"; hasNames: boolean } };

const methodChoices: readonly Choice[] = [
  { value: "threshold", text: "threshold: so much hashrate" },
  { value: "miners", text: "miners: so many rigs" },
];
const planChoices: readonly Choice[] = [
  { value: "lease", text: "lease: a price for the whole term" },
  { value: "work", text: "work: pays for delivered work" },
  { value: "make-up", text: "make-up: the term is extended" },
];

const hashrateHint = "Such as 3 PH/s, 250 TH/s or a number of H/s.";

function Customer(props: { form: FormState; choices: ContractChoices }): JSX.Element {
  const { form } = props;
  return (
    <fieldset>
      <legend>Who</legend>
      <Select form={form} name="customer_id" label="Customer" choices={props.choices.customers} />
      <div class="stack of-new">
        <Field form={form} name="customer_name" label="Name of a new customer" />
        <Field form={form} name="customer_email" label="His e-mail" type="text" />
      </div>
    </fieldset>
  );
}

function Amount(props: { form: FormState; choices: ContractChoices }): JSX.Element {
  const { form } = props;
  return (
    <fieldset>
      <legend>What</legend>
      <Select form={form} name="fleet_id" label="Fleet" choices={props.choices.fleets} />
      <Select form={form} name="method" label="Method" choices={methodChoices} />
      <div class="stack of-threshold">
        <Field form={form} name="promised" label="Hashrate (threshold)" hint={hashrateHint} />
      </div>
      <div class="stack of-miners">
        <Field form={form} name="rig_count" label="Number of rigs (miners)" decimal />
        <Field form={form} name="rig_nominal" label="Nominal of each (miners)" hint={hashrateHint} />
        <Field form={form} name="model" label="Model of each (miners)" hint="With a model alone, its usual nominal counts." />
        <Field form={form} name="rig_names" label="Or these rigs by name (miners)" hint="With blanks or commas between them." />
      </div>
    </fieldset>
  );
}

function Terms(props: { form: FormState; toleranceHint: string }): JSX.Element {
  const { form } = props;
  return (
    <>
      <div class="row">
        <Field form={form} name="tolerance" label="Tolerance, %" decimal hint={props.toleranceHint} />
        <Field form={form} name="priority" label="Priority" decimal hint="0 to 9; 0 is served first. Empty: 5." />
      </div>
      <Check form={form} name="allow_short" label="Sell it although there is too little capacity" hint="It is written down." />
    </>
  );
}

function OwnPool(props: { form: FormState; at: number }): JSX.Element {
  const { form, at } = props;
  return (
    <div class="row">
      <Field form={form} name={`pool_${at}_url`} label={`Pool ${at}`} placeholder="stratum+tcp://pool.example:3333" />
      <Field form={form} name={`pool_${at}_username`} label={`User of pool ${at}`} />
      <Field form={form} name={`pool_${at}_password`} label={`Password of pool ${at}`} type="password" autocomplete="new-password" />
    </div>
  );
}

function Pools(props: { form: FormState; choices: ContractChoices }): JSX.Element {
  const { form } = props;
  const isTyped = contractPools.some((at) => at > 1 && (form.values[`pool_${at}_url`] ?? "") !== "");
  return (
    <fieldset>
      <legend>Where</legend>
      <Select form={form} name="profile_id" label="Profile" choices={props.choices.profiles} hint="Or his own pools, in order; they become a profile of his." />
      <div class="stack of-own">
        <OwnPool form={form} at={1} />
        <details open={isTyped}>
          <summary>More pools</summary>
          <div class="stack">
            {contractPools.slice(1).map((at) => (
              <OwnPool form={form} at={at} />
            ))}
          </div>
        </details>
      </div>
    </fieldset>
  );
}

function Money(props: { form: FormState }): JSX.Element {
  const { form } = props;
  return (
    <fieldset>
      <legend>When and for how much</legend>
      <div class="row">
        <Field form={form} name="starts_at" label="Starts" type="datetime-local" hint="In the farm's time; empty = now." />
        <Field form={form} name="ends_at" label="Ends" type="datetime-local" hint="Empty = open." />
      </div>
      <div class="row">
        <Field form={form} name="price_amount" label="Price of a month" decimal hint="Empty: no terms of money yet." />
        <Field form={form} name="price_currency" label="Currency" placeholder="EUR" />
        <Select form={form} name="plan" label="Plan" choices={planChoices} />
      </div>
      <Field form={form} name="external_ref" label="Your reference" hint="What your own system calls it; never used twice." />
      <Field form={form} name="notes" label="Notes" />
    </fieldset>
  );
}

export function NewContractPage(props: NewContractProps): JSX.Element {
  const { viewer, form, choices } = props;
  return (
    <Layout title="New contract" current="contracts" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Contracts", href: "/contracts" }]} title="New contract" />
      <FormErrors form={form} />
      <form method="post" action="/contracts" novalidate class="panel stack wide-form">
        <Hidden csrf={viewer.csrf} form={form} />
        <Customer form={form} choices={choices} />
        <Amount form={form} choices={choices} />
        <Terms form={form} toleranceHint="Below the promise by more than this, it is degraded. Empty: 10 for threshold, 20 for miners." />
        <Pools form={form} choices={choices} />
        <Money form={form} />
        <p class="actions">
          <button type="submit" class="primary">
            Create contract
          </button>
          <a class="button" href="/contracts">
            Cancel
          </a>
        </p>
      </form>
    </Layout>
  );
}

export function ChangeContractPage(props: ChangeContractProps): JSX.Element {
  const { viewer, form, contract, choices } = props;
  return (
    <Layout title={`Change ${contract.number}`} current="contracts" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: contract.number, href: `/contracts/${contract.id}` }]} title={`Change ${contract.number}`} />
      <p class="dim">From now on. Only the difference moves rigs; none disconnects.</p>
      <FormErrors form={form} />
      <form method="post" action={`/contracts/${contract.id}/change`} novalidate class="panel stack wide-form">
        <Hidden csrf={viewer.csrf} version={contract.version} form={form} />
        {contract.method === "threshold" ? <Field form={form} name="promised" label="Hashrate" hint={hashrateHint} first /> : ""}
        {contract.method === "miners" && !contract.hasNames ? <Field form={form} name="rig_count" label="Number of rigs" decimal first /> : ""}
        {contract.hasNames ? <Field form={form} name="rig_names" label="Rigs by name" hint="With blanks or commas between them." first /> : ""}
        <Terms form={form} toleranceHint="Below the promise by more than this, it is degraded." />
        <Select form={form} name="profile_id" label="Profile" choices={choices.profiles} hint="Its rigs follow at once." />
        <p class="actions">
          <button type="submit" class="primary">
            Save
          </button>
          <a class="button" href={`/contracts/${contract.id}`}>
            Cancel
          </a>
        </p>
      </form>
    </Layout>
  );
}
