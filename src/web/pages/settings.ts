import { count, plural } from "../../../views/format.ts";
import { type ChannelLine, type SettingPlace, SettingsPage } from "../../../views/pages/settings.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { assetCodePatternDefault } from "../../control/asset-codes.ts";
import { addSite } from "../actions/sites.ts";
import { assetUrls } from "../assets/assets.ts";
import { Faults } from "../faults.ts";
import { checksOf } from "../health.ts";
import { type FormValues, orRefused, readForm, refusedForm } from "./form-body.ts";
import { htmlResponse, type PageCall, redirect } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const zones = Object.freeze(Intl.supportedValuesOf("timeZone"));

type Shown = { farm?: FormState; site?: FormState; status?: number };

function placesOf({ deps: { control } }: PageParts, isOwner: boolean): SettingPlace[] {
  const rows: SettingPlace[] = [
    { text: "Models", href: "/models", count: control.models.all().length, note: "kinds of rigs with their nominal hashrate" },
    { text: "API reference", href: "/docs", count: null, note: "what scripts can ask and do" },
    { text: "Account", href: "/account", count: null, note: "how you sign in, and in whose time you read" },
  ];
  if (!isOwner) return rows;
  return [
    ...rows,
    { text: "People", href: "/people", count: control.users.count(), note: "who may sign in, and as what" },
    { text: "API tokens", href: "/tokens", count: control.tokens.all().length, note: "what scripts may do" },
  ];
}

function channelLines({ deps: { control } }: PageParts): ChannelLine[] {
  return control.channels.all().map(({ no, id, name, enabled, target }) => {
    const [last] = control.deliveries.ofChannel(no, 1);
    const text = last?.state === "delivered" ? (last.message.subject ?? "") : (last?.fault ?? "on its way");
    const shown = target.kind === "webhook" ? new URL(target.url).origin : `mail to ${target.to.join(", ")}`;
    return { id, name, enabled, target: shown, last: last === undefined ? null : { ok: last.state === "delivered", atMs: last.atMs, text } };
  });
}

function aboutLines({ deps, live }: PageParts): { label: string; value: string }[] {
  return [
    { label: "Version", value: deps.version ?? "–" },
    { label: "Connections", value: `${count(deps.hub.sessions())} of rigs, ${count(live.streams)} of live pages` },
    { label: "Books", value: `${plural(deps.ledger.backlog().rowsBehind, "share is on its", "shares are on their")} way into them` },
  ];
}

function show(parts: PageParts, { viewer, principal, url }: PageCall, { farm, site, status = 200 }: Shown): Promise<Response> {
  const { control } = parts.deps;
  const isOwner = principal.role === "owner";
  const current: FormState = { values: { farm_name: control.settings.get("farmName"), time_zone: control.settings.get("timeZone") }, errors: {} };
  const sites = control.sites.all().map(({ id, name, timezone, assetCodePattern, version }) => {
    return { id, name, zone: timezone, codes: assetCodePattern ?? assetCodePatternDefault, version };
  });
  const newSite: FormState = { values: { name: url.searchParams.get("site") ?? "", timezone: control.settings.get("timeZone") }, errors: {} };
  const props = {
    ...{ viewer, assets: assetUrls, places: placesOf(parts, isOwner), sites, channels: channelLines(parts), zones },
    ...{ health: checksOf(parts.deps), about: aboutLines(parts), startedAtMs: parts.startedAtMs },
    farm: isOwner ? (farm ?? current) : null,
    site: viewer.mayWrite ? (site ?? newSite) : null,
  };
  return htmlResponse(SettingsPage(props), status);
}

export function settingsPage(parts: PageParts, call: PageCall): Promise<Response> {
  return show(parts, call, {});
}

/** Name and zone of the farm, together or not at all; for owners. */
export async function changeFarmForm(parts: PageParts, call: PageCall): Promise<Response> {
  const values = await readForm(call.request);
  return orRefused(
    call,
    values,
    () => {
      setFarm(parts, values);
      return redirect("/settings");
    },
    (problem) => show(parts, call, { farm: refusedForm(values, problem), status: 422 }),
  );
}

function setFarm({ deps: { control } }: PageParts, values: FormValues): void {
  const faults = new Faults();
  const set = () => {
    for (const [name, field] of [
      ["farmName", "farm_name"],
      ["timeZone", "time_zone"],
    ] as const) {
      const made = control.settings.set(name, values[field] ?? "");
      if (!made.ok) faults.note(field, made.rule);
    }
  };
  control.transaction(() => faults.settle(set));
}

export async function addSiteForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const values = await readForm(call.request);
  const { name = "", timezone = "" } = values;
  return orRefused(
    call,
    values,
    () => {
      control.transaction(() => addSite(parts.deps, call.principal, { name, ...(timezone !== "" && { timezone }) }));
      return redirect("/settings#sites");
    },
    (problem) => show(parts, call, { site: refusedForm(values, problem), status: 422 }),
  );
}
