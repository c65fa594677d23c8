import { plural } from "../../../views/format.ts";
import type { PoolRow, ProfileChoice, ProfileRow } from "../../../views/pages/pools.tsx";
import { breathe } from "../../../views/turns.ts";
import { type Pool, poolUrl } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import type { PoolFact } from "../../health/facts.ts";
import { namesakeWarnings } from "../namesake-warnings.ts";
import type { PoolsByNo, PoolView } from "../pool-views.ts";
import { warningsOf } from "../present-live.ts";
import { profileWarnings } from "../profile-warnings.ts";
import { refusedPart } from "./fleet-snapshot.ts";
import type { PageParts } from "./page-parts.ts";

const pageSize = 100;
const searchCharsMax = 100;
/** Answers of the last hour are those of 55 to 60 minutes; of a hub that is younger, those since its start. */
const shortMs = 55 * 60_000;

export type PoolQuery = { q: string; page: number };

/** What an address asks for; what it cannot mean falls back to its neutral value. */
export function readPoolQuery(url: URL): PoolQuery {
  const page = Number(url.searchParams.get("page"));
  return { q: (url.searchParams.get("q") ?? "").trim().slice(0, searchCharsMax), page: Number.isSafeInteger(page) && page > 0 && page < 1_000 ? page : 1 };
}

/** The address of a page of the list, or of its stream. */
export function poolsHref({ q, page }: PoolQuery, path = "/pools"): string {
  const search = new URLSearchParams({ ...(q !== "" && { q }), ...(page > 1 && { page: String(page) }) });
  return search.size === 0 ? path : `${path}?${search}`;
}

/** One page of the things that a word finds, in their order. */
export function pageOf<T>(all: readonly T[], { q, page }: PoolQuery, textsOf: (one: T) => string[]): { rows: T[]; more: number } {
  const needle = q.toLowerCase();
  const hits = needle === "" ? all : all.filter((one) => textsOf(one).some((text) => text.toLowerCase().includes(needle)));
  return { rows: hits.slice((page - 1) * pageSize, page * pageSize), more: Math.max(0, hits.length - page * pageSize) };
}

export const poolTexts = (pool: Pool): string[] => [pool.name, poolUrl(pool), pool.username];
export const profileTexts = ({ name }: Profile): string[] => [name];

export async function poolRows(parts: PageParts, pools: readonly PoolView[]): Promise<PoolRow[]> {
  const [hourWork, strips] = await Promise.all([parts.figures.poolWork(), parts.poolStrips.of(pools.map(({ pool }) => pool))]);
  const namesakes = namesakeWarnings(
    parts.deps.control,
    "pools",
    pools.map(({ pool }) => pool),
  );
  const rows: PoolRow[] = [];
  for (const { pool, fact } of pools) {
    await breathe();
    const rejected = refusedPart(hourWork.get(pool.no) ?? { accepted: 0n, rejected: 0n });
    rows.push(poolRow(parts, pool, { fact, rejected, strip: strips.get(pool.no) ?? [], namesakes: namesakes(pool) }));
  }
  return rows;
}

type Figures = Pick<PoolRow, "rejected" | "strip"> & { fact: PoolFact | null; namesakes: readonly string[] };

function poolRow(parts: PageParts, pool: Pool, { fact, rejected, strip, namesakes }: Figures): PoolRow {
  const probe = parts.probes.last(pool);
  const answers = parts.deps.hub.poolAnswers(pool.no);
  return {
    ...{ id: pool.id, name: pool.name, url: poolUrl(pool), algorithm: pool.algorithm, rejected, strip },
    state: fact?.state ?? "unused",
    stateSinceMs: fact?.stateSinceMs ?? pool.createdAtMs,
    reason: fact?.reason ?? "",
    extranonce2Size: fact?.extranonce2Size ?? probe?.extranonce2Size ?? null,
    difficulty: fact?.difficulty ?? probe?.difficulty ?? null,
    rigs: fact?.rigs ?? 0,
    answers: answers === null ? null : { ...answers, isShort: parts.deps.now() - answers.sinceMs < shortMs },
    warnings: [...warningsOf(fact, probe), ...namesakes],
  };
}

/** With who uses each, which is a question of its own. `pools`: all of them. */
export async function profileRows(parts: PageParts, profiles: readonly Profile[], pools: PoolsByNo): Promise<ProfileRow[]> {
  const warnings = profileWarnings(parts, profiles, pools);
  const rows: ProfileRow[] = [];
  for (const profile of profiles) {
    await breathe();
    rows.push({ ...choiceOf(profile, pools), ...useOf(parts, profile), warnings: warnings.get(profile.no) ?? [] });
  }
  return rows;
}

/** A profile by name and pools, to be chosen. */
export function choiceOf({ id, name, algorithm, poolNos }: Profile, pools: PoolsByNo): ProfileChoice {
  return { id, name, algorithm, poolNames: poolNos.map((no) => pools.get(no)?.pool.name ?? "–") };
}

function useOf({ deps: { control } }: PageParts, profile: Profile): Pick<ProfileRow, "returnAfterS" | "usedBy"> {
  const { names, rigs } = control.profiles.useOf(profile.no);
  const more = names.length > 3 ? [`${names.length - 3} more`] : [];
  const users = [...names.slice(0, 3), ...more, ...(rigs === 0 ? [] : [plural(rigs, "rig")])];
  return { returnAfterS: profile.returnAfterS, usedBy: users.join(", ") };
}
