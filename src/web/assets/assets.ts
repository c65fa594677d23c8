import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import sse from "htmx.org/dist/ext/hx-sse.min.js" with { type: "text" };
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import forms from "./forms.js" with { type: "text" };
import css from "./hub.css" with { type: "text" };
import hub from "./hub.js" with { type: "text" };
import keyboard from "./keyboard.js" with { type: "text" };
import ticks from "./ticks.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };

type Asset = { url: string; type: string; plain: Uint8Array; gzipped: Uint8Array };

function asset(name: string, extension: string, type: string, text: string): Asset {
  const plain = new TextEncoder().encode(text);
  const hash = createHash("sha256").update(plain).digest("hex").slice(0, 12);
  return { url: `/assets/${name}-${hash}.${extension}`, type, plain, gzipped: gzipSync(plain, { level: 9 }) };
}

const style = asset("hub", "css", "text/css; charset=utf-8", css);
// One script in the order in which its parts need each other: one request, one entry in the cache.
const script = asset("hub", "js", "text/javascript; charset=utf-8", [htmx, sse, hub, forms, keyboard, ticks].join("\n;"));
const picture = asset("icon", "svg", "image/svg+xml", icon);
const byUrl = new Map([style, script, picture].map((entry) => [entry.url, entry]));

/** Where the pages find their style sheet, script and icon. The address changes with the content. */
export const assetUrls = Object.freeze({ css: style.url, js: script.url, icon: picture.url });

/** The asset at `pathname`, compressed beforehand, to be kept for ever; null when there is none. */
export function assetResponse(pathname: string, acceptEncoding: string | null): Response | null {
  const found = byUrl.get(pathname);
  if (!found) return null;
  const compressed = /\bgzip\b/.test(acceptEncoding ?? "");
  const headers: Record<string, string> = {
    "content-type": found.type,
    "cache-control": "public, max-age=31536000, immutable",
    vary: "accept-encoding",
    "x-content-type-options": "nosniff",
  };
  if (compressed) headers["content-encoding"] = "gzip";
  return new Response(compressed ? found.gzipped : found.plain, { headers });
}
