import { contractFields } from "../../../views/pages/contracts.tsx";
import { rigFields } from "../../../views/pages/rig-columns.tsx";
import { SavedViewPage } from "../../../views/pages/saved-view.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { listHref, type SavedViewsProps } from "../../../views/parts/saved-views.tsx";
import { type SavedView, type ViewedList, type ViewWords, viewedLists } from "../../control/saved-views.ts";
import { assetUrls } from "../assets/assets.ts";
import { accepted } from "../control-result.ts";
import { found } from "../endpoint.ts";
import { invalidField, type Problem } from "../problems.ts";
import { readContractQuery } from "./contract-query.ts";
import { eventFields, readEventQuery } from "./event-query.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, versionOf } from "./form-body.ts";
import { readLocalTime } from "./local-time.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { readRigQuery } from "./rig-search.ts";
import { refusedEdit } from "./stale-edit.ts";

/** What an address of each list asks for: two that show the same have the same fields, and a page beyond the first is no part of it. */
const fieldsOf: Readonly<Record<ViewedList, (url: URL) => [name: string, value: string][]>> = Object.freeze({
  rigs: (url: URL) => rigFields({ ...readRigQuery(url), page: 1 }),
  contracts: (url: URL) => contractFields({ ...readContractQuery(url), page: 1 }),
  events: (url: URL) => eventFields({ ...readEventQuery(url), before: null }),
});

const queryOf = (list: ViewedList, url: URL): string => new URLSearchParams(fieldsOf[list](url)).toString();

function addressOf(list: ViewedList, query: string): URL {
  const url = new URL(`/${list}`, "http://hub");
  url.search = query;
  return url;
}

/** What stands above a list. A view that an earlier version saved is what its query means by now, or its own page would not know it. */
export function savedViewsOf({ deps }: PageParts, { principal, url }: PageCall, list: ViewedList): SavedViewsProps {
  const views = deps.control.savedViews.of(principal.no, list).map(({ id, name, query }) => ({ id, name, query: queryOf(list, addressOf(list, query)) }));
  return { list, views, shown: queryOf(list, url) };
}

/** Where the bare address of a list leads: to the view that opens first; null where there is none, or where the address asks for something. */
export function firstView({ deps }: PageParts, { principal, url }: PageCall, list: ViewedList): Response | null {
  const view = url.search === "" ? deps.control.savedViews.of(principal.no, list).find(({ opensFirst }) => opensFirst) : undefined;
  return view === undefined ? null : redirect(listHref(list, view.query));
}

type Asked = Pick<SavedView, "list" | "query">;

/** What is to be saved, as a link or a form says it; what it cannot mean falls back to the whole list. */
function askedOf(get: (name: string) => string): Asked {
  const list = viewedLists.find((known) => known === get("list")) ?? "rigs";
  return { list, query: queryOf(list, addressOf(list, get("query"))) };
}

/** What a form asks for must be there, and open: nothing else may take the place of a view of that name. */
function requireOpening(list: string | undefined, asked: Asked, zone: string): void {
  if (list !== asked.list) throw invalidField("list", `must be one of ${viewedLists.join(", ")}`);
  const until = asked.list === "events" ? readEventQuery(addressOf("events", asked.query)).until : "";
  if (until !== "" && readLocalTime(until, zone) === null) throw invalidField("until", "must be a day and a time, such as 2026-12-01 02:13");
}

/** What is wrong with the list itself stands above the form, which has no field for it. */
function refusedView(values: FormValues, problem: Problem): FormState {
  const form = refusedForm(values, problem);
  const [[field, text] = []] = Object.entries(form.errors).filter(([name]) => name === "list" || name === "until");
  return field === undefined ? form : { values, errors: { "": `The list's field ${field}: ${text}` } };
}

type Shown = Asked & { form: FormState; edited?: SavedView; status?: number };

function show({ viewer }: PageCall, { list, query, form, edited, status = 200 }: Shown): Promise<Response> {
  return htmlResponse(SavedViewPage({ viewer, assets: assetUrls, list, query, form, edited: edited ?? null }), status);
}

const own = ({ deps }: PageParts, { id, principal }: PageCall): SavedView => found(deps.control.savedViews.ofUser(principal.no, id), "view");
const wordsOf = (values: FormValues): ViewWords => ({ name: values["name"] ?? "", opensFirst: values["opens_first"] === "1" });
const formOf = ({ name, opensFirst }: ViewWords): FormState => ({ values: { name, opens_first: opensFirst ? "1" : "" }, errors: {} });

export function newViewPage(_parts: PageParts, call: PageCall): Promise<Response> {
  return show(call, { ...askedOf((name) => call.url.searchParams.get(name) ?? ""), form: formOf({ name: "", opensFirst: false }) });
}

export function viewPage(parts: PageParts, call: PageCall): Promise<Response> {
  const edited = own(parts, call);
  return show(call, { ...edited, form: formOf(edited), edited });
}

export async function addViewForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const asked = askedOf((name) => values[name] ?? "");
  return orRefused(
    call,
    values,
    () => {
      requireOpening(values["list"], asked, call.viewer.zone);
      accepted(parts.deps.control.savedViews.save({ userNo: call.principal.no, ...asked, ...wordsOf(values) }), "view");
      return redirect(listHref(asked.list, asked.query));
    },
    (problem) => show(call, { ...asked, form: refusedView(values, problem), status: 422 }),
  );
}

export async function changeViewForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const edited = own(parts, call);
  return orRefused(
    call,
    values,
    () => {
      accepted(parts.deps.control.savedViews.change(edited.id, wordsOf(values), versionOf(values)), "view");
      return redirect(listHref(edited.list, edited.query));
    },
    (problem) => {
      const present = { row: edited, formOf };
      const form = refusedEdit({ control: parts.deps.control, call, values }, problem, { present });
      return show(call, { ...edited, form, edited, status: refusedStatus(problem) });
    },
  );
}

export async function removeViewForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  const view = own(parts, call);
  return orRefused(
    call,
    values,
    () => {
      accepted(parts.deps.control.savedViews.remove(view.id, versionOf(values)), "view");
      return redirect(listHref(view.list, view.query));
    },
    (problem) => show(call, { ...view, form: { ...formOf(view), errors: { "": `${problem.detail}.` } }, edited: view, status: problem.status }),
  );
}
