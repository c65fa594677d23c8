import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { fillWithWildTexts } from "../../browser/hostile.ts";
import { pagesOf } from "../../support/page-paths.ts";
import { formsOf, type PageForm } from "./page-forms.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
/** Each form once, and the page that it is on. */
const forms = new Map<string, { path: string; form: PageForm }>();

beforeAll(async () => {
  farm = await openFarm();
  owner = await signInAs(farm, "owner");
  fill(farm, 3);
  const more = await fillWithWildTexts(farm);
  for (const path of [...pagesOf(farm.deps.control).paths, ...more]) {
    if (path.endsWith(".csv")) continue;
    for (const form of formsOf(await (await owner.get(path)).text())) if (!forms.has(form.action)) forms.set(form.action, { path, form });
  }
}, 30_000);
afterAll(() => farm.stop());

/** No field takes so much, nor a bell; and a page that repeated it unescaped would have new elements. */
const badFor = ({ typed }: PageForm): string => `"><b id=mine>\u0007${"x".repeat(Math.min(4_100, Math.floor(formChars / typed.length)))}`;
/** Of a whole form; beyond 64,000 bytes it would be refused unread. */
const formChars = 45_000;

test("there are forms to look at", () => {
  expect(forms.size).toBeGreaterThan(15);
});

test("a form with nonsense in every field is refused on its own page: beside the fields, with all that was typed but passwords", async () => {
  const faults: string[] = [];
  for (const { path, form } of forms.values()) {
    if (form.typed.length === 0) continue;
    const bad = badFor(form);
    const sent = { ...form.fields, ...Object.fromEntries(form.typed.map((name) => [name, bad])) };
    const before = farm.deps.control.audit.latest({}, 1);
    const answer = await owner.post(form.action, sent);
    const html = await answer.text();
    const fault = (text: string) => faults.push(`${path} → ${form.action} (${form.typed.join(", ")}): ${text}, ${answer.status}`);
    if (answer.status !== 422) fault("is not refused with 422");
    if (!/class="error"|aria-invalid="true"|role="alert"/.test(html)) fault("says nothing of what is wrong");
    if (html.includes('"><b id=mine>')) fault("repeats what was typed unescaped");
    const again = formsOf(html).find(({ action }) => action === form.action);
    const isSecret = (name: string) => /password|code/.test(name);
    const lost = form.typed.filter((name) => !isSecret(name) && again?.fields[name] !== bad);
    if (lost.length > 0) fault(`loses ${lost.join(", ")}`);
    const named = form.typed.filter((name) => html.includes(`id="${name}-error"`));
    if (form.typed.length > 1 && named.length === 0) fault("names no field");
    expect(farm.deps.control.audit.latest({}, 1)).toEqual(before);
  }
  expect(faults).toEqual([]);
});

test("a summary of what is wrong calls each field as its label does", async () => {
  const faults: string[] = [];
  let named = 0;
  for (const { path, form } of forms.values()) {
    if (form.typed.length === 0) continue;
    const bad = badFor(form);
    const html = await (await owner.post(form.action, { ...form.fields, ...Object.fromEntries(form.typed.map((name) => [name, bad])) })).text();
    for (const [, field, words] of html.matchAll(/<li><a href="#(\w+)">(.*?)<\/a>/gs)) {
      const label = new RegExp(`<label for="${field}">([^<]*)|<fieldset id="${field}"><legend>([^<]*)`).exec(html);
      named += 1;
      if ((label?.[1] ?? label?.[2]) !== words) faults.push(`${path} → ${form.action}: ${field} is ${words}, and beside it ${label?.[0]}`);
    }
    if (html.includes("data-label")) faults.push(`${path} → ${form.action}: leaves a mark`);
  }
  expect([faults, named > 20]).toEqual([[], true]);
});

/** What a page says is wrong, field by field. */
const errorsOf = (html: string): string[] => [...html.matchAll(/id="([\w]+)-error"/g)].map(([, field = ""]) => field);

/** Whether the field is marked as wrong and says why, and the summary leads to it. */
function isMarked(html: string, name: string): boolean {
  const [tag = ""] = new RegExp(`<(?:input|textarea|select) id="${name}"(?:[^>"]|"[^"]*")*>`).exec(html) ?? [];
  const isDescribed = new RegExp(`aria-describedby="[^"]*\\b${name}-error\\b`).test(tag);
  return tag.includes('aria-invalid="true"') && isDescribed && html.includes(`<a href="#${name}"`);
}

