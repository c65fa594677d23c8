const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall of that zone shows, as if it were UTC. */
function wallMs(atMs: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    const digits = "2-digit";
    const shown = { year: "numeric", month: digits, day: digits, hour: digits, minute: digits, second: digits } as const;
    clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...shown });
    clocks.set(zone, clock);
  }
  const at = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return Date.parse(`${at["year"]?.padStart(4, "0")}-${at["month"]}-${at["day"]}T${at["hour"]}:${at["minute"]}:${at["second"]}Z`);
}

/** A time of a `datetime-local` field (`2026-11-22T02:13`, seconds if need be) in that zone, in milliseconds since 1970; null where it is none. */
export function readLocalTime(text: string, zone: string): number | null {
  const [, day, minute, second = "00"] = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?(?:\.\d{1,3})?$/.exec(text.trim()) ?? [];
  const wantedMs = Date.parse(`${day}T${minute}:${second}Z`);
  if (!Number.isFinite(wantedMs) || new Date(wantedMs).toISOString().slice(0, 10) !== day) return null;
  let atMs = wantedMs;
  // The second look is for times within a few hours of a change of the clock. In the hour that a spring skips, the later moment is meant.
  for (let look = 0; look < 2; look++) atMs += wantedMs - wallMs(atMs, zone);
  return atMs;
}

/** The moment as a `datetime-local` field takes it, to the second. */
export function localTimeText(atMs: number, zone: string): string {
  return new Date(wallMs(Math.floor(atMs / 1_000) * 1_000, zone)).toISOString().slice(0, 19);
}
