import { PoolPage } from "../../../views/pages/pool.tsx";
import { PoolFormPage } from "../../../views/pages/pool-form.tsx";
import { type PoolRow, PoolsPage, PoolTable, type ProfileRow } from "../../../views/pages/pools.tsx";
import type { FormState } from "../../../views/parts/form.tsx";
import { type Pool, poolModes, poolUrl } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import type { PoolTest } from "../../health/facts.ts";
import { algorithmNames } from "../../work/algorithm.ts";
import { addPool, changePool, type PoolEntry, removePool } from "../actions/pools.ts";
import { assetUrls } from "../assets/assets.ts";
import { found } from "../endpoint.ts";
import { webLimits } from "../limits.ts";
import type { LiveView } from "../live.ts";
import { leadsElsewhere } from "../pool-probes.ts";
import { warningsOf } from "../present-live.ts";
import type { Problem } from "../problems.ts";
import { refusedPart } from "./fleet-snapshot.ts";
import { type FormValues, isOwnForm, orRefused, readForm, refusedForm, requireOwnForm, sentence, versionOf } from "./form-body.ts";
import { houseOfFirstPool, isFirstProfile } from "./house.ts";
import { htmlResponse, type PageCall, redirect, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { scopeChart } from "./scope-chart.ts";
import { pickerOf, readRange } from "./time-range.ts";

async function poolRows(parts: PageParts, pools: readonly Pool[]): Promise<PoolRow[]> {
  const { hub } = parts.deps;
  const { hourWork } = await parts.snapshots.current();
  return pools.map((pool) => {
    const fact = hub.pool(pool.no);
    const probe = parts.probes.last(pool);
    return {
      id: pool.id,
      name: pool.name,
      url: poolUrl(pool),
      algorithm: pool.algorithm,
      state: fact?.state ?? "unused",
      stateSinceMs: fact?.stateSinceMs ?? pool.createdAtMs,
      reason: fact?.reason ?? "",
      extranonce2Size: fact?.extranonce2Size ?? probe?.extranonce2Size ?? null,
      difficulty: fact?.difficulty ?? probe?.difficulty ?? null,
      rigs: fact?.rigs ?? 0,
      answerMs: fact?.answerMs ?? null,
      rejected: refusedPart(hourWork.get(pool.no) ?? { accepted: 0n, rejected: 0n }),
      warnings: warningsOf(fact, probe),
    };
  });
}

function profileRow(parts: PageParts, profile: Profile): ProfileRow {
  const { control } = parts.deps;
  const usedBy = control.profiles.usedBy(profile.no).map(({ kind, name }) => `${kind} ${name}`);
  const more = usedBy.length > 3 ? ` and ${usedBy.length - 3} more` : "";
  return {
    id: profile.id,
    name: profile.name,
    poolNames: profile.poolNos.map((no) => control.pools.byNo(no)?.name ?? "–"),
    algorithm: profile.algorithm,
    returnAfterS: profile.returnAfterS,
    usedBy: `${usedBy.slice(0, 3).join(", ")}${more}`,
  };
}

export async function poolsPage(parts: PageParts, { viewer }: PageCall): Promise<Response> {
  const { control } = parts.deps;
  const profiles = control.profiles.all();
  const idOf = new Map(profiles.map(({ no, id }) => [no, id]));
  const fleets = control.fleets.all().map((fleet) => ({
    id: fleet.id,
    name: fleet.name,
    algorithm: fleet.algorithm,
    version: fleet.version,
    houseProfileId: idOf.get(fleet.houseProfileNo ?? 0) ?? null,
  }));
  const pools = await poolRows(parts, control.pools.all());
  const rows = profiles.map((profile) => profileRow(parts, profile));
  return htmlResponse(PoolsPage({ viewer, assets: assetUrls, live: "/live/pools", pools, profiles: rows, fleets }));
}

/** The table of all pools, or of the one that `id` names. */
export function poolsLive(parts: PageParts, { id, zone }: WatchCall): LiveView {
  const { control, now } = parts.deps;
  if (id !== "") found(control.pools.byId(id), "pool");
  const render = async () => {
    const shown = control.pools.all().filter((pool) => id === "" || pool.id === id);
    const clock = { nowMs: now(), zone };
    return { parts: [{ id: "pool-table", html: await PoolTable({ pools: await poolRows(parts, shown), clock }) }] };
  };
  return { key: `pools ${id}`, everyMs: 1_000, render };
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
  return htmlResponse(PoolFormPage({ viewer, assets: assetUrls, pool: head, form, test, isFirst, chart }), status);
}

async function chartOf(parts: PageParts, pool: Pool, { url, zone }: { url: URL; zone: string }) {
  const asked = { range: readRange(url, { nowMs: parts.deps.now(), zone, first: "24h" }), zone };
  const scope = { kind: "pool", no: pool.no } as const;
  const chart = await scopeChart(parts, { scope, figure: "effectiveHps", levelHps: null, bornMs: pool.createdAtMs }, asked);
  return { chart, picker: pickerOf(`/pools/${pool.id}`, asked.range, zone) };
}

export function newPoolPage(parts: PageParts, call: PageCall): Promise<Response> {
  return formPage(parts, call, { pool: null, form: newPool });
}

/** The form for who may change it, figures for the others. */
export async function poolPage(parts: PageParts, call: PageCall): Promise<Response> {
  const pool = found(parts.deps.control.pools.byId(call.id), "pool");
  if (call.viewer.mayWrite) return formPage(parts, call, { pool, form: formOf(pool), test: parts.probes.last(pool) });
  const [row] = await poolRows(parts, [pool]);
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

const staleForm = "The form was of an older session. Look at it and send it again.";

function refused(values: FormValues, problem: Problem): FormState {
  if (problem.kind !== "fresh-login-required") return refusedForm(values, problem);
  return { values, errors: { "": sentence(problem.detail) }, signIn: "/login?again=1&next=/pools" };
}

export async function addPoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps, probes } = parts;
  const values = await readForm(call.request);
  const again = (form: FormState) => formPage(parts, call, { pool: null, form, status: 422 });
  if (!isOwnForm(values, call.viewer.csrf)) return again({ values, errors: { "": staleForm } });
  return orRefused(
    async () => {
      const pool = deps.control.transaction(() => {
        const added = addPool(deps, call.principal, entryOf(values));
        houseOfFirstPool(deps.control, call.principal, added);
        return added;
      });
      changed(parts);
      await probes.probe(pool, webLimits.poolProbeMsMax);
      return redirect(`/pools/${pool.id}`);
    },
    (problem) => again(refused(values, problem)),
  );
}

