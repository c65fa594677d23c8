import { PeoplePage } from "../../../views/pages/people.tsx";
import { PersonPage } from "../../../views/pages/person.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { randomSecret } from "../../control/credentials.ts";
import { type Role, roles } from "../../control/scopes.ts";
import type { User } from "../../control/users.ts";
import { recordAct, recordChange } from "../actions/record.ts";
import { assetUrls } from "../assets/assets.ts";
import { accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { requireFreshSignIn } from "../principal.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, requireOwnForm, versionOf } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { refusedEdit } from "./stale-edit.ts";

/** A link that was made just now: shown on this answer and nowhere else. */
type Made = { email: string; url: string };
type Shown = { form: FormState; made?: Made; status?: number };

const subjectOf = ({ id, email }: User) => ({ kind: "user", id, name: email });

/** Nobody becomes an owner because a choice was left as it was. */
const newcomer: FormState = Object.freeze({ values: { role: "viewer" }, errors: {} });

/** What is no role is refused by the rules of users, together with what else is wrong. */
const roleOf = (values: FormValues): Role => (values["role"] ?? "") as Role;

function showAll({ deps: { control } }: PageParts, { viewer }: PageCall, { form, made, status = 200 }: Shown): Promise<Response> {
  const people = control.users.all().map((user) => {
    const sessions = control.sessions.ofUser(user.no);
    return { id: user.id, email: user.email, name: user.name, role: user.role, sessions: sessions.length, lastSeenMs: sessions[0]?.lastSeenMs ?? null };
  });
  const isStepNeeded = control.settings.get("ownersNeedSecondStep") === "yes";
  return htmlResponse(PeoplePage({ viewer, assets: assetUrls, people, roles: [...roles], form, made: made ?? null, isStepNeeded }), status);
}

function showOne({ deps: { control } }: PageParts, { viewer }: PageCall, user: User, { form, made, status = 200 }: Shown): Promise<Response> {
  const sessions = control.sessions.ofUser(user.no).map(({ no, address, agent, createdAtMs, lastSeenMs }) => ({ no, address, agent, createdAtMs, lastSeenMs }));
  return htmlResponse(PersonPage({ viewer, assets: assetUrls, person: user, sessions, roles: [...roles], form, made: made ?? null }), status);
}

/** The address at which he sets his password; it opens nothing else. */
function linkFor({ deps: { control } }: PageParts, { url }: PageCall, user: User): Made {
  const token = control.passwordLinks.create(user);
  return { email: user.email, url: `${url.origin}/welcome?${new URLSearchParams({ token: token.reveal() })}` };
}

const personOf = (parts: PageParts, call: PageCall): User => found(parts.deps.control.users.byId(call.id), "user");
const formOf = ({ name, role }: User): FormState => ({ values: { name, role }, errors: {} });

async function ownForm(call: PageCall): Promise<FormValues> {
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  return values;
}

export function peoplePage(parts: PageParts, call: PageCall): Promise<Response> {
  return showAll(parts, call, { form: newcomer });
}

export function personPage(parts: PageParts, call: PageCall): Promise<Response> {
  const user = personOf(parts, call);
  return showOne(parts, call, user, { form: formOf(user) });
}

/** Adds somebody with a password that nobody knows, and shows the link with which he sets his own. */
export async function addPersonForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    async () => {
      requireFreshSignIn(call.principal, parts.deps.now());
      const user = accepted(await control.users.add({ email: values["email"] ?? "", role: roleOf(values), password: randomSecret() }), "user");
      const made = control.transaction(() => {
        recordAct(control, call.principal, { verb: "added", subject: subjectOf(user), data: { role: user.role } });
        return linkFor(parts, call, user);
      });
      return showAll(parts, call, { form: newcomer, made });
    },
    // His name is the first part of his address until he has another.
    (problem) => showAll(parts, call, { form: refusedForm(values, problem, (path) => (path === "name" ? "email" : path)), status: 422 }),
  );
}

export async function changePersonForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const before = personOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      if (roleOf(values) !== before.role) requireFreshSignIn(call.principal, parts.deps.now());
      control.transaction(() => {
        const after = accepted(control.users.update(before.id, { name: values["name"] ?? "", role: roleOf(values) }, versionOf(values)), "user");
        recordChange(control, call.principal, {
          subject: subjectOf(after),
          before: { name: before.name, role: before.role },
          after: { name: after.name, role: after.role },
        });
      });
      return redirect("/people");
    },
    (problem) => {
      const form = refusedEdit({ control, call, values }, problem, { present: { row: before, formOf } });
      return showOne(parts, call, before, { form, status: refusedStatus(problem) });
    },
  );
}

export async function removePersonForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const user = personOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => {
        accepted(control.users.remove(user.id, versionOf(values)), "user");
        control.passwordLinks.remove(user.no);
        recordAct(control, call.principal, { verb: "removed", subject: subjectOf(user) });
      });
      return redirect("/people");
    },
    (problem) => showOne(parts, call, user, { form: { ...formOf(user), errors: { "": `${problem.detail}.` } }, status: 422 }),
  );
}

/** A new link; the password of now goes on until it is used. */
export async function resetPersonForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const user = personOf(parts, call);
  return orRefused(
    call,
    values,
    () => {
      requireFreshSignIn(call.principal, parts.deps.now());
      const made = control.transaction(() => {
        recordAct(control, call.principal, { verb: "reset", subject: subjectOf(user) });
        return linkFor(parts, call, user);
      });
      return showOne(parts, call, user, { form: formOf(user), made });
    },
    (problem) => showOne(parts, call, user, { form: { ...refusedForm(values, problem), values: formOf(user).values }, status: 422 }),
  );
}

/** Ends one session, or all of them where none is named. */
export async function revokeSessionForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const user = personOf(parts, call);
  const named = Number((await ownForm(call))["session"] ?? 0);
  const sessions = control.sessions.ofUser(user.no).filter(({ no }) => named === 0 || no === named);
  control.transaction(() => {
    for (const { no } of sessions) control.sessions.remove(no);
    recordAct(control, call.principal, { verb: "signed-out", subject: subjectOf(user), data: { sessions: sessions.length } });
  });
  return redirect(`/people/${user.id}`);
}
