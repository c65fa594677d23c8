/** @jsxImportSource @kitajs/html */
import { type AllocationLine, Fraction, Name } from "../parts/allocation-list.tsx";
import { Ask } from "../parts/ask.tsx";
import { type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Moment } from "../parts/text.tsx";
import type { Clock } from "../viewer.ts";

/** What people said of a rig that binds the planner. */
export type RigOrders = { parked: boolean; draining: boolean; lifecycle: string };

export type RigServingProps = { serving: AllocationLine[]; orders: RigOrders; clock: Clock };

const lifecycleWords: Readonly<Record<string, string>> = Object.freeze({
  storage: "It is in storage: it is given to nobody.",
  maintenance: "It is under maintenance: it is given to nobody, and no alarm is raised.",
  retired: "It is retired: it is given to nobody.",
});

function orderSentences({ parked, draining, lifecycle }: RigOrders): string[] {
  return [
    ...(parked ? ["It is parked: it is given to nobody until it is unparked."] : []),
    ...(draining ? ["It is draining: its contracts get another rig, then it is given to nobody."] : []),
    ...(lifecycle === "active" ? [] : [lifecycleWords[lifecycle] ?? `Its lifecycle is ${lifecycle}.`]),
  ];
}

/** Whom the rig serves now, since when, why and by whose decision. */
export function RigServing(props: RigServingProps): JSX.Element {
  return (
    <section class="panel" id="serving" aria-labelledby="h-serving">
      <header>
        <h2 id="h-serving">Serves</h2>
      </header>
      <div class="body">
        {props.serving.length === 0 ? <p class="dim">Nobody.</p> : ""}
        {props.serving.map((line) => (
          <p>
            <b>
              <Name of={line.to} />
              <Fraction of={line.fraction} />
            </b>{" "}
            since <Moment atMs={line.fromMs} clock={props.clock} />: <span safe>{`${line.reason} (${line.decidedBy})`}</span>
          </p>
        ))}
        {orderSentences(props.orders).map((text) => (
          <p class="warn" safe>
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}

export type RigControlProps = {
  rigId: string;
  csrf: string;
  orders: RigOrders;
  status: string;
  hasNominal: boolean;
  /** What its shares say its nominal is, and what the catalogue says of its model; null where nothing was learned. */
  learned: { nominal: string; ofCatalogue: string | null } | null;
  /** What the rig is pinned to, in words; null = the hub decides. */
  pinnedTo: string | null;
  profiles: readonly Choice[];
  hasContracts: boolean;
  form: FormState;
};

function Verb(props: { rigId: string; csrf: string; verb: string; text: string; hint: string }): JSX.Element {
  return (
    <form method="post" action={`/rigs/${props.rigId}/${props.verb}`} class="row">
      <Hidden csrf={props.csrf} />
      <p class="dim" safe>
        {props.hint}
      </p>
      <button type="submit" safe>
        {props.text}
      </button>
    </form>
  );
}

function Orders(props: RigControlProps): JSX.Element {
  const { rigId, csrf, orders } = props;
  const same = { rigId, csrf };
  if (props.pinnedTo !== null) return <p class="dim">A pinned rig is neither drained nor parked: unpin it first.</p>;
  return (
    <>
      {orders.draining ? (
        <Verb {...same} verb="undrain" text="Undrain" hint="It may be given to contracts again." />
      ) : (
        <Verb {...same} verb="drain" text="Drain" hint="Its contracts get another rig first; then it mines for the house." />
      )}
      {orders.parked ? (
        <Verb {...same} verb="unpark" text="Unpark" hint="It may be given to contracts again." />
      ) : (
        <Verb {...same} verb="park" text="Park" hint="It mines for the house at once, whomever it serves now." />
      )}
    </>
  );
}

function Pass(props: RigControlProps): JSX.Element {
  if (props.hasNominal) return <Verb rigId={props.rigId} csrf={props.csrf} verb="pass" text="Pass out of vetting" hint="It counts as online at once." />;
  return (
    <p class="dim">
      It can be passed out of vetting once it has a nominal hashrate: <a href={`/rigs/${props.rigId}/edit#nominal`}>declare it</a>, or wait until it is learned.
    </p>
  );
}

/** What a person may say of its status. */
function Standing(props: RigControlProps): JSX.Element {
  const same = { rigId: props.rigId, csrf: props.csrf };
  if (props.status === "quarantined") return <Verb {...same} verb="release" text="Release" hint="It is vetted anew." />;
  return (
    <>
      {props.status === "vetting" ? <Pass {...props} /> : ""}
      <div class="row">
        <p class="dim">Whatever its shares say, it mines for the house until it is released.</p>
        <Ask action={`/rigs/${props.rigId}/quarantine`} csrf={props.csrf} text="Quarantine" danger isOpen={props.form.errors["reason"] !== undefined}>
          <p>It serves nobody until it is released; what it serves now gets another rig.</p>
          <Field form={props.form} name="reason" label="Why" hint="Stands in its record; may be empty." />
        </Ask>
      </div>
    </>
  );
}

/** The way back from a nominal that was learned, such as from a rig that came with a dead board. */
function Learned(props: RigControlProps): JSX.Element {
  const { learned } = props;
  if (learned === null) return "";
  const same = { rigId: props.rigId, csrf: props.csrf };
  return (
    <>
      {learned.ofCatalogue === null ? (
        ""
      ) : (
        <Verb
          {...same}
          verb="nominal-of-catalogue"
          text="Use the catalogue's"
          hint={`Its nominal, ${learned.nominal}, was learned from its shares; the catalogue says ${learned.ofCatalogue} for its model.`}
        />
      )}
      <Verb
        {...same}
        verb="learn-anew"
        text="Learn it anew"
        hint={`Forgets the ${learned.nominal} learned from its shares; it is vetted until they have said it again, and mines for the house meanwhile.`}
      />
    </>
  );
}

function PinForms(props: RigControlProps): JSX.Element {
  return (
    <>
      {props.pinnedTo === null ? (
        <p class="dim">The hub decides where this rig mines. A pin holds it on one profile, or fixes it to one contract; it stays connected.</p>
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
      {props.hasContracts ? (
        <form method="post" action={`/rigs/${props.rigId}/pin-contract`} class="row">
          <Hidden csrf={props.csrf} />
          <Field form={props.form} name="contract" label="Contract" placeholder="C-00042" required />
          <button type="submit">Pin to contract</button>
        </form>
      ) : (
        ""
      )}
    </>
  );
}

/** What a person may say to the planner about this rig. */
export function RigControl(props: RigControlProps): JSX.Element {
  return (
    <section class="panel" id="pin" aria-labelledby="h-pin">
      <header>
        <h2 id="h-pin">Control</h2>
      </header>
      <div class="body">
        <FormErrors form={props.form} />
        <Orders {...props} />
        <Standing {...props} />
        <Learned {...props} />
        <PinForms {...props} />
      </div>
    </section>
  );
}
