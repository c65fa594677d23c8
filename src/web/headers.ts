/** Strictest that our pages work under; htmx gets its policy from our own extension (no inline script, style or eval). */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx";

/** The API documentation draws itself with style elements and its own templates; it may still load nothing from anywhere else. */
export const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** JSON is never a document. */
export const apiPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Set before routing, so that refusals and unknown paths have them as well. */
export function securityHeaders(path: string, isSecure: boolean): Record<string, string> {
  const isApi = path === "/api" || path.startsWith("/api/");
  return {
    "content-security-policy": isApi ? apiPolicy : pagePolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    ...(isSecure && { "strict-transport-security": "max-age=31536000" }),
  };
}
