import { ProfileFormPage, profilePlaces } from "../../../views/pages/profile-form.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import type { Pool } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import { recordAct, recordChange } from "../actions/record.ts";
import { assetUrls } from "../assets/assets.ts";
import { accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { Faults } from "../faults.ts";
import { requireFreshSignIn } from "../principal.ts";
import { profileWarnings } from "../profile-warnings.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, versionOf } from "./form-body.ts";
import { adoptAsHouse, isFirstProfile } from "./house.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

function formPage(parts: PageParts, { viewer }: PageCall, shown: { profile: Profile | null; form: FormState; status?: number }): Promise<Response> {
  const { profile: edited } = shown;
  // A customer's pools are for his own profiles; all of them five times over would be most of the page.
  const fits = ({ no, customerId }: Pool) => customerId === null || customerId === edited?.customerId || edited?.poolNos.includes(no) === true;
  const fitting = parts.deps.control.pools.all().filter(fits);
  const pools = fitting.map(({ id, name, algorithm }) => ({ value: id, text: `${name} (${algorithm})` }));
  const profile = shown.profile === null ? null : { id: shown.profile.id, name: shown.profile.name, version: shown.profile.version };
  const warnings = edited === null ? [] : (profileWarnings(parts, [edited]).get(edited.no) ?? []);
  return htmlResponse(ProfileFormPage({ viewer, assets: assetUrls, profile, pools, warnings, form: shown.form }), shown.status ?? 200);
}

function formOf({ deps: { control } }: PageParts, profile: Profile): FormState {
  const chosen = profilePlaces.map((place, at) => [place, control.pools.byNo(profile.poolNos[at] ?? 0)?.id ?? ""]);
  return { values: { ...Object.fromEntries(chosen), name: profile.name, return_after_s: String(profile.returnAfterS) }, errors: {} };
}

export function newProfilePage(parts: PageParts, call: PageCall): Promise<Response> {
  const first = parts.deps.control.pools.all()[0];
  const isFirst = parts.deps.control.profiles.all().length === 0;
  const values = { return_after_s: "120", ...(isFirst && { name: "House" }), ...(first && { pool_1: first.id }) };
  return formPage(parts, call, { profile: null, form: { values, errors: {} } });
}

export function profilePage(parts: PageParts, call: PageCall): Promise<Response> {
  const profile = found(parts.deps.control.profiles.byId(call.id), "profile");
  return formPage(parts, call, { profile, form: formOf(parts, profile) });
}

type Entry = { name: string; poolNos: number[]; returnAfterS: number };

/** What was typed; places left empty are skipped, the order stays. */
function entryOf({ deps: { control } }: PageParts, values: FormValues, faults: Faults): Entry {
  const poolNos = profilePlaces.flatMap((place) => {
    const id = values[place] ?? "";
    if (id === "") return [];
    const pool = control.pools.byId(id);
    if (pool === null) faults.note(place, "is not a pool any more");
    const isTwice = profilePlaces.slice(0, profilePlaces.indexOf(place)).some((before) => values[before] === id);
    if (pool !== null && isTwice) faults.note(place, "is named above already");
    return pool === null || isTwice ? [] : [pool.no];
  });
  const typed = values["return_after_s"] ?? "";
  return { name: values["name"] ?? "", poolNos, returnAfterS: typed === "" ? 120 : Number(typed) };
}

const isPlace = (field: string): boolean => (profilePlaces as readonly string[]).includes(field);
/** The form has five places where the row has one list. */
const formField = (field: string): string => (field === "pool_ids" ? "pool_1" : field);
const subjectOf = ({ id, name }: Profile) => ({ kind: "profile", id, name });

function recorded({ deps: { control } }: PageParts, profile: Profile) {
  const pool_ids = profile.poolNos.map((no) => control.pools.byNo(no)?.id ?? null);
  return { name: profile.name, pool_ids, return_after_s: profile.returnAfterS };
}

export async function addProfileForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const again = (form: FormState) => formPage(parts, call, { profile: null, form, status: 422 });
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const entry = entryOf(parts, values, faults);
      control.transaction(() => {
        const profile = faults.settle(() => accepted(control.profiles.create(entry), "profile"));
        recordAct(control, call.principal, { verb: "added", subject: subjectOf(profile), data: recorded(parts, profile) });
        if (isFirstProfile(control, profile.algorithm, profile.no)) adoptAsHouse(control, profile);
      });
      return done(parts);
    },
    (problem) => again(refusedForm(values, problem, formField)),
  );
}

export async function changeProfileForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const profile = found(control.profiles.byId(call.id), "profile");
  const again = (form: FormState, status = 422) => formPage(parts, call, { profile, form, status });
  const wordsOf = (field: string, value: string) => (isPlace(field) ? (control.pools.byId(value)?.name ?? "") : value);
  const present = { row: profile, formOf: (was: Profile) => formOf(parts, was), wordsOf, lists: { pools: profilePlaces } };
  return orRefused(
    call,
    values,
    () => {
      const faults = new Faults();
      const entry = entryOf(parts, values, faults);
      // Another order of its pools leads nobody to an account where he does not mine already.
      if (entry.poolNos.some((no) => !profile.poolNos.includes(no))) requireFreshSignIn(call.principal, parts.deps.now());
      control.transaction(() => {
        const after = faults.settle(() => accepted(control.profiles.update(profile.id, entry, versionOf(values)), "profile"));
        recordChange(control, call.principal, { subject: subjectOf(after), before: recorded(parts, profile), after: recorded(parts, after) });
      });
      return done(parts);
    },
    (problem) => again(refusedEdit({ control, call, values }, problem, { present, rename: formField }), refusedStatus(problem)),
  );
}

export async function removeProfileForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const profile = found(control.profiles.byId(call.id), "profile");
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => {
        accepted(control.profiles.remove(profile.id, versionOf(values)), "profile");
        recordAct(control, call.principal, { verb: "removed", subject: subjectOf(profile) });
      });
      return done(parts);
    },
    (problem) => formPage(parts, call, { profile, form: { ...formOf(parts, profile), errors: { "": `${problem.detail}.` } }, status: problem.status }),
  );
}

function done(parts: PageParts): Response {
  parts.deps.hub.configChanged();
  return redirect("/pools");
}
