import { Type } from "@sinclair/typebox";
import { mailSecurities } from "../control/channels.ts";
import { emailRule, hostRule } from "../control/rules.ts";
import { idOf, model, oneOf, orNull, ruled, text, time } from "./schema-parts.ts";

const networks = {
  networks: Type.Array(Type.String(), { description: "Own networks (CIDR) that it may reach; private and local addresses are refused beside these" }),
};
export const email = () => ruled(Type.String({ minLength: 3, maxLength: 254 }), emailRule);
export const mailFields = {
  host: ruled(text(253), hostRule),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  security: oneOf(mailSecurities),
  username: orNull(text(320)),
  from: email(),
  to: Type.Array(email(), { minItems: 1, maxItems: 20 }),
};

export const channelModel = model(
  "Channel",
  {
    id: idOf("chn"),
    name: text(100),
    enabled: Type.Boolean(),
    kind: oneOf(["webhook", "email"]),
    webhook: orNull(Type.Object({ url: Type.String() })),
    email: orNull(Type.Object(mailFields)),
    ...networks,
    waiting: Type.Integer({ description: "Messages on their way, of the last 100" }),
    last_fault: orNull(Type.String({ description: "Why the newest message was not taken; null when it was" })),
    version: Type.Integer({ minimum: 1, description: "The number in the ETag" }),
    created_at: time(),
    updated_at: time(),
  },
  "The secret and the password are never shown.",
);

export const deliveryModel = model("Delivery", {
  id: idOf("dlv"),
  type: Type.String(),
  subject: Type.String(),
  state: oneOf(["waiting", "delivered", "failed"]),
  attempts: Type.Integer(),
  created_at: time(),
  at: time("When it is tried next; when it was delivered or given up"),
  fault: orNull(Type.String()),
});

export const channelTestModel = model("ChannelTest", { ok: Type.Boolean(), text: Type.String() });

const tail = "01kake8m3k5w9v2t7d4q6r1xyz";
export const channelExample = {
  id: `chn_${tail}`,
  name: "on-call",
  enabled: true,
  kind: "webhook",
  webhook: { url: "https://alarms.example.org/hub" },
  email: null,
  networks: [],
  waiting: 0,
  last_fault: null,
  version: 1,
  created_at: "2026-11-22T08:00:00.000Z",
  updated_at: "2026-11-22T08:00:00.000Z",
};
export const deliveryExample = {
  id: `dlv_${tail}`,
  type: "alarm.started",
  subject: "fleet main: 412 of 1,000 rigs are down (41.2 %; alarm at 30 %)",
  state: "delivered",
  attempts: 1,
  created_at: "2026-11-22T02:13:30.000Z",
  at: "2026-11-22T02:13:31.120Z",
  fault: null,
};
export const channelTestExample = { ok: true, text: "the message was taken" };
