import { escapeHtml } from "./escape.ts";
import { type ProblemKind, problemKinds } from "./problems.ts";

/** A page without our stylesheet: it must read well for whoever follows the `type` of a problem out of a log. */
function plainPage(title: string, body: string): Response {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} · stratum-hub</title></head><body><main>${body}</main></body></html>`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
}

/** All kinds of problems, as links. */
export function problemIndex(): Response {
  const items = Object.entries(problemKinds).map(
    ([kind, { status, title }]) => `<li><a href="/problems/${kind}">${escapeHtml(title)}</a> (${status}, ${kind})</li>`,
  );
  return plainPage("Problems", `<h1>What the API may refuse, and why</h1><ul>${items.join("")}</ul>`);
}

/** What one kind means and what helps; null for a kind that does not exist. */
export function problemPage(kind: string): Response | null {
  if (!Object.hasOwn(problemKinds, kind)) return null;
  const { status, title, meaning, remedy } = problemKinds[kind as ProblemKind];
  const body = `<h1>${escapeHtml(title)}</h1><p>Status ${status}, type /problems/${kind}</p><p>${escapeHtml(meaning)}</p><h2>What helps</h2><p>${escapeHtml(remedy)}</p><p><a href="/problems">All problems</a> · <a href="/docs">The API</a></p>`;
  return plainPage(title, body);
}
