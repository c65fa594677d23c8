import { timeZoneRule } from "../control/rules.ts";

/** What a browser keeps for whoever sits before it. No secrets: anything may stand in a cookie. */
export type Preferences = {
  /** IANA name; null = the farm's own. */
  zone: string | null;
  /** Whether single keys are commands (WCAG 2.1.4: they can be switched off). */
  singleKeys: boolean;
};

const zoneCookie = "hub_zone";
const keysCookie = "hub_keys";
const keptS = 365 * 86_400;

/** The zone by its one proper name; null where there is none of that name. */
export function readZone(text: string | null): string | null {
  if (text === null || text === "" || text.length > 64 || timeZoneRule(text) !== null) return null;
  return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
}

export function preferencesOf(request: Request): Preferences {
  const cookies = new Bun.CookieMap(request.headers.get("cookie") ?? "");
  return { zone: readZone(cookies.get(zoneCookie)), singleKeys: cookies.get(keysCookie) !== "off" };
}

/** Values of Set-Cookie headers; a zone of null forgets it. */
export function preferenceCookies({ zone, singleKeys }: Partial<Preferences>): string[] {
  const cookie = (name: string, value: string | null) =>
    `${name}=${encodeURIComponent(value ?? "")}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${value === null ? 0 : keptS}`;
  return [...(zone === undefined ? [] : [cookie(zoneCookie, zone)]), ...(singleKeys === undefined ? [] : [cookie(keysCookie, singleKeys ? null : "off")])];
}
