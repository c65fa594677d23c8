import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

const send = (path: string, fields: Record<string, string>) => owner.post(path, { _csrf: owner.csrf, ...fields });
const html = async (path: string) => (await owner.get(path)).text();
const errorsOf = async (answer: Response) => [...(await answer.text()).matchAll(/id="([a-z_]+)-error"/g)].map((match) => match[1]);
const channels = () => farm.deps.control.channels.all();

test("a webhook is added with the secret that the form made, and never shows it again", async () => {
  const secret = /name="secret"[^>]*value="(whsec_[^"]+)"/.exec(await html("/channels/new?kind=webhook"))?.[1] ?? "";
  const fields = { name: "on call", url: "https://alarms.example.org/hub", secret, enabled: "1" };
  expect(await errorsOf(await send("/channels?kind=webhook", { ...fields, url: "ftp://x", networks: "nowhere" }))).toEqual(["url", "networks"]);
  const made = await send("/channels?kind=webhook", fields);
  const path = made.headers.get("location") ?? "";
  expect([made.status, channels()[0]?.secret.reveal()]).toEqual([303, secret]);
  expect(await html(path)).not.toContain(secret);
  expect((await send(path, { name: "on call", url: fields.url, version: "1" })).status).toBe(303);
  expect(channels()[0]).toMatchObject({ enabled: false, target: { kind: "webhook", url: fields.url } });
  expect(channels()[0]?.secret.reveal()).toBe(secret);
  expect(await html("/settings")).toContain(`href="${path}"`);
});

test("mail goes to several, by the usual port; a password is asked again for another server, and never sent back", async () => {
  const fields = { name: "mail", to: "a@example.org, b@example.org", from: "hub@example.org", host: "smtp.example.org", security: "starttls", username: "hub" };
  expect(await errorsOf(await send("/channels?kind=email", { ...fields, to: "a@example.org b", password: "hunter2" }))).toEqual(["to"]);
  const path = (await send("/channels?kind=email", { ...fields, password: "hunter2", enabled: "1" })).headers.get("location") ?? "";
  expect(channels().at(-1)?.target).toMatchObject({ port: 587, to: ["a@example.org", "b@example.org"] });
  expect(await html(path)).not.toContain("hunter2");
  expect(await errorsOf(await send(path, { ...fields, host: "smtp.other.example" }))).toEqual(["password"]);
});

test("a test message says what became of it; a channel that is deleted is gone", async () => {
  const [channel] = channels();
  const path = `/channels/${channel?.id}`;
  expect(await (await send(`${path}/test`, {})).text()).toMatch(/<b>Taken\. ?<\/b><span>on call heard it/);
  expect((await send(`${path}/delete`, { version: String(channel?.version) })).headers.get("location")).toBe("/settings#channels");
  expect((await owner.get(path)).status).toBe(404);
});

test("channels are set by owners", async () => {
  const operator = await signInAs(farm, "operator");
  expect((await operator.get("/channels/new")).status).toBe(403);
  expect(await (await operator.get("/settings")).text()).not.toContain("/channels/new");
});
