import { PoolPage } from "../../../views/pages/pool.tsx";
import { PoolFormPage } from "../../../views/pages/pool-form.tsx";
import { NoPools, PoolLine, PoolsPage } from "../../../views/pages/pools.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { type Pool, poolModes, poolUrl } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import type { PoolTest } from "../../health/facts.ts";
import { algorithmNames } from "../../work/algorithm.ts";
import { addPool, changePool, type PoolEntry, removePool } from "../actions/pools.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { webLimits } from "../limits.ts";
import { type LiveView, liveRows } from "../live.ts";
import { leadsElsewhere } from "../pool-probes.ts";
import type { PoolView } from "../pool-views.ts";
import { type FormValues, orRefused, readForm, refusedForm, refusedStatus, requireOwnForm, versionOf } from "./form-body.ts";
import { houseOfFirstPool, isFirstProfile } from "./house.ts";
import { htmlResponse, type PageCall, redirect, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { choiceOf, pageOf, poolRows, poolsHref, poolTexts, profileRows, profileTexts, readPoolQuery } from "./pool-list.ts";
import { openedRange, scopeChart } from "./scope-chart.ts";
import { refusedEdit } from "./stale-edit.ts";
import { pickerOf } from "./time-range.ts";

export async function poolsPage(parts: PageParts, { viewer, url }: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const query = readPoolQuery(url);
  const profiles = control.profiles.all();
  const idOf = new Map(profiles.map(({ no, id }) => [no, id]));
  const fleets = control.fleets.all().map((fleet) => ({
    id: fleet.id,
    name: fleet.name,
    algorithm: fleet.algorithm,
    version: fleet.version,
    houseProfileId: idOf.get(fleet.houseProfileNo ?? 0) ?? null,
  }));
  const all = await parts.pools.current();
  const pools = pageOf([...all.values()], query, ({ pool }) => poolTexts(pool));
  const shownProfiles = pageOf(profiles, query, profileTexts);
  const isHouse = ({ no, customerId }: Profile) => customerId === null || fleets.some(({ houseProfileId }) => houseProfileId === idOf.get(no));
  const props = {
    ...{ viewer, assets: assetUrls, live: poolsHref(query, "/live/pools"), fleets, q: query.q },
    pools: await poolRows(parts, pools.rows),
    profiles: await profileRows(parts, shownProfiles.rows, all),
    houses: profiles.filter(isHouse).map((profile) => choiceOf(profile, all)),
    prevHref: query.page > 1 ? poolsHref({ ...query, page: query.page - 1 }) : null,
    nextHref: pools.more > 0 || shownProfiles.more > 0 ? poolsHref({ ...query, page: query.page + 1 }) : null,
  };
  return htmlResponse(PoolsPage(props));
}

/** The pools of a page of the list, or the one that `id` names. */
export function poolsLive(parts: PageParts, { id, url, zone }: WatchCall): LiveView {
  const { control, now } = parts.deps;
  const query = readPoolQuery(url);
  if (id !== "") found(control.pools.byId(id), "pool");
  const render = async () => {
    const shown = id === "" ? pageOf([...(await parts.pools.current()).values()], query, ({ pool }) => poolTexts(pool)).rows : viewsOf(parts, id);
    const clock = { nowMs: now(), zone };
    const rows = await liveRows(await poolRows(parts, shown), (pool) => PoolLine({ pool, clock }));
    return { parts: [{ id: "no-pools", html: await NoPools({ pools: shown.length, q: query.q }) }], list: { id: "pool-rows", rows } };
  };
  return { key: `pools ${id} ${poolsHref(query)}`, everyMs: 2_000, render };
}

function viewsOf({ deps: { control, hub } }: PageParts, id: string): PoolView[] {
  const pool = control.pools.byId(id);
  return pool === null ? [] : [{ pool, fact: hub.pool(pool.no) }];
}

const newPool: FormState = Object.freeze({ values: { algorithm: "sha256d", mode: "shared" }, errors: {} });

function formOf(pool: Pool): FormState {
  const { name, username, algorithm, mode } = pool;
  return { values: { name, url: poolUrl(pool), username, algorithm, mode }, errors: {} };
}

type Shown = { pool: Pool | null; form: FormState; test?: PoolTest | null; status?: number };

async function formPage(parts: PageParts, { viewer, url }: PageCall, { pool, form, test = null, status = 200 }: Shown): Promise<Response> {
  const head = pool === null ? null : { id: pool.id, name: pool.name, version: pool.version, rigs: parts.deps.hub.pool(pool.no)?.rigs ?? 0 };
  const isFirst = pool === null && isFirstProfile(parts.deps.control, "sha256d");
  const chart = pool === null ? null : await chartOf(parts, pool, { url, zone: viewer.zone });
  const [row = null] = pool === null ? [] : await poolRows(parts, viewsOf(parts, pool.id));
  return htmlResponse(PoolFormPage({ viewer, assets: assetUrls, pool: head, row, form, test, isFirst, chart }), status);
}

async function chartOf(parts: PageParts, pool: Pool, { url, zone }: { url: URL; zone: string }) {
  const asked = await openedRange(parts, { url, zone, bornMs: pool.createdAtMs });
  const scope = { kind: "pool", no: pool.no } as const;
  const chart = await scopeChart(parts, { scope, figure: "effectiveHps", level: null, bornMs: pool.createdAtMs }, asked);
  return { chart, picker: pickerOf(`/pools/${pool.id}`, asked.range, zone) };
}

export function newPoolPage(parts: PageParts, call: PageCall): Promise<Response> {
  return formPage(parts, call, { pool: null, form: newPool });
}

/** The form for who may change it, figures for the others. */
export async function poolPage(parts: PageParts, call: PageCall): Promise<Response> {
  const pool = found(parts.deps.control.pools.byId(call.id), "pool");
  if (call.viewer.mayWrite) return formPage(parts, call, { pool, form: formOf(pool), test: parts.probes.last(pool) });
  const [row] = await poolRows(parts, viewsOf(parts, call.id));
  const chart = await chartOf(parts, pool, { url: call.url, zone: call.viewer.zone });
  const shown = { pool: found(row, "pool"), username: pool.username, live: `/live/pools/${pool.id}`, chart };
  return htmlResponse(PoolPage({ viewer: call.viewer, assets: assetUrls, ...shown }));
}

/** What was typed, as the API's own entry. An empty password means: leave it as it is. */
function entryOf(values: FormValues): PoolEntry & { url: string; username: string } {
  const { name = "", url = "", username = "", password = "" } = values;
  const algorithm = algorithmNames.find((known) => known === values["algorithm"]);
  const mode = poolModes.find((known) => known === values["mode"]);
  return { ...(name !== "" && { name }), url, username, ...(password !== "" && { password }), ...(algorithm && { algorithm }), ...(mode && { mode }) };
}

export async function addPoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps, probes } = parts;
  const values = await readForm(call.request);
  const again = (form: FormState) => formPage(parts, call, { pool: null, form, status: 422 });
  return orRefused(
    call,
    values,
    async () => {
      const pool = deps.control.transaction(() => {
        const added = addPool(deps, call.principal, entryOf(values));
        houseOfFirstPool(deps.control, call.principal, added);
        return added;
      });
      parts.deps.hub.configChanged();
      await probes.probe(pool, webLimits.poolProbeMsMax);
      return redirect(`/pools/${pool.id}`);
    },
    (problem) => again(refusedForm(values, problem)),
  );
}

