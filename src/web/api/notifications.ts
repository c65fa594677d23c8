import { Type } from "@sinclair/typebox";
import type { Channel } from "../../control/channels.ts";
import { urlRule, webhookSecretRule } from "../../control/channels.ts";
import type { Delivery } from "../../control/deliveries.ts";
import { cidrRule } from "../../control/rules.ts";
import { addChannel, changeChannel, removeChannel, settingsOf } from "../actions/channels.ts";
import { channelExample, channelModel, channelTestExample, channelTestModel, deliveryExample, deliveryModel, mailFields } from "../channel-models.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { limitOf, listReply, pageByNo } from "../paging.ts";
import { rowJson } from "../present-rows.ts";
import { orNull, pageOf, pageQuery, ruled, text } from "../schema-parts.ts";
import { timeText } from "../times.ts";

const secret = () => ruled({ ...text(200), description: "`whsec_` and 24 to 64 random bytes in base64 (Standard Webhooks); never shown" }, webhookSecretRule);
const password = () => Type.Optional(orNull(Type.String({ maxLength: 512, description: "Of `username`; never shown" })));
const common = {
  enabled: Type.Optional(Type.Boolean()),
  networks: Type.Optional(Type.Array(ruled(text(50), cidrRule), { maxItems: 32, description: "Own networks (CIDR) that it may reach, such as 10.0.0.0/8" })),
};
const newMail = Type.Object({ ...mailFields, username: Type.Optional(mailFields.username), password: password() });
const newChannel = Type.Object({
  name: text(100),
  ...common,
  webhook: Type.Optional(Type.Object({ url: ruled(text(2_000), urlRule), secret: secret() }, { description: "Either this" })),
  email: Type.Optional({ ...newMail, description: "or this" }),
});
const channelPatch = Type.Object({
  name: Type.Optional(text(100)),
  ...common,
  webhook: Type.Optional(Type.Object({ url: Type.Optional(ruled(text(2_000), urlRule)), secret: Type.Optional(secret()) })),
  email: Type.Optional(Type.Object({ ...Type.Partial(Type.Object(mailFields)).properties, password: password() })),
});

const lookedAt = 100;

export function notificationEndpoints(parts: ApiParts): Endpoint[] {
  return [...channelReads(parts), ...channelChanges(parts), channelTest(parts)];
}

function present({ deps }: ApiParts, channel: Channel) {
  const deliveries = deps.control.deliveries.ofChannel(channel.no, lookedAt);
  const waiting = deliveries.filter(({ state }) => state === "waiting").length;
  return { ...settingsOf(channel), waiting, last_fault: deliveries[0]?.fault ?? null, ...rowJson(channel) };
}

function deliveryJson({ id, message, state, attempts, createdAtMs, atMs, fault }: Delivery) {
  return { id, type: message.type, subject: message.subject, state, attempts, created_at: timeText(createdAtMs), at: timeText(atMs), fault };
}

function channelReads(parts: ApiParts): Endpoint[] {
  const { channels, deliveries } = parts.deps.control;
  return [
    readEndpoint({
      path: "/notifications/channels",
      need: "webhooks:read",
      tag: "notifications",
      summary: "List channels",
      query: Type.Object(pageQuery),
      answers: [
        {
          status: 200,
          description: "Channels, oldest first",
          schema: pageOf("Channel", channelModel),
          example: { data: [channelExample], page: { next: null } },
        },
      ],
      handle: ({ query, request }) => {
        const { rows, next } = pageByNo(channels.all(), query);
        return listReply(
          request,
          rows.map((channel) => present(parts, channel)),
          next,
        );
      },
    }),
    readEndpoint({
      path: "/notifications/channels/{id}",
      need: "webhooks:read",
      tag: "notifications",
      summary: "Read a channel",
      answers: [{ status: 200, description: "The channel", schema: channelModel, example: channelExample }],
      handle: ({ id }) => {
        const channel = found(channels.byId(id), "channel");
        return { body: present(parts, channel), version: channel.version, isLive: true };
      },
    }),
    readEndpoint({
      path: "/notifications/channels/{id}/deliveries",
      need: "webhooks:read",
      tag: "notifications",
      summary: "What a channel was told",
      description: "The newest first, as many as `limit`. Those that are over are kept up to the last 200.",
      query: Type.Object({ limit: pageQuery.limit }),
      answers: [
        { status: 200, description: "Messages", schema: pageOf("Delivery", deliveryModel), example: { data: [deliveryExample], page: { next: null } } },
      ],
      handle: ({ id, query, request }) => {
        const channel = found(channels.byId(id), "channel");
        return listReply(request, deliveries.ofChannel(channel.no, limitOf(query)).map(deliveryJson), null);
      },
    }),
  ];
}