export async function changePoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps, probes } = parts;
  const pool = found(deps.control.pools.byId(call.id), "pool");
  const values = await readForm(call.request);
  const again = (form: FormState) => formPage(parts, call, { pool, form, status: 422 });
  if (!isOwnForm(values, call.viewer.csrf)) return again({ values, errors: { "": staleForm } });
  return orRefused(
    async () => {
      const change = { id: pool.id, version: versionOf(values), entry: entryOf(values) };
      const after = deps.control.transaction(() => changePool(deps, call.principal, change));
      changed(parts);
      if (!leadsElsewhere(pool, after)) return redirect("/pools");
      await probes.probe(after, webLimits.poolProbeMsMax);
      return redirect(`/pools/${pool.id}`);
    },
    (problem) => again(refused(values, problem)),
  );
}

export async function removePoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const { deps } = parts;
  const pool = found(deps.control.pools.byId(call.id), "pool");
  const values = await readForm(call.request);
  requireOwnForm(values, call.viewer.csrf);
  return orRefused(
    () => {
      deps.control.transaction(() => removePool(deps, call.principal, { id: pool.id, version: versionOf(values) }));
      changed(parts);
      return redirect("/pools");
    },
    (problem) => formPage(parts, call, { pool, form: { ...formOf(pool), errors: { "": `${problem.detail}.` } }, status: problem.status }),
  );
}

export async function testPoolForm(parts: PageParts, call: PageCall): Promise<Response> {
  const pool = found(parts.deps.control.pools.byId(call.id), "pool");
  requireOwnForm(await readForm(call.request), call.viewer.csrf);
  const test = await parts.probes.probe(pool, webLimits.poolTestMsMax);
  return formPage(parts, call, { pool, form: formOf(pool), test });
}

function changed(parts: PageParts): void {
  parts.snapshots.forget();
  parts.deps.hub.configChanged();
}