export async function changePoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps, probes } = parts;
  const values = await readForm(call.request);
  const pool = found(deps.control.pools.byId(call.id), "pool");
  const again = (form: FormState, status = 422) => formPage(parts, call, { pool, form, status });
  return orRefused(
    call,
    values,
    async () => {
      const change = { id: pool.id, version: versionOf(values), entry: entryOf(values) };
      const after = deps.control.transaction(() => changePool(deps, call.principal, change));
      parts.deps.hub.configChanged();
      if (!leadsElsewhere(pool, after)) return redirect("/pools");
      await probes.probe(after, webLimits.poolProbeMsMax);
      return redirect(`/pools/${pool.id}`);
    },
    (problem) => again(refusedEdit({ control: deps.control, call, values }, problem, { present: { row: pool, formOf } }), refusedStatus(problem)),
  );
}

export async function removePoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const values = await readForm(call.request);
  const pool = found(deps.control.pools.byId(call.id), "pool");
  return orRefused(
    call,
    values,
    () => {
      deps.control.transaction(() => removePool(deps, call.principal, { id: pool.id, version: versionOf(values) }));
      parts.deps.hub.configChanged();
      return redirect("/pools");
    },
    (problem) => formPage(parts, call, { pool, form: { ...formOf(pool), errors: { "": `${problem.detail}.` } }, status: problem.status }),
  );
}

export async function testPoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  const pool = found(parts.deps.control.pools.byId(call.id), "pool");
  const test = await parts.probes.probe(pool, webLimits.poolTestMsMax);
  return formPage(parts, call, { pool, form: formOf(pool), test });
}
