import { afterAll, beforeAll, expect, test } from "bun:test";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { type Farm, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

const email = "owner@nordlys.example";
const password = "a long enough sentence";
let farm: Farm;
let owner: Person;
let totp: TOTP;
let recovery: string[] = [];

beforeAll(async () => {
  farm = await openFarm();
  owner = await signInAs(farm, "owner");
});
afterAll(() => farm.stop());

const send = (path: string, fields: Record<string, string>) =>
  fetch(`${farm.url}${path}`, { method: "POST", headers: { accept: "text/html" }, body: new URLSearchParams(fields), redirect: "manual" });
const stepAfterPassword = async () => /name="step" value="([^"]+)"/.exec(await (await send("/login", { email, password, next: "/rigs" })).text())?.[1] ?? "";

test("it is set up with the password, a picture, and a first code; the recovery codes are shown once", async () => {
  expect((await owner.post("/account/second-step", { _csrf: owner.csrf, password: "wrong wrong wrong" })).status).toBe(422);
  expect((await owner.post("/account/second-step", { _csrf: owner.csrf, password })).status).toBe(303);
  const page = await (await owner.get("/account")).text();
  expect(page).toContain("<svg");
  totp = new TOTP({ secret: OtpSecret.fromBase32(/<code>([A-Z2-7]{32})<\/code>/.exec(page)?.[1] ?? "") });
  expect((await owner.post("/account/second-step/confirm", { _csrf: owner.csrf, code: "12" })).status).toBe(422);
  const done = await (await owner.post("/account/second-step/confirm", { _csrf: owner.csrf, code: totp.generate() })).text();
  recovery = [...done.matchAll(/<code>([0-9a-z]{5}-[0-9a-z]{5})<\/code>/g)].map((match) => match[1] ?? "");
  expect(recovery).toHaveLength(10);
  expect(await (await owner.get("/account")).text()).not.toContain(recovery[0] ?? "none");
});

test("the password alone opens nothing; password and code do", async () => {
  const first = await send("/login", { email, password, next: "/rigs" });
  expect([first.status, first.headers.get("set-cookie")]).toEqual([200, null]);
  const step = await stepAfterPassword();
  expect((await send("/login/code", { step: `${step}x`, code: recovery[0] ?? "", next: "/rigs" })).status).toBe(422);
  const wrong = await send("/login/code", { step, code: "abcde-00000", next: "/rigs" });
  expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([422, null]);
  const right = await send("/login/code", { step, code: recovery[0] ?? "", next: "/rigs" });
  expect([right.status, right.headers.get("location"), right.headers.get("set-cookie") !== null]).toEqual([303, "/rigs", true]);
});

test("five wrong codes shut the second step, and a right password does not open it", async () => {
  const step = await stepAfterPassword();
  const answers: number[] = [];
  for (let at = 0; at < 5; at += 1) answers.push((await send("/login/code", { step, code: "abcde-00000", next: "/" })).status);
  expect(answers).toEqual([422, 422, 422, 422, 422]);
  expect((await send("/login/code", { step, code: recovery[1] ?? "", next: "/" })).status).toBe(429);
  const again = await stepAfterPassword();
  expect((await send("/login/code", { step: again, code: recovery[1] ?? "", next: "/" })).status).toBe(429);
  farm.clock.aheadMs += 16 * 60_000;
  expect((await send("/login/code", { step, code: recovery[1] ?? "", next: "/" })).status).toBe(422);
});

test("where the farm asks owners for it, one without it gets no further than his account", async () => {
  await owner.post("/people/second-step", { _csrf: owner.csrf, needed: "yes" });
  expect((await owner.get("/pools")).status).toBe(200);
  expect((await owner.post("/account/second-step/off", { _csrf: owner.csrf, password })).status).toBe(303);
  const refused = await owner.get("/pools");
  expect([refused.status, refused.headers.get("location")]).toEqual([303, "/account"]);
  expect((await owner.get("/live/pools")).status).toBe(403);
  expect((await owner.post("/pools", { _csrf: owner.csrf })).headers.get("location")).toBe("/account");
  expect(await (await owner.get("/account")).text()).toContain("asks owners for a second step");
});
