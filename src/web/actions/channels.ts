import type { Channel, ChannelInput, ChannelPatch, EmailTarget } from "../../control/channels.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import type { Principal } from "../principal.ts";
import { invalidField } from "../problems.ts";
import { recordAct, recordChange } from "./record.ts";

type Deps = Pick<WebDeps, "control">;

type MailEntry = Partial<Omit<EmailTarget, "kind">> & { password?: string | null };
/** A channel as it is entered, by a script or in a form: either a webhook or mail. */
export type ChannelEntry = {
  name?: string;
  enabled?: boolean;
  networks?: string[];
  webhook?: { url?: string; secret?: string };
  email?: MailEntry;
};

const subjectOf = ({ id, name }: Channel) => ({ kind: "channel", id, name });

/** The row's fields; what is a secret is not among them. */
export function settingsOf({ id, name, enabled, target, networks }: Channel) {
  const { kind, ...fields } = target;
  return { id, name, enabled, kind, webhook: kind === "webhook" ? fields : null, email: kind === "email" ? fields : null, networks };
}

/** Adds a channel. Run it in a transaction. Throws a problem that names the field. */
export function addChannel({ control }: Deps, principal: Principal, entry: ChannelEntry & { name: string }): Channel {
  const channel = accepted(control.channels.create(inputOf(entry)), "channel");
  recordAct(control, principal, { verb: "added", subject: subjectOf(channel) });
  return channel;
}

/** Changes a channel, which stays of its kind. Run it in a transaction. `version` null = whatever is there. */
export function changeChannel({ control }: Deps, principal: Principal, change: { before: Channel; version: number | null; entry: ChannelEntry }): Channel {
  const { before } = change;
  const patch = patchOf(before, change.entry);
  const after = accepted(control.channels.update(before.id, patch, change.version), "channel");
  const secret = patch.secret === undefined || patch.secret === before.secret.reveal() ? [] : ["secret"];
  recordChange(control, principal, { subject: subjectOf(after), before: settingsOf(before), after: settingsOf(after), secret });
  return after;
}

export function removeChannel({ control }: Deps, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const channel = accepted(control.channels.remove(id, version), "channel");
  recordAct(control, principal, { verb: "removed", subject: subjectOf(channel) });
}

const given = ({ name, enabled, networks }: ChannelEntry) => ({
  ...(name !== undefined && { name }),
  ...(enabled !== undefined && { enabled }),
  ...(networks !== undefined && { networks }),
});

function inputOf(entry: ChannelEntry & { name: string }): ChannelInput {
  const { webhook, email } = entry;
  if ((webhook === undefined) === (email === undefined)) throw invalidField("", "must have either webhook or email");
  const shared = { ...given(entry), name: entry.name };
  if (webhook !== undefined) return { ...shared, target: { kind: "webhook", url: webhook.url ?? "" }, secret: webhook.secret ?? "" };
  const { password = null, username = null, ...fields } = email as MailEntry & Omit<EmailTarget, "kind" | "username">;
  return { ...shared, target: { kind: "email", ...fields, username }, secret: password ?? "" };
}

/** What is given of a channel's kind laid over what it has. */
function patchOf({ target }: Channel, entry: ChannelEntry): ChannelPatch {
  const { webhook, email } = entry;
  const other = target.kind === "webhook" ? email : webhook;
  if (other !== undefined) throw invalidField(target.kind === "webhook" ? "email" : "webhook", `cannot be given: the channel is of the kind ${target.kind}`);
  if (target.kind === "webhook") {
    const url = webhook?.url === undefined ? {} : { url: webhook.url };
    return { ...given(entry), target: { ...target, ...url }, ...(webhook?.secret !== undefined && { secret: webhook.secret }) };
  }
  const { password, ...fields } = email ?? {};
  return { ...given(entry), target: { ...target, ...fields }, ...(password !== undefined && { secret: password ?? "" }) };
}
