import { afterAll, beforeAll, expect, test } from "bun:test";
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
});
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

test("whoever lacks the role gets a page that says which one is needed", async () => {
  const viewer = await signInAs(farm, "viewer");
  const faults: string[] = [];
  for (const { path, form } of forms.values()) {
    if (form.action.startsWith("/account") || form.action === "/logout" || form.action === "/login") continue;
    const answer = await viewer.post(form.action, { ...form.fields, _csrf: viewer.csrf });
    const html = await answer.text();
    if (answer.status !== 403 || !/owner|operator|technician/.test(html.replace(/<nav.*?<\/nav>/s, "")))
      faults.push(`${path} → ${form.action}: ${answer.status}`);
  }
  expect(faults).toEqual([]);
});
