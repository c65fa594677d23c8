/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Check, type Choice, Field, FormErrors, type FormState, Hidden, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type ChannelKind = "webhook" | "email";
/** What became of a message that was sent to try the channel. */
export type ChannelTest = { ok: boolean; text: string };

export type ChannelPageProps = {
  viewer: Viewer;
  assets: AssetUrls;
  kind: ChannelKind;
  /** Null = a new one. */
  channel: { id: string; name: string; version: number } | null;
  form: FormState;
  test: ChannelTest | null;
};

const securities: readonly Choice[] = [
  { value: "tls", text: "TLS from the first byte (465)" },
  { value: "starttls", text: "STARTTLS, or nothing is sent (587)" },
  { value: "none", text: "none: a relay on this machine" },
];

function Webhook(props: ChannelPageProps): JSX.Element {
  const { form, channel } = props;
  const hint =
    channel === null
      ? "Made just now: copy it to the receiver, who checks the signature with it (Standard Webhooks). It is never shown again."
      : "Empty = as it is.";
  // Whoever has signed in since is not known to be the one to whom it was shown.
  const isFromLogin = form.values["_sealed"] !== undefined;
  return (
    <>
      <Field form={form} name="url" label="Address" placeholder="https://alarms.example.org/hub" required />
      <Field form={form} name="secret" label="Secret" hint={hint} type={isFromLogin ? "password" : "text"} />
    </>
  );
}

function Mail(props: ChannelPageProps): JSX.Element {
  const { form, channel } = props;
  return (
    <>
      <Field form={form} name="to" label="To" placeholder="noc@example.org, boss@example.org" required />
      <Field form={form} name="from" label="From" placeholder="hub@example.org" required />
      <Field form={form} name="host" label="Mail server" placeholder="smtp.example.org" required />
      <Select form={form} name="security" label="Security" choices={securities} />
      <Field form={form} name="port" label="Port" decimal placeholder="465" />
      <Field form={form} name="username" label="User" hint="Empty = the server asks for none." />
      <Field
        form={form}
        name="password"
        label="Password"
        type="password"
        autocomplete="new-password"
        {...(channel === null ? {} : { hint: "Empty = as it is; another server or user needs it again." })}
      />
    </>
  );
}

function Kinds(props: { kind: ChannelKind }): JSX.Element {
  const of = (kind: ChannelKind) => ({ href: `/channels/new?kind=${kind}`, "aria-current": kind === props.kind ? ("true" as const) : undefined });
  return (
    <nav class="chips" aria-label="Kind">
      <a class="chip" {...of("email")}>
        E-mail
      </a>
      <a class="chip" {...of("webhook")}>
        Webhook
      </a>
    </nav>
  );
}

/** Tries it as it is saved, enabled or not. */
function Test(props: ChannelPageProps): JSX.Element {
  const { channel, test } = props;
  if (channel === null) return "";
  return (
    <section class="panel" id="channel-test" aria-labelledby="h-test">
      <header>
        <h2 id="h-test">Test message</h2>
      </header>
      <div class="body">
        {test === null ? (
          ""
        ) : (
          <p class={test.ok ? "ok" : "bad"} role="status">
            <b>{test.ok ? "Taken. " : "Not taken. "}</b>
            <span safe>{test.text}</span>
          </p>
        )}
        <form method="post" action={`/channels/${channel.id}/test`} class="row">
          <Hidden csrf={props.viewer.csrf} />
          <p class="dim">Goes out at once through the channel as it is saved.</p>
          <button type="submit">Send a test message</button>
        </form>
      </div>
    </section>
  );
}

/** A way to tell people of alarms, or a new one. */
export function ChannelPage(props: ChannelPageProps): JSX.Element {
  const { viewer, channel, form, kind } = props;
  const title = channel === null ? "New channel" : channel.name;
  return (
    <Layout title={title} current="settings" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Settings", href: "/settings#channels" }]} title={title} />
      {channel === null ? <Kinds kind={kind} /> : ""}
      <FormErrors form={form} />
      <form method="post" action={channel === null ? `/channels?kind=${kind}` : `/channels/${channel.id}`} novalidate class="panel stack">
        <Hidden csrf={viewer.csrf} form={form} {...(channel === null ? {} : { version: channel.version })} />
        <Field form={form} name="name" label="Name" placeholder="on call" required first={channel === null} />
        {kind === "webhook" ? <Webhook {...props} /> : <Mail {...props} />}
        <Field
          form={form}
          name="networks"
          label="Own networks that it may reach"
          placeholder="10.0.0.0/8"
          hint="Empty = it may reach public addresses alone."
        />
        <Check form={form} name="enabled" label="Alarms go to it" hint="Each cause by itself: once when it begins, and once when it is over." />
        <p class="actions">
          <button type="submit" class="primary">
            {channel === null ? "Add channel" : "Save"}
          </button>
          <a class="button" href="/settings#channels">
            Cancel
          </a>
        </p>
      </form>
      <Test {...props} />
      {channel === null ? (
        ""
      ) : (
        <Confirm
          action={`/channels/${channel.id}/delete`}
          csrf={viewer.csrf}
          version={channel.version}
          verb="Delete"
          question={`Delete ${channel.name}? What is on its way through it is given up.`}
        />
      )}
    </Layout>
  );
}
