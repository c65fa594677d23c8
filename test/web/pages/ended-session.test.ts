import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { formsOf } from "./page-forms.ts";
import { type Person, signInAs } from "./person.ts";

const email = "owner@nordlys.example";
const password = "a long enough sentence";
let farm: Farm;
let owner: Person;

beforeAll(async () => {
  farm = await openFarm();
  owner = await signInAs(farm, "owner");
  fill(farm, 3);
});
afterAll(() => farm.stop());

/** What a browser sends whose session has ended. */
const send = (path: string, fields: Record<string, string> | [string, string][], headers: Record<string, string> = {}) =>
  fetch(`${farm.url}${path}`, {
    method: "POST",
    headers: { accept: "text/html", referer: `${farm.url}/rigs?q=$$x`, ...headers },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
/** The same of a page that the owner had opened. */
const sendHis = (path: string, fields: Record<string, string> | [string, string][]) =>
  send(path, [["_csrf", owner.csrf], ...(Array.isArray(fields) ? fields : Object.entries(fields))]);
const formAt = (html: string, action: string) => formsOf(html).find((form) => form.action === action)?.fields ?? {};
const keptOf = async (answer: Response) => formAt(await answer.text(), "/login")["kept"] ?? "";
const signIn = (kept: string) => send("/login", { email, password, next: "/", kept });
const cookieOf = (answer: Response) => answer.headers.get("set-cookie")?.split(";")[0] ?? "";

const openedAt = async (person: Person, place: string) => formAt(await (await person.get(place)).text(), place);
const poolPlace = () => `/pools/${farm.deps.control.pools.all()[0]?.id}`;
const poolPassword = () => farm.deps.control.pools.all()[0]?.password.reveal();
/** The form at `place` as it comes back after the login, and the cookie of the new session. */
const cameBack = async (place: string, answer: Response) => ({ form: formAt(await answer.text(), place), cookie: cookieOf(answer) });
const isKept = "What you typed is kept: leave it empty to use that.";

describe("a form whose session has ended", () => {
  test("asks for the login, and comes back filled with one button left; nothing was saved before that", async () => {
    const { customers } = farm.deps.control;
    const before = customers.all().length;
    const typed = { name: "Elv & <b>Sønn</b>", external_ref: "whmcs-9", email: "elv@elv.example", timezone: "Europe/Oslo" };
    const first = await send("/customers", { ...typed, _csrf: owner.csrf });
    expect([first.status, first.headers.get("location")]).toEqual([401, null]);
    const text = await first.text();
    expect([text.includes("What you typed is kept"), text.includes("Elv &amp;")]).toEqual([true, false]);
    const kept = formAt(text, "/login")["kept"] ?? "";
    const wrong = await send("/login", { email, password: "wrong wrong wrong", next: "/", kept });
    expect([wrong.status, await keptOf(wrong)]).toEqual([422, kept]);
    const answer = await signIn(kept);
    const html = await answer.text();
    expect([answer.status, customers.all().length]).toEqual([200, before]);
    expect(html).toMatch(/<link rel="canonical" href="\/rigs\?q=\$\$x"><\/head>/);
    expect(html).toContain("nothing was saved yet");
    const form = formAt(html, "/customers");
    expect(form).toMatchObject(typed);
    const saved = await send("/customers", form, { cookie: cookieOf(answer) });
    expect([saved.status, customers.all().at(-1)]).toMatchObject([303, { name: typed.name, externalRef: "whmcs-9" }]);
  });

  test("of something that is there stays of the version that was seen, and its password goes along unread", async () => {
    const { pools } = farm.deps.control;
    const [pool] = pools.all();
    const place = `/pools/${pool?.id}`;
    const opened = formAt(await (await owner.get(place)).text(), place);
    const first = await send(place, { ...opened, name: "renamed", password: "correct horse" });
    const answer = await signIn(await keptOf(first));
    const html = await answer.text();
    expect([html.includes("correct horse"), html.includes("What you typed is kept: leave it empty to use that.")]).toEqual([false, true]);
    const form = formAt(html, place);
    expect([form["version"], form["password"]]).toEqual([opened["version"] ?? "", ""]);
    expect((await send(place, form, { cookie: cookieOf(answer) })).status).toBe(303);
    expect([pools.byId(pool?.id ?? "")?.name, pools.byId(pool?.id ?? "")?.password.reveal()]).toEqual(["renamed", "correct horse"]);
  });

  test("that only noted an order goes on to it; one without anything typed leads back to its page", async () => {
    const ids = farm.deps.control.rigs.all().map(({ id }): [string, string] => ["id", id]);
    const order = await signIn(await keptOf(await sendHis("/rigs/bulk", [["op", "drain"], ...ids])));
    expect([order.status, order.headers.get("location")?.startsWith("/batches/")]).toEqual([303, true]);
    const batch = farm.deps.control.batches.byId(order.headers.get("location")?.split("/").at(-1) ?? "");
    expect(batch).toMatchObject({ state: "ready", total: ids.length });
    const back = await signIn(await keptOf(await sendHis(`/fleets/${farm.deps.control.fleets.all()[0]?.id}/release`, {})));
    expect([back.status, back.headers.get("location"), cookieOf(back) !== ""]).toEqual([303, "/rigs?q=$$x", true]);
  });

  test("is taken only as far as the role of who sent it goes, and what is none of ours is left", async () => {
    const { csrf } = await signInAs(farm, "viewer");
    const kept = await keptOf(await send("/customers", { name: "X", _csrf: csrf }));
    const answer = await send("/login", { email: "viewer@nordlys.example", password, next: "/", kept });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/rigs?q=$$x"]);
    const forged = await send("/login", { email, password, next: "/rigs", kept: "bm90IG91cnMgYXQgYWxsLCBub3QgYXQgYWxs" });
    expect([forged.status, forged.headers.get("location")]).toEqual([303, "/rigs"]);
    const foreign = await send("/customers", { name: "X" }, { origin: "https://evil.example" });
    expect([foreign.status, await keptOf(foreign)]).toEqual([403, ""]);
  });

  test("is shown to nobody else who signs in on that page", async () => {
    await signInAs(farm, "technician");
    const other = { email: "technician@nordlys.example", password, next: "/" };
    const ids = farm.deps.control.rigs.all().map(({ id }): [string, string] => ["id", id]);
    const foreign = [await sendHis("/channels?kind=webhook", { name: "his alarms" }), await sendHis("/rigs/bulk", [["op", "drain"], ...ids])];
    for (const first of [...foreign, await send("/customers", { name: "his alarms" }), await send("/customers", { name: "his alarms", _csrf: "his.alarms" })]) {
      const answer = await send("/login", { ...other, kept: await keptOf(first) });
      const html = await answer.text();
      expect([answer.status, cookieOf(answer) !== "", html.includes("his alarms")]).toEqual([403, true, false]);
      expect(html).toContain("is not known to be yours, so it is not shown to you; nothing of it was saved. You are signed in.");
    }
  });

  test("stays on its page where a script sent it and it is too large to be kept", async () => {
    const upload = async (length: number) => {
      const body = new FormData();
      body.set("text", `name\n${"x".repeat(length)}`);
      const answer = await fetch(`${farm.url}/imports`, { method: "POST", body, headers: { "hx-request": "true" } });
      return [answer.status, answer.headers.get("hx-retarget"), (await answer.text()).includes("what you typed is still here")];
    };
    // At 401 the script sends it once more, as a browser does.
    expect(await upload(100)).toEqual([401, "#toasts", true]);
    expect(await upload(70_000)).toEqual([413, "#toasts", true]);
  });
});

describe("a secret that went through a login", () => {
  test("gives way to the one that is typed after it, through any further slip", async () => {
    const place = poolPlace();
    const opened = await openedAt(owner, place);
    const { form, cookie } = await cameBack(place, await signIn(await keptOf(await send(place, { ...opened, password: "the first one" }))));
    const slip = await send(place, { ...form, password: "the second one", url: "nonsense" }, { cookie });
    const html = await slip.text();
    expect([slip.status, html.includes(isKept), html.includes("the second one")]).toEqual([422, true, false]);
    expect((await send(place, { ...formAt(html, place), url: opened["url"] ?? "" }, { cookie })).status).toBe(303);
    expect(poolPassword()).toBe("the second one");
  });

  test("goes through another one of the same person", async () => {
    const place = poolPlace();
    const { form } = await cameBack(place, await signIn(await keptOf(await send(place, { ...(await openedAt(owner, place)), password: "typed once" }))));
    const again = await cameBack(place, await signIn(await keptOf(await send(place, form))));
    expect((await send(place, again.form, { cookie: again.cookie })).status).toBe(303);
    expect(poolPassword()).toBe("typed once");
  });

  test("opens for no other form, session or person: what lacks it is shown once more, and nothing is saved", async () => {
    const place = poolPlace();
    const { form, cookie } = await cameBack(place, await signIn(await keptOf(await send(place, { ...(await openedAt(owner, place)), password: "of Kari" }))));
    const own = { name: "mine", url: "stratum+tcp://evil.example:3333", username: "b", algorithm: "sha256d", mode: "shared", _sealed: form["_sealed"] ?? "" };
    const elsewhere = await send("/pools", { ...own, _csrf: form["_csrf"] ?? "" }, { cookie });
    expect([elsewhere.status, (await elsewhere.text()).includes("nothing was saved yet")]).toEqual([422, true]);
    const oper = await signInAs(farm, "operator");
    const his = await openedAt(oper, place);
    expect((await oper.post(place, { ...his, _sealed: form["_sealed"] ?? "" })).status).toBe(422);
    const kept = await keptOf(await send(place, form));
    const stolen = await send("/login", { email: "operator@nordlys.example", password, next: "/", kept });
    const { form: came, cookie: hisCookie } = await cameBack(place, stolen);
    expect([stolen.status, came, hisCookie !== ""]).toEqual([403, {}, true]);
    expect([farm.deps.control.pools.all().some(({ host }) => host === "evil.example"), poolPassword()]).toEqual([false, "typed once"]);
  });

  test("is gone after half an hour, and the form says that it is wanted again", async () => {
    const place = poolPlace();
    const kept = await keptOf(await send(place, { ...(await openedAt(owner, place)), name: "late", password: "of long ago" }));
    farm.clock.aheadMs += 30 * 60_000;
    const html = await (await signIn(kept)).text();
    farm.clock.aheadMs -= 30 * 60_000;
    expect(formAt(html, place)).toMatchObject({ name: "late", password: "", _sealed: "" });
    expect([html.includes("of long ago"), html.includes(isKept), html.includes("type it again")]).toEqual([false, false, true]);
  });

  test("of a webhook comes back unread, and is saved all the same", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const place = "/channels?kind=webhook";
    const sent = { _csrf: owner.csrf, name: "alarms", url: "https://alarms.example/hub", secret, networks: "", enabled: "1" };
    const answer = await signIn(await keptOf(await send(place, sent)));
    const html = await answer.text();
    expect([answer.status, html.includes(secret), html.includes(isKept)]).toEqual([200, false, true]);
    const slip = await send(place, { ...formAt(html, place), name: "" }, { cookie: cookieOf(answer) });
    const again = await slip.text();
    expect([slip.status, again.includes(secret)]).toEqual([422, false]);
    expect((await send(place, { ...formAt(again, place), name: "alarms" }, { cookie: cookieOf(answer) })).status).toBe(303);
    expect(farm.deps.control.channels.all().at(-1)?.secret.reveal()).toBe(secret);
  });

  test("is no kept form, and a kept form is no secret", async () => {
    const kept = await keptOf(await send("/customers", { name: "X" }));
    expect((await send("/login", { email, password: "wrong wrong wrong", _sealed: kept })).status).toBe(422);
    const oper = await signInAs(farm, "operator");
    expect((await oper.post("/customers", { name: "X", _csrf: oper.csrf, _sealed: kept })).status).toBe(422);
  });
});

test("a pool's address asks for a fresh login, and the form comes back filled after it", async () => {
  const [pool] = farm.deps.control.pools.all();
  const place = `/pools/${pool?.id}`;
  const person = await signInAs(farm, "operator");
  farm.clock.aheadMs += 6 * 60_000;
  const opened = formAt(await (await person.get(place)).text(), place);
  const late = await person.post(place, { ...opened, url: "stratum+tcp://new.example:3333", password: "s3cret word" });
  const kept = formAt(await late.text(), "/login/again")["kept"] ?? "";
  expect([late.status, kept === ""]).toEqual([422, false]);
  const login = await person.post("/login/again", { kept });
  const answer = await person.post("/login", { email: "operator@nordlys.example", password, next: "/", kept: await keptOf(login) });
  const form = formAt(await answer.text(), place);
  expect(form["url"]).toBe("stratum+tcp://new.example:3333");
  expect((await send(place, form, { cookie: cookieOf(answer) })).status).toBe(303);
  expect(farm.deps.control.pools.byId(pool?.id ?? "")).toMatchObject({ host: "new.example" });
  expect(farm.deps.control.pools.byId(pool?.id ?? "")?.password.reveal()).toBe("s3cret word");
});