async function untold({ path, form }: { path: string; form: PageForm }): Promise<string[]> {
  const bad = badFor(form);
  const sent = (names: readonly string[]) => owner.post(form.action, { ...form.fields, ...Object.fromEntries(names.map((name) => [name, bad])) });
  const html = await (await sent(form.typed)).text();
  const all = errorsOf(html);
  const faults = all.filter((name) => !isMarked(html, name)).map((name) => `${path} → ${form.action}: ${name} is not marked`);
  for (const name of form.typed) {
    const answer = await sent([name]);
    if (answer.status === 422 && errorsOf(await answer.text()).includes(name) && !all.includes(name))
      faults.push(`${path} → ${form.action}: ${name} is not told`);
  }
  return faults;
}

test("all that is wrong is told at once: a field that is refused alone is refused among others too, and the summary leads to it", async () => {
  const faults: string[] = [];
  for (const one of forms.values()) if (one.form.typed.length > 0) faults.push(...(await untold(one)));
  expect(faults).toEqual([]);
}, 20_000);

test("whoever lacks the role gets a page that says which one is needed", async () => {
  const viewer = await signInAs(farm, "viewer");
  const faults: string[] = [];
  for (const { path, form } of forms.values()) {
    // His own: how he signs in, and how he looks at lists.
    if (/^\/(account|logout|login|views)\b/.test(form.action)) continue;
    const answer = await viewer.post(form.action, { ...form.fields, _csrf: viewer.csrf });
    const html = await answer.text();
    if (answer.status !== 403 || !/owner|operator|technician/.test(html.replace(/<nav.*?<\/nav>/s, "")))
      faults.push(`${path} → ${form.action}: ${answer.status}`);
  }
  expect(faults).toEqual([]);
});

describe("a form that htmx sends for the page that is open", () => {
  const openAt = (path: string) => ({ "hx-request": "true", "hx-current-url": `${farm.url}${path}` });

  test("leaves for where it leads to; what leads to another place of the same page reads it again", async () => {
    const site = await owner.post("/settings/sites", { _csrf: owner.csrf, name: "Fjord", timezone: "UTC" }, openAt("/settings"));
    expect([site.status, site.headers.get("hx-refresh"), site.headers.get("location")]).toEqual([204, "true", null]);
    const model = await owner.post("/models", { _csrf: owner.csrf, name: "Fjord 1", algorithm: "sha256d", nominal: "200 TH/s" }, openAt("/models/new"));
    expect([model.status, model.headers.get("hx-redirect")]).toEqual([204, "/models"]);
  });

  test("is told over the page what no field of it can say; the page stays as it is", async () => {
    const answer = await owner.post("/rigs/bulk", { _csrf: owner.csrf, op: "drain" }, openAt("/rigs"));
    expect([answer.status, answer.headers.get("hx-retarget"), answer.headers.get("hx-reselect")]).toEqual([422, "#toasts", ".toast"]);
    const html = await answer.text();
    expect(html).toContain("No rig is ticked");
    expect(html).not.toContain("<main");
    const plain = await owner.post("/rigs/bulk", { _csrf: owner.csrf, op: "drain" });
    expect([plain.status, (await plain.text()).includes('<main id="main"')]).toEqual([422, true]);
  });

  test("is told that the session has ended, and left to its script, which sends it as a browser does", async () => {
    const headers = { ...openAt("/pools/new"), cookie: "", accept: "text/html" };
    const answer = await fetch(`${farm.url}/pools`, { method: "POST", headers, body: new URLSearchParams({ name: "x" }), redirect: "manual" });
    expect([answer.status, answer.headers.get("hx-retarget"), answer.headers.get("hx-redirect")]).toEqual([401, "#toasts", null]);
  });
});

test("pools of one name are told in the list", async () => {
  const [pool] = farm.deps.control.pools.all();
  await owner.post("/pools", { _csrf: owner.csrf, name: pool?.name ?? "", url: "stratum+tcp://twin.example:3333", username: "u" });
  expect(await (await owner.get("/pools?q=twin")).text()).toContain("another pool has the same name");
});
