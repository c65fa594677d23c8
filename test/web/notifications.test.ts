import { expect, test } from "bun:test";
import { channelModel, deliveryModel } from "../../src/web/channel-models.ts";
import { expectFits } from "./fits.ts";
import { testWeb } from "./test-web.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const hook = { name: "on-call", webhook: { url: "https://hook.example/x", secret } };
const mail = {
  host: "mail.example",
  port: 587,
  security: "starttls",
  username: "hub",
  password: "hunter2hunter2",
  from: "hub@farm.example",
  to: ["a@x.example"],
};
const base = "/notifications/channels";

test("a webhook is added, changed, and removed; its secret is never shown, nor written down in events", async () => {
  const web = testWeb();
  const made = await web.post(base, hook);
  expect([made.status, made.headers.get("location")]).toEqual([201, `/api/v1${base}/${made.json["id"]}`]);
  expectFits(channelModel, made.json);
  expect(made.json).toMatchObject({ kind: "webhook", enabled: true, webhook: { url: hook.webhook.url }, email: null, networks: [] });
  const path = `${base}/${made.json["id"]}`;
  const next = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
  expect((await web.patch(path, { enabled: false, webhook: { secret: next }, networks: ["10.0.0.0/8"] }, '"v1"')).json).toMatchObject({
    enabled: false,
    webhook: { url: hook.webhook.url },
    networks: ["10.0.0.0/8"],
    version: 2,
  });
  expect(web.control.channels.all()[0]?.secret.reveal()).toBe(next);
  expect((await web.patch(path, { email: mail }, '"v2"')).json["errors"][0]["pointer"]).toBe("/email");
  expect((await web.get(base)).json["data"]).toHaveLength(1);
  expect((await web.remove(path, '"v2"')).status).toBe(204);
  const told = web.control.events.latest(9);
  expect(told.map(({ type }) => type)).toEqual(["channel.removed", "channel.changed", "channel.added"]);
  expect(told[1]?.data["changed"]).toEqual(["enabled", "networks", "secret"]);
  const texts = [made.text, (await web.get("/events")).text, Bun.inspect(web.control.channels.all())].join();
  for (const word of [secret, next, secret.slice(6), next.slice(6)]) expect(texts).not.toContain(word);
});

test("mail: another server or user needs the password again, so that nobody leads it to a server of his own", async () => {
  const web = testWeb();
  const made = await web.post(base, { name: "mail", email: mail });
  expectFits(channelModel, made.json);
  expect(made.text).not.toContain("hunter2");
  const path = `${base}/${made.json["id"]}`;
  for (const stolen of [{ host: "evil.example" }, { port: 25 }, { username: "other" }, { security: "tls" }]) {
    const answer = await web.patch(path, { email: stolen }, "*");
    expect([answer.status, answer.json["errors"][0]["pointer"]]).toEqual([422, "/email/password"]);
  }
  expect((await web.patch(path, { email: { to: ["b@x.example", "c@x.example"] } }, "*")).json["email"]["to"]).toHaveLength(2);
  expect((await web.patch(path, { email: { host: "other.example", password: "new one" } }, "*")).json["email"]["host"]).toBe("other.example");
  expect(web.control.channels.all()[0]?.secret.reveal()).toBe("new one");
});

test.each([
  ["/webhook/url", { ...hook, webhook: { url: "ftp://x.example/", secret } }],
  ["/webhook/url", { ...hook, webhook: { url: "https://u:p@x.example/", secret } }],
  ["/webhook/secret", { ...hook, webhook: { ...hook.webhook, secret: "whsec_c2hvcnQ=" } }],
  ["/webhook/secret", { ...hook, webhook: { url: hook.webhook.url } }],
  ["", { name: "x" }],
  ["", { ...hook, email: mail }],
  ["/networks/0", { ...hook, networks: ["10.0.0.0/64"] }],
  ["/email/host", { name: "m", email: { ...mail, host: "no host" } }],
  ["/email/to/1", { name: "m", email: { ...mail, to: ["a@x.example", "b@x\r\nBcc: c"] } }],
  ["/email/username", { name: "m", email: { ...mail, security: "none" } }],
])("what breaks a rule is refused at %s", async (pointer, body) => {
  const web = testWeb();
  const answer = await web.post(base, body);
  expect([answer.status, answer.json["errors"][0]["pointer"]]).toEqual([422, pointer]);
  expect(answer.text).not.toContain(secret.slice(6));
  expect(web.control.channels.all()).toEqual([]);
});

test("a channel is tried, and shows what it was told", async () => {
  const web = testWeb();
  const { id } = (await web.post(base, hook)).json;
  const asked: string[] = [];
  expect((await web.post(`${base}/${id}/test`)).json).toEqual({ ok: false, text: "this hub sends nothing" });
  web.deps.testChannel = (channelId) => {
    asked.push(channelId);
    return Promise.resolve({ ok: false, text: "the address answered 500" });
  };
  expect((await web.post(`${base}/${id}/test`)).json).toEqual({ ok: false, text: "the address answered 500" });
  expect(asked).toEqual([id]);
  expect((await web.post(`${base}/chn_${"0".repeat(26)}/test`)).status).toBe(404);
  web.control.deliveries.add([1], { type: "alarm.started", atMs: web.clock.nowMs, subject: "s", text: "t", data: {} });
  web.control.deliveries.settle(1, { ok: false, fault: "the address answered 500", retryAtMs: web.clock.nowMs + 5_000 });
  const [delivery] = (await web.get(`${base}/${id}/deliveries`)).json["data"];
  expectFits(deliveryModel, delivery);
  expect(delivery).toMatchObject({ type: "alarm.started", state: "waiting", attempts: 1, fault: "the address answered 500" });
  expect((await web.get(`${base}/${id}`)).json).toMatchObject({ waiting: 1, last_fault: "the address answered 500" });
});
