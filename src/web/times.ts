const timePattern = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an RFC 3339 time with its zone; null when it is none, or no such day exists. */
export function readTime(text: string): number | null {
  const parts = timePattern.exec(text);
  if (parts === null) return null;
  const [, day = "", clock = "", fraction = "", zone = ""] = parts;
  const ms = Date.parse(`${day}T${clock}${fraction.slice(0, 4)}${zone.toUpperCase()}`);
  // Date.parse turns February 30th into March 2nd.
  const sameDay = Number.isFinite(Date.parse(`${day}T00:00:00Z`)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return Number.isFinite(ms) && sameDay && ms >= 0 ? ms : null;
}

/** RFC 3339 UTC with milliseconds, as every time in the API. */
export function timeText(atMs: number): string;
export function timeText(atMs: number | null): string | null;
export function timeText(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
