import { type ChannelKind, ChannelPage, type ChannelTest } from "../../../views/pages/channel-form.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { type Channel, mailSecurities } from "../../control/channels.ts";
import { addChannel, type ChannelEntry, changeChannel, removeChannel } from "../actions/channels.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, requireOwnForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

const secretBytes = 32;
const kindOf = ({ url }: PageCall): ChannelKind => (url.searchParams.get("kind") === "webhook" ? "webhook" : "email");
const channelOf = (parts: PageParts, call: PageCall): Channel => found(parts.deps.control.channels.byId(call.id), "channel");

type Shown = { channel: Channel | null; kind?: ChannelKind; form: FormState; test?: ChannelTest; status?: number };

function show({ viewer }: PageCall, { channel, kind = channel?.target.kind ?? "email", form, test, status = 200 }: Shown): Promise<Response> {
  const named = channel === null ? null : { id: channel.id, name: channel.name, version: channel.version };
  return htmlResponse(ChannelPage({ viewer, assets: assetUrls, kind, channel: named, form, test: test ?? null }), status);
}

/** A webhook's secret is made here: what people think of is no 32 random bytes. */
function blankOf(kind: ChannelKind): FormState {
  const secret = `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(secretBytes))).toString("base64")}`;
  return { values: { enabled: "1", security: "tls", ...(kind === "webhook" && { secret }) }, errors: {} };
}

function formOf({ name, enabled, networks, target }: Channel): FormState {
  const shared = { name, enabled: enabled ? "1" : "", networks: networks.join(", ") };
  if (target.kind === "webhook") return { values: { ...shared, url: target.url }, errors: {} };
  const { host, port, security, username, from, to } = target;
  return { values: { ...shared, host, port: String(port), security, username: username ?? "", from, to: to.join(", ") }, errors: {} };
}

export function newChannelPage(_parts: PageParts, call: PageCall): Promise<Response> {
  const kind = kindOf(call);
  return show(call, { channel: null, kind, form: blankOf(kind) });
}

export function channelPage(parts: PageParts, call: PageCall): Promise<Response> {
  const channel = channelOf(parts, call);
  return show(call, { channel, form: formOf(channel) });
}

const listOf = (text = ""): string[] => text.split(/[\s,;]+/).filter((part) => part !== "");
const usualPorts = { tls: 465, starttls: 587, none: 25 } as const;

/** What was typed, as the entry that a script would send. An empty secret or password means: leave it as it is. */
function entryOf(kind: ChannelKind, values: FormValues): ChannelEntry & { name: string } {
  const shared = { name: values["name"] ?? "", enabled: values["enabled"] === "1", networks: listOf(values["networks"]) };
  const { secret = "", password = "" } = values;
  if (kind === "webhook") return { ...shared, webhook: { url: values["url"] ?? "", ...(secret !== "" && { secret }) } };
  const security = mailSecurities.find((word) => word === values["security"]) ?? "tls";
  const port = values["port"] ? Number(values["port"]) : usualPorts[security];
  const { host = "", from = "" } = values;
  return {
    ...shared,
    email: { host, port, security, username: values["username"] || null, from, to: listOf(values["to"]), ...(password !== "" && { password }) },
  };
}

/** `email/to/1` stands beside the field `to`. */
const fieldOf = (pointer: string): string =>
  pointer
    .split("/")
    .filter((part) => part !== "" && !/^\d+$/.test(part))
    .at(-1) ?? "";

async function ownForm(call: PageCall): Promise<FormValues> {
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  return values;
}

export async function addChannelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const kind = kindOf(call);
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => {
      const channel = parts.deps.control.transaction(() => addChannel(parts.deps, call.principal, entryOf(kind, values)));
      return redirect(`/channels/${channel.id}`);
    },
    (problem) => show(call, { channel: null, kind, form: refusedForm(values, problem, fieldOf), status: 422 }),
  );
}

export async function changeChannelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const before = channelOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      const change = { before, version: versionOf(values), entry: entryOf(before.target.kind, values) };
      parts.deps.control.transaction(() => changeChannel(parts.deps, call.principal, change));
      return redirect("/settings#channels");
    },
    (problem) => {
      const present = { row: before, formOf };
      const form = refusedEdit({ control: parts.deps.control, call, values }, problem, { present, rename: fieldOf });
      return show(call, { channel: before, form, status: refusedStatus(problem) });
    },
  );
}

export async function removeChannelForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await ownForm(call);
  parts.deps.control.transaction(() => removeChannel(parts.deps, call.principal, { id: call.id, version: versionOf(values) }));
  return redirect("/settings#channels");
}

/** Sends one message through the channel as it is saved and shows what became of it. */
export async function testChannelForm(parts: PageParts, call: PageCall): Promise<Response> {
  await ownForm(call);
  const channel = channelOf(parts, call);
  const test = (await parts.deps.testChannel?.(channel.id)) ?? { ok: false, text: "this hub sends nothing" };
  return show(call, { channel, form: formOf(channel), test });
}
