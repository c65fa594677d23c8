import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import script from "rapidoc/dist/rapidoc-min.js" with { type: "text" };
import type { EndpointDoc } from "./endpoint.ts";
import { escapeHtml } from "./escape.ts";
import { docsPolicy } from "./headers.ts";
import { needsOf } from "./openapi.ts";

const scriptPath = `/docs/rapidoc-${createHash("sha256").update(script).digest("hex").slice(0, 12)}.js`;
let zipped: Uint8Array<ArrayBuffer> | null = null;

/** For a reader without scripts: where the whole document is, and what can be called at all. */
function plainList(docs: readonly EndpointDoc[]): string {
  const tags = [...new Set(docs.map(({ tag }) => tag))];
  const line = (doc: EndpointDoc) => {
    const needs = needsOf(doc).map((need) => `<code>${escapeHtml(need)}</code>`);
    const scope = needs.length === 0 ? "any valid token" : `scope ${needs.join(" or ")}`;
    return `<li><code>${doc.method} /api/v1${escapeHtml(doc.path)}</code>: ${escapeHtml(doc.summary)} (${scope})</li>`;
  };
  const lists = tags.map((tag) => `<h2>${escapeHtml(tag)}</h2><ul>${docs.flatMap((doc) => (doc.tag === tag ? [line(doc)] : [])).join("")}</ul>`);
  return `<main><h1>The API of stratum-hub</h1><p>Fields, answers and examples stand in the <a href="/api/v1/openapi.json">OpenAPI document</a>,
which a script would show here; refusals are explained under <a href="/problems">problems</a>.
Send <code>Authorization: Bearer hub_…</code>, an <code>Idempotency-Key</code> with every POST, and an <code>If-Match</code> with every PATCH and DELETE.</p>${lists.join("")}</main>`;
}

// Everything comes from this hub: the element, its script, the document. Fonts are the reader's own.
const pageOf = (docs: readonly EndpointDoc[]) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>API · stratum-hub</title>
<link rel="icon" href="data:,">
<script type="module" src="${scriptPath}"></script>
</head>
<body>
<rapi-doc spec-url="/api/v1/openapi.json" render-style="read" load-fonts="false" regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace"
 show-header="false" allow-server-selection="false" allow-spec-url-load="false" allow-spec-file-load="false" schema-style="table" sort-tags="false" persist-auth="false"></rapi-doc>
<noscript>${plainList(docs)}</noscript>
</body>
</html>`;

/** The API's documentation for people. */
export function docsPage(docs: readonly EndpointDoc[]): () => Response {
  const page = pageOf(docs);
  return () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": docsPolicy } });
}

/** The one script of the documentation; its address changes with its content. Null for any other name. */
export function docsScript(path: string, acceptEncoding: string | null): Response | null {
  if (path !== scriptPath) return null;
  const headers = { "content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" };
  if (!/\bgzip\b/.test(acceptEncoding ?? "")) return new Response(script, { headers });
  zipped ??= new Uint8Array(gzipSync(script, { level: 9 }));
  return new Response(zipped, { headers: { ...headers, "content-encoding": "gzip" } });
}