function channelChanges(parts: ApiParts): Endpoint[] {
  const { control } = parts.deps;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/notifications/channels",
      need: "webhooks:write",
      tag: "notifications",
      summary: "Add a channel",
      description:
        "A webhook (signed as in Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`) or a mail server. Alarms go to every enabled channel, each cause by itself: " +
        "`alarm.started` when it has lasted (the hub's own at once, pools and contracts 30 s, a fleet 60 s, a degraded contract 2 min), `alarm.over` when it has been calm for 60 s, " +
        "or up to 15 min where it keeps coming back, with the same `incident`. Contracts that are short because their fleet's rigs are down are named in the fleet's alarm; where more than " +
        "three alarms begin in 10 min, those that follow are told together. Each message at least once: a repeat has the same `webhook-id`. Redirects are not followed. " +
        "Addresses of one's own network must be named in `networks`.",
      body: newChannel,
      bodyExample: { name: "on-call", webhook: { url: "https://alarms.example.org/hub", secret: "whsec_bWFrZSB5b3VyIG93biBzZWNyZXQsIG5vdCB0aGlzIQ==" } },
      answers: [{ status: 201, description: "The channel", schema: channelModel, example: channelExample }],
      handle: ({ body, principal }) => {
        const channel = addChannel(parts.deps, principal, body);
        return { status: 201, body: present(parts, channel), version: channel.version, location: `/api/v1/notifications/channels/${channel.id}` };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/notifications/channels/{id}",
      need: "webhooks:write",
      tag: "notifications",
      summary: "Change a channel",
      description: "A webhook stays a webhook, mail stays mail. Another mail server or user needs the password again.",
      body: channelPatch,
      bodyExample: { enabled: false },
      answers: [{ status: 200, description: "The channel as it is now", schema: channelModel, example: channelExample }],
      handle: ({ id, body, principal, version }) => {
        const before = found(control.channels.byId(id), "channel");
        const after = changeChannel(parts.deps, principal, { before, version, entry: body });
        return { body: present(parts, after), version: after.version };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/notifications/channels/{id}",
      need: "webhooks:write",
      tag: "notifications",
      summary: "Remove a channel",
      description: "What is on its way through it is given up.",
      answers: [{ status: 204, description: "Removed" }],
      handle: ({ id, principal, version }) => {
        removeChannel(parts.deps, principal, { id, version });
        return {};
      },
    }),
  ];
}

function channelTest(parts: ApiParts): Endpoint {
  const { deps } = parts;
  return changeEndpoint(parts, {
    method: "POST",
    path: "/notifications/channels/{id}/test",
    need: "webhooks:write",
    tag: "notifications",
    summary: "Try a channel",
    description: "Sends one message through it at once, enabled or not, and answers what became of it.",
    answers: [{ status: 200, description: "Whether it was taken, else why not", schema: channelTestModel, example: channelTestExample }],
    handle: ({ id }) => {
      found(deps.control.channels.byId(id), "channel");
      const unknown = { ok: false, text: "the hub was stopped while it tried" };
      const complete = async () => ({ body: (await deps.testChannel?.(id)) ?? { ok: false, text: "this hub sends nothing" } });
      return { body: unknown, complete };
    },
  });
}
