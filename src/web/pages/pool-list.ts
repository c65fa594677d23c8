import type { PoolRow, ProfileRow } from "../../../views/pages/pools.tsx";
import { type Pool, poolUrl } from "../../control/pools.ts";
import type { Profile } from "../../control/profiles.ts";
import type { PoolFact } from "../../health/facts.ts";
import { breathe } from "../csv-read.ts";
import { warningsOf } from "../present-live.ts";
import { profileWarnings } from "../profile-warnings.ts";
import { refusedPart } from "./fleet-snapshot.ts";
import type { PageParts } from "./page-parts.ts";

const pageSize = 100;
const searchCharsMax = 100;

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

export async function poolRows(parts: PageParts, pools: readonly Pool[]): Promise<PoolRow[]> {
  const { hub } = parts.deps;
  const hourWork = await parts.figures.poolWork();
  const facts = pools.length === 1 ? null : new Map([...hub.pools()].map((fact) => [fact.poolNo, fact]));
  return pools.map((pool) => {
    const fact = facts === null ? hub.pool(pool.no) : (facts.get(pool.no) ?? null);
    return poolRow(parts, pool, { fact, rejected: refusedPart(hourWork.get(pool.no) ?? { accepted: 0n, rejected: 0n }) });
  });
}

function poolRow(parts: PageParts, pool: Pool, { fact, rejected }: { fact: PoolFact | null; rejected: number | null }): PoolRow {
  const probe = parts.probes.last(pool);
  return {
    ...{ id: pool.id, name: pool.name, url: poolUrl(pool), algorithm: pool.algorithm, rejected },
    state: fact?.state ?? "unused",
    stateSinceMs: fact?.stateSinceMs ?? pool.createdAtMs,
    reason: fact?.reason ?? "",
    extranonce2Size: fact?.extranonce2Size ?? probe?.extranonce2Size ?? null,
    difficulty: fact?.difficulty ?? probe?.difficulty ?? null,
    rigs: fact?.rigs ?? 0,
    answerMs: fact?.answerMs ?? null,
    warnings: warningsOf(fact, probe),
  };
}

const profilesPerTurn = 20;

/** With who uses each, which is a question of its own. */
export async function profileRows(parts: PageParts, profiles: readonly Profile[]): Promise<ProfileRow[]> {
  const rows: ProfileRow[] = [];
  for (const [at, profile] of profiles.entries()) {
    if (at % profilesPerTurn === 0) await breathe();
    rows.push(profileRow(parts, profile));
  }
  return rows;
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
    warnings: profileWarnings(parts, [profile]).get(profile.no) ?? [],
    usedBy: `${usedBy.slice(0, 3).join(", ")}${more}`,
  };
}
