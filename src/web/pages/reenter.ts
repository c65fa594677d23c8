import { cameWith } from "../client.ts";
import { authenticate } from "../guard.ts";
import { rememberPrincipal } from "../principal.ts";
import { fieldsAgain, isTypedBy, type KeptForm } from "./kept-form.ts";
import { safeNext } from "./login.ts";
import { errorPage } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** Takes a form that is sent to the path. */
export type FormRoute = { path: string; take: (request: Request, id: string) => Promise<Response> };

/** It changes nothing by itself: it only notes what is asked about before it is done. */
const harmless: ReadonlySet<string> = new Set(["/rigs/bulk"]);
const notHisText = "The form that waited for this login is not known to be yours, so it is not shown to you; nothing of it was saved. You are signed in.";
const parameter = "([^/]+)";

/**
 * Shows a form again that could not be taken before its person signed in. It is sent as one of an older session, which each of them
 * answers with what was typed: nothing is saved before he has seen it. Whoever else signs in is told that there was one, and no more.
 */
export async function reenter({ deps }: Pick<PageParts, "deps">, routes: readonly FormRoute[], asked: { request: Request; kept: KeptForm; setCookie: string }) {
  const { request, kept, setCookie } = asked;
  const url = new URL(kept.path, request.url);
  const [found] = routes.flatMap(({ path, take }) => {
    const match = new RegExp(`^${path.replace(/:\w+/g, parameter)}$`).exec(url.pathname);
    return match === null ? [] : [{ take, id: match[1] ?? "" }];
  });
  if (found === undefined) return null;
  const headers = new Headers({ cookie: setCookie.split(";")[0] ?? "", accept: "text/html", "content-type": "application/x-www-form-urlencoded" });
  for (const name of ["host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const principal = authenticate(deps, cameWith(new Request(url.href, { headers }), request), url.pathname);
  if (principal?.kind !== "user") return null;
  if (!isTypedBy(kept, principal)) return errorPage({ deps }, 403, notHisText);
  const csrf = harmless.has(url.pathname) ? principal.csrf : "";
  const body = fieldsAgain(kept, principal, { csrf, atMs: deps.now() }).toString();
  const sent = cameWith(new Request(url.href, { method: "POST", headers, body }), request);
  rememberPrincipal(sent, principal);
  const answer = await found.take(sent, found.id);
  if (answer.status === 303) return answer;
  return answer.status === 422 ? atItsAddress(answer, safeNext(kept.from)) : null;
}

/** The page with the form, which the login answers with: it says whose place it takes, and its script puts that into the address bar. */
async function atItsAddress(answer: Response, path: string): Promise<Response> {
  // A function: in a text, `$` and what follows it would be a pattern.
  const html = (await answer.text()).replace("</head>", () => `<link rel="canonical" href="${Bun.escapeHTML(path)}"></head>`);
  return new Response(html, { headers: answer.headers });
}
