import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, type Invalid, inside, invalid, invalidAll, type Result, succeed, taken, together } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { booleanRule, checkFields, cidrRule, emailRule, hostRule, integerRule, oneOfRule, orNull, type Rule, textRule } from "./rules.ts";
import { Secret } from "./secret.ts";

export const mailSecurities = Object.freeze(["tls", "starttls", "none"] as const);
/** `tls` from the first byte (port 465), `starttls` or nothing at all is sent (587), `none` for a relay on this machine. */
export type MailSecurity = (typeof mailSecurities)[number];

/** Where messages are posted, signed with the channel's secret. */
export type WebhookTarget = { kind: "webhook"; url: string };
/** Through which mail server they go, from whom and to whom; the channel's secret is the password of `username`. */
export type EmailTarget = { kind: "email"; host: string; port: number; security: MailSecurity; username: string | null; from: string; to: string[] };

/** A way to tell people. */
export type Channel = RowBase & {
  name: string;
  enabled: boolean;
  target: WebhookTarget | EmailTarget;
  /** Own networks (CIDR) that it may reach; private and local addresses are refused beside these. */
  networks: string[];
  secret: Secret;
};

type ChannelFields = Omit<Channel, keyof RowBase>;
export type ChannelPatch = Partial<Omit<ChannelFields, "secret"> & { secret: string | Secret }>;
/** Defaults: enabled, no own networks, no secret (a webhook needs one). */
export type ChannelInput = ChannelPatch & Pick<ChannelFields, "name" | "target">;

type RawChannel = RawBase & { name: string; enabled: number; target: string; secret: string };

const mapping: Mapping<Channel, RawChannel> = {
  table: "channels",
  noun: "channel",
  prefix: "chn",
  columns: ["name", "enabled", "target", "secret"],
  read: (raw) => {
    const { networks, ...target } = JSON.parse(raw.target) as Channel["target"] & { networks: string[] };
    return { name: raw.name, enabled: raw.enabled === 1, target, networks, secret: new Secret(raw.secret) };
  },
  write: ({ name, enabled, target, networks, secret }) => [name, enabled, JSON.stringify({ ...target, networks }), secret.reveal()],
};

const networksMax = 32;
const recipientsMax = 20;
const channelsMax = 50;

/** For fields that hold the address of a webhook. */
export const urlRule: Rule = (value) => {
  if (typeof value !== "string" || value.length > 2_000 || !URL.canParse(value)) return "must be an address such as https://example.org/hook";
  const { protocol, username, password, hash } = new URL(value);
  if (protocol !== "https:" && protocol !== "http:") return "must begin with https:// or http://";
  return username + password + hash === "" ? null : "must have no user, password or #part";
};

/** Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes. */
export const webhookSecretRule: Rule = (value) => {
  const [, encoded = ""] = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/.exec(String(value)) ?? [];
  const { length } = Buffer.from(encoded, "base64");
  return length >= 24 && length <= 64 ? null : "must be whsec_ and 24 to 64 random bytes in base64 (openssl rand -base64 32)";
};

const rules = { name: textRule(100), enabled: booleanRule };
const emailRules = {
  host: hostRule,
  port: integerRule(1, 65_535),
  security: oneOfRule(mailSecurities),
  username: orNull(textRule(320)),
  from: emailRule,
};

function checkTarget({ target, secret }: ChannelFields): Invalid | null {
  if (target.kind === "webhook") {
    const fields = { url: target.url, secret: secret.reveal() };
    return inside("webhook", checkFields(fields, { url: urlRule, secret: webhookSecretRule }));
  }
  const isInTheClear = target.security === "none" && target.username !== null;
  return inside(
    "email",
    together(
      checkFields({ ...target, password: secret.reveal() }, { ...emailRules, password: textRule(512, 0) }),
      isInTheClear ? invalid("username", "must be null without TLS: the password would go in the clear") : null,
      checkRecipients(target),
    ),
  );
}

function checkRecipients({ to }: EmailTarget): Invalid | null {
  if (to.length < 1 || to.length > recipientsMax) return invalid("to", `must name 1 to ${recipientsMax} addresses`);
  return invalidAll(to.flatMap((address, at) => (emailRule(address) === null ? [] : [{ field: `to.${at}`, rule: "must be an e-mail address" }])));
}

function checkNetworks(networks: readonly string[]): Invalid | null {
  if (networks.length > networksMax) return invalid("networks", `must name at most ${networksMax} networks`);
  return invalidAll(
    networks.flatMap((network, at) => {
      const rule = cidrRule(network);
      return rule === null ? [] : [{ field: `networks.${at}`, rule }];
    }),
  );
}

const secretOf = (secret: string | Secret) => (secret instanceof Secret ? secret : new Secret(secret));

/** A password is for the server and user that it was given with; nobody shall make the hub show it to a server of his own. */
function isOtherServer({ target: before, secret }: Channel, { target: after }: Channel): boolean {
  if (before.kind !== "email" || after.kind !== "email" || secret.reveal() === "") return false;
  return before.host !== after.host || before.port !== after.port || before.security !== after.security || before.username !== after.username;
}

export class Channels {
  readonly #rows: RowTable<Channel, RawChannel>;
  readonly #byName: Statement<RawChannel, SqlValue[]>;
  readonly #dropWaiting: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#rows = new RowTable(database, mapping);
    this.#byName = this.#rows.prepare("name = ? AND removed_at_ms IS NULL");
    this.#dropWaiting = database.sql.prepare(
      "UPDATE deliveries SET state = 'failed', fault = 'the channel was removed' WHERE channel_no = ? AND state = 'waiting'",
    );
  }

  /** All channels that are not removed, oldest first. */
  all(): Channel[] {
    return this.#rows.all();
  }

  byNo(no: number): Channel | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Channel | null {
    return this.#rows.byId(id);
  }

  create(input: ChannelInput): Result<Channel> {
    return this.#rows.database.transaction(() => {
      const { name, target, enabled = true, networks = [], secret = "" } = input;
      const fields: ChannelFields = { name, target, enabled, networks, secret: secretOf(secret) };
      if (this.all().length >= channelsMax) return invalid("name", `cannot be one more: there are ${channelsMax} channels already`);
      return this.#check(fields, null) ?? succeed(this.#rows.insert(fields));
    });
  }

  /** A channel stays what it is: a webhook becomes no mail account. The secret stays unless a new one is given. */
  update(id: string, patch: ChannelPatch, expected: ExpectedVersion): Result<Channel> {
    return this.#rows.edit(id, expected, (current) => {
      const next: Channel = { ...patched<Channel>(current, patch as Partial<Channel>), secret: secretOf(patch.secret ?? current.secret) };
      if (next.target.kind !== current.target.kind) return invalid(next.target.kind, `cannot be given: the channel is a ${current.target.kind}`);
      if (patch.secret === undefined && isOtherServer(current, next)) return invalid("email.password", "must be given again with another server or user");
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** What is on its way through it is given up. */
  remove(id: string, expected: ExpectedVersion): Result<Channel> {
    return this.#rows.remove(id, expected, ({ no }) => {
      this.#dropWaiting.run(no);
      return null;
    });
  }

  #check(channel: ChannelFields, current: Channel | null): Failure | null {
    const namesake = this.#rows.find(this.#byName, channel.name);
    const isTaken = namesake !== null && namesake.no !== current?.no;
    return together<Failure>(
      checkFields(channel, rules),
      checkTarget(channel),
      checkNetworks(channel.networks),
      isTaken ? taken("name", "is the name of another channel") : null,
    );
  }
}
