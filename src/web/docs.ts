import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import script from "rapidoc/dist/rapidoc-min.js" with { type: "text" };
import { docsPolicy } from "./headers.ts";

const scriptPath = `/docs/rapidoc-${createHash("sha256").update(script).digest("hex").slice(0, 12)}.js`;
let zipped: Uint8Array<ArrayBuffer> | null = null;

// Everything comes from this hub: the element, its script, the document. Fonts are the reader's own.
const page = `<!doctype html>
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
</body>
</html>`;

/** The API's documentation for people. */
export function docsPage(): Response {
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": docsPolicy } });
}

/** The one script of the documentation; its address changes with its content. Null for any other name. */
export function docsScript(path: string, acceptEncoding: string | null): Response | null {
  if (path !== scriptPath) return null;
  const headers = { "content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" };
  if (!/\bgzip\b/.test(acceptEncoding ?? "")) return new Response(script, { headers });
  zipped ??= new Uint8Array(gzipSync(script, { level: 9 }));
  return new Response(zipped, { headers: { ...headers, "content-encoding": "gzip" } });
}
