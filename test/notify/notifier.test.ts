import { afterEach, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { type Control, openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import type { AlarmFacts } from "../../src/notify/alarm-facts.ts";
import { Notifier } from "../../src/notify/notifier.ts";
import { inFolder, must, startMs } from "../control/test-control.ts";
import { selfSigned } from "../support/certificate.ts";
import { fakeMailServer, fakeReceiver, type Posted } from "./fake-ends.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const networks = ["127.0.0.0/8"];
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function receiver() {
  const end = fakeReceiver();
  ends.push(end.stop);
  return end;
}

function world(path = ":memory:") {
  const clock = { nowMs: startMs };
  const now = () => clock.nowMs;
  const control = openControl(path, { now, log: silentLog });
  const notifier = (resolve?: (host: string) => Promise<string[]>) =>
    new Notifier({ control, log: silentLog, now, random: () => 0.5, answerMsMax: 200, ...(resolve !== undefined && { resolve }) });
  return { clock, control, notifier };
}

const addWebhook = (control: Control, port: number, more: object = {}) =>
  must(control.channels.create({ name: `hook ${port}`, target: { kind: "webhook", url: `http://127.0.0.1:${port}/alarms?x=1` }, networks, secret, ...more }));

const farm = (nowMs: number, down: number): AlarmFacts => ({
  nowMs,
  fleets: [{ no: 1, id: "flt_1", name: "main", alarmThresholdBp: 3_000, rigs: 1_000, down, houseProfileId: null }],
  contracts: [],
  routes: [],
  hub: [],
});

const typesOf = (posted: readonly Posted[]) => posted.map((one) => JSON.parse(one.body).type);

/** Looks at the farm every ten seconds for so many minutes. */
function watch(notifier: Notifier, clock: { nowMs: number }, { minutes, down }: { minutes: number; down: number }): void {
  for (let tick = 0; tick < minutes * 6; tick++) {
    clock.nowMs += 10_000;
    notifier.observe(farm(clock.nowMs, down));
  }
}

test("a storm of 1,000 rigs is one signed post when it begins and one when it is over, and two events", async () => {
  const { clock, control, notifier } = world();
  const hook = receiver();
  const off = receiver();
  addWebhook(control, hook.port);
  addWebhook(control, off.port, { enabled: false });
  const one = notifier();
  watch(one, clock, { minutes: 10, down: 1_000 });
  await one.deliver();
  watch(one, clock, { minutes: 10, down: 0 });
  await one.deliver();
  await one.deliver();
  expect(typesOf(hook.posted)).toEqual(["alarm.started", "alarm.over"]);
  expect(off.posted).toEqual([]);
  const [first] = hook.posted;
  const { headers = {}, body = "", path } = first ?? {};
  expect([path, headers["content-type"]]).toEqual(["/alarms", "application/json"]);
  expect(JSON.parse(body)).toMatchObject({ timestamp: expect.any(String), data: { subject: expect.stringContaining("1,000 of 1,000 rigs"), group: "main" } });
  const signed = createHmac("sha256", Buffer.alloc(32, 7)).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${signed}`);
  expect(control.events.latest(9).map(({ type }) => type)).toEqual(["alarm.over", "alarm.started"]);
});

test("in the first two minutes of a run nothing is looked at", () => {
  const { clock, control, notifier } = world();
  const one = notifier();
  watch(one, clock, { minutes: 1.9, down: 1_000 });
  expect(control.events.latest(9)).toEqual([]);
});

test("an alarm and its messages outlive the process: told once, and its end too", async () => {
  await inFolder(async (folder) => {
    const hook = receiver();
    const path = join(folder, "control.db");
    const before = world(path);
    addWebhook(before.control, hook.port);
    watch(before.notifier(), before.clock, { minutes: 10, down: 1_000 });
    before.control.close();
    const after = world(path);
    after.clock.nowMs = before.clock.nowMs + 60_000;
    const two = after.notifier();
    await two.deliver();
    watch(two, after.clock, { minutes: 10, down: 1_000 });
    watch(two, after.clock, { minutes: 10, down: 0 });
    await two.deliver();
    expect(typesOf(hook.posted)).toEqual(["alarm.started", "alarm.over"]);
    after.control.close();
  });
});

test("what fails comes again with the same id, later each time, and is given up after the tenth retry, or at once at 410", async () => {
  const { clock, control, notifier } = world();
  const hook = receiver();
  const channel = addWebhook(control, hook.port);
  const one = notifier();
  control.deliveries.add([channel.no], { type: "x.y", atMs: clock.nowMs, subject: "s", text: "t", data: {} });
  const waits: number[] = [];
  for (let attempt = 0; attempt < 11; attempt++) {
    hook.answers.push(() => new Response("", { status: 500 }));
    await one.deliver();
    const nextMs = control.deliveries.nextAtMs();
    if (nextMs === null) break;
    waits.push((nextMs - clock.nowMs) / 1_000);
    await one.deliver();
    clock.nowMs = nextMs;
  }
  expect(waits).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800]);
  expect(hook.posted).toHaveLength(11);
  expect(new Set(hook.posted.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(control.deliveries.ofChannel(channel.no, 9)).toMatchObject([{ state: "failed", attempts: 11, fault: "the address answered 500" }]);
  control.events.flush();
  expect(control.events.latest(1)).toMatchObject([{ type: "channel.gave-up", subjectId: channel.id }]);
  control.deliveries.add([channel.no], { type: "x.y", atMs: clock.nowMs, subject: "s", text: "t", data: {} });
  hook.answers.push(() => new Response("", { status: 410 }));
  await one.deliver();
  expect(control.deliveries.waiting()).toBe(0);
});

test("a redirect is a failure and is not followed", async () => {
  const { control, notifier } = world();
  const [hook, other] = [receiver(), receiver()];
  const channel = addWebhook(control, hook.port);
  hook.answers.push(() => Response.redirect(`http://127.0.0.1:${other.port}/`, 302));
  expect(await notifier().test(channel.id)).toEqual({ ok: false, text: "the address answered 302" });
  expect(other.posted).toEqual([]);
});

test("the own network is reached only by a channel that names it, whatever a name resolves to", async () => {
  const { control, notifier } = world();
  const hook = receiver();
  const literal = addWebhook(control, hook.port, { networks: [], name: "literal" });
  const named = { kind: "webhook", url: `http://metadata.example:${hook.port}/` } as const;
  const byName = must(control.channels.create({ name: "named", target: named, secret }));
  const toLoopback = () => Promise.resolve(["127.0.0.1"]);
  for (const { id } of [literal, byName])
    expect(await notifier(toLoopback).test(id)).toMatchObject({ ok: false, text: expect.stringContaining("not a public address") });
  expect(hook.posted).toEqual([]);
  must(control.channels.update(byName.id, { networks }, null));
  expect(await notifier(toLoopback).test(byName.id)).toEqual({ ok: true, text: "the message was taken" });
  expect(hook.posted[0]?.headers["host"]).toBe(`metadata.example:${hook.port}`);
  expect(await notifier().test("chn_nobody")).toBeNull();
});

test("mail goes to all recipients with subject and id; a refusal is tried again; a server without TLS gets nothing where TLS is asked for", async () => {
  const { clock, control, notifier } = world();
  const server = await fakeMailServer();
  ends.push(server.stop);
  const target = {
    kind: "email",
    host: "127.0.0.1",
    port: server.port,
    security: "none",
    username: null,
    from: "hub@farm.example",
    to: ["a@x.example", "b@x.example"],
  } as const;
  const channel = must(control.channels.create({ name: "mail", target: { ...target, to: [...target.to] }, networks }));
  must(control.settings.set("farmName", "Linz"));
  const one = notifier();
  server.state.isRefusing = true;
  control.deliveries.add([channel.no], {
    type: "alarm.started",
    atMs: clock.nowMs,
    subject: "300 rigs are down\r\nBcc: evil@x.example",
    text: "line one\n.\nline three",
    data: {},
  });
  await one.deliver();
  expect([server.mails.length, control.deliveries.ofChannel(channel.no, 1)[0]?.fault]).toEqual([0, expect.stringContaining("451")]);
  server.state.isRefusing = false;
  clock.nowMs += 5_000;
  await one.deliver();
  const [mail] = server.mails;
  expect(mail?.to.map((line) => line.slice(8))).toEqual(["<a@x.example>", "<b@x.example>"]);
  expect(mail?.data).toContain("Subject: [Linz] 300 rigs are down");
  expect(mail?.data.split("\n\n")[0]).not.toMatch(/^Bcc:/m);
  expect(mail?.data).toContain(`Message-ID: <${control.deliveries.ofChannel(channel.no, 1)[0]?.id}@stratum-hub>`);
  expect(mail?.data).toContain("line three");
  must(control.channels.update(channel.id, { target: { ...target, to: [...target.to], security: "starttls" } }, null));
  expect(await one.test(channel.id)).toMatchObject({ ok: false });
  expect(server.mails).toHaveLength(1);
});

test("a receiver that answers nothing is left after a time, and does not hold up another channel", async () => {
  const { clock, control, notifier } = world();
  const [silent, good] = [receiver(), receiver()];
  const channels = [addWebhook(control, silent.port), addWebhook(control, good.port)];
  let release = () => {};
  silent.answers.push(() => new Promise((resolve) => (release = () => resolve(new Response("late")))));
  control.deliveries.add(
    channels.map(({ no }) => no),
    { type: "x.y", atMs: clock.nowMs, subject: "s", text: "t", data: {} },
  );
  await notifier().deliver();
  release();
  expect(control.deliveries.ofChannel(channels[0]?.no ?? 0, 1)).toMatchObject([{ state: "waiting", fault: "no answer within 0.2 s" }]);
  expect(control.deliveries.ofChannel(channels[1]?.no ?? 0, 1)).toMatchObject([{ state: "delivered" }]);
});

test("over TLS the certificate must be good for the name", async () => {
  const { control, notifier } = world();
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", tls: selfSigned(), fetch: () => new Response("taken") });
  ends.push(() => server.stop(true));
  const target = { kind: "webhook", url: `https://127.0.0.1:${server.port}/` } as const;
  const channel = must(control.channels.create({ name: "tls", target, networks, secret }));
  expect(await notifier().test(channel.id)).toMatchObject({ ok: false, text: expect.stringMatching(/self.signed|certificate/i) });
});
