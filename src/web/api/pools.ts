import { Type } from "@sinclair/typebox";
import { type Pool, poolModes, poolUrlRule } from "../../control/pools.ts";
import type { PoolTest } from "../../health/facts.ts";
import { addPool, changePool, removePool } from "../actions/pools.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { poolExample, poolTestExample } from "../examples.ts";
import { webLimits } from "../limits.ts";
import { algorithm, poolModel, poolTestModel } from "../models.ts";
import { namesakeWarnings } from "../namesake-warnings.ts";
import { listReply, pageByNo } from "../paging.ts";
import { leadsElsewhere } from "../pool-probes.ts";
import { poolJson, poolTestJson } from "../present-live.ts";
import { idOf, oneOf, orNull, pageOf, pageQuery, ruled, text } from "../schema-parts.ts";

const url = () =>
  ruled(
    Type.String({ minLength: 1, maxLength: 300, description: "`stratum+tcp://HOST:PORT` or `stratum+ssl://HOST:PORT`, an IPv6 address in brackets" }),
    poolUrlRule,
  );
const username = () => ({ ...text(512), description: "`{rig}` gives each rig its own worker name" });
const optional = {
  name: Type.Optional(text(100)),
  password: Type.Optional({ ...text(512, 0), writeOnly: true }),
  algorithm: Type.Optional(algorithm()),
  mode: Type.Optional(oneOf(poolModes)),
  customer_id: Type.Optional(orNull(idOf("cus"))),
};
const newPool = Type.Object({ url: url(), username: username(), ...optional });
const poolPatch = Type.Object({ url: Type.Optional(url()), username: Type.Optional(username()), ...optional });

export function poolEndpoints(parts: ApiParts): Endpoint[] {
  return [...poolReads(parts), ...poolChanges(parts), poolTrial(parts)];
}

type Asked = { /** One that has just been made. */ probe?: PoolTest; namesakes?: ReturnType<typeof namesakeWarnings> };

/** What a pool looks like now: its row, what the hub sees, what its last trial showed, whether another has its name. */
async function present({ deps, figures, probes }: ApiParts, pool: Pool, asked: Asked = {}) {
  const { probe = probes.last(pool), namesakes = namesakeWarnings(deps.control, "pools", [pool]) } = asked;
  const rejectBp = (await figures.rejectBp())(pool.no);
  const shown = poolJson(pool, { fact: deps.hub.pool(pool.no), answers: deps.hub.poolAnswers(pool.no), probe, rejectBp });
  return { ...shown, warnings: [...shown.warnings, ...namesakes(pool)] };
}

/** A pool that was just tried, told by the trial alone: what the hub's session knows may still be of the address before. */
async function presentTried(parts: ApiParts, pool: Pool) {
  const probe = await parts.probes.probe(pool, webLimits.poolProbeMsMax);
  const { extranonce2_size, difficulty, warnings } = poolTestJson(probe);
  const namesakes = namesakeWarnings(parts.deps.control, "pools", [pool])(pool);
  return { ...(await present(parts, pool, { probe })), extranonce2_size, difficulty, warnings: [...warnings, ...namesakes] };
}

/** The row alone, for the moment in which nothing else is known. */
const bare = (pool: Pool) => poolJson(pool, { fact: null, answers: null, probe: null, rejectBp: 0 });

/** A pool that works shows by itself what it is like; any other is tried after a change, if this version of it was not yet. */
export async function probeUnproven({ deps, probes }: ApiParts, pool: Pool): Promise<void> {
  const state = deps.hub.pool(pool.no)?.state;
  if (state !== "live" && state !== "warm" && probes.last(pool) === null) await probes.probe(pool, webLimits.poolProbeMsMax);
}

function poolReads(parts: ApiParts): Endpoint[] {
  const { pools } = parts.deps.control;
  return [
    readEndpoint({
      path: "/pools",
      need: "pools:read",
      tag: "pools",
      summary: "List pools",
      query: Type.Object(pageQuery),
      answers: [{ status: 200, description: "Pools, oldest first", schema: pageOf("Pool", poolModel), example: { data: [poolExample], page: { next: null } } }],
      handle: async ({ query, request }) => {
        const { rows, next } = pageByNo(pools.all(), query);
        const namesakes = namesakeWarnings(parts.deps.control, "pools", rows);
        return listReply(request, await Promise.all(rows.map((pool) => present(parts, pool, { namesakes }))), next);
      },
    }),
    readEndpoint({
      path: "/pools/{id}",
      need: "pools:read",
      tag: "pools",
      summary: "Read a pool",
      answers: [{ status: 200, description: "The pool", schema: poolModel, example: poolExample }],
      handle: async ({ id }) => {
        const pool = found(pools.byId(id), "pool");
        return { body: await present(parts, pool), version: pool.version, isLive: true };
      },
    }),
  ];
}

function poolChanges(parts: ApiParts): Endpoint[] {
  const { deps, probes, bell } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/pools",
      need: "pools:write",
      tag: "pools",
      summary: "Add a pool",
      description:
        "The hub tries the pool for at most 3 seconds before it answers, so that `extranonce2_size` and `warnings` say what it is like. " +
        "A pool that cannot be reached is added all the same, with a warning.",
      body: newPool,
      bodyExample: { name: "Braiins", url: "stratum+tcp://stratum.braiins.com:3333", username: "farm.{rig}", password: "x" },
      answers: [{ status: 201, description: "The pool, tried", schema: poolModel, example: poolExample }],
      handle: ({ body, principal }) => {
        const pool = addPool(deps, principal, body);
        const reply = { status: 201 as const, version: pool.version, location: `/api/v1/pools/${pool.id}` };
        const complete = async () => ({ ...reply, body: await present(parts, pool, { probe: await probes.probe(pool, webLimits.poolProbeMsMax) }) });
        return { ...reply, body: bare(pool), tell: bell.now, complete };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/pools/{id}",
      need: "pools:write",
      tag: "pools",
      summary: "Change a pool",
      description:
        "Rigs of a pool in use move to the new session; none disconnects. After a change of URL, username, password or algorithm the pool is tried " +
        "for at most 3 seconds before the answer: `extranonce2_size`, `difficulty` and `warnings` are those of the trial.",
      body: poolPatch,
      bodyExample: { username: "farm2.{rig}" },
      answers: [{ status: 200, description: "The pool as it is now", schema: poolModel, example: poolExample }],
      handle: ({ id, body, principal, version }) => {
        const before = found(deps.control.pools.byId(id), "pool");
        const pool = changePool(deps, principal, { id, version, entry: body });
        const shown = async () => {
          if (leadsElsewhere(before, pool)) return presentTried(parts, pool);
          await probeUnproven(parts, pool);
          return present(parts, pool);
        };
        const complete = async () => ({ version: pool.version, body: await shown() });
        return { version: pool.version, body: bare(pool), tell: bell.now, complete };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/pools/{id}",
      need: "pools:write",
      tag: "pools",
      summary: "Remove a pool",
      description: "Refused while a profile contains it. Its shares stay on record.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        removePool(deps, principal, { id, version });
        return { tell: bell.now };
      },
    }),
  ];
}

function poolTrial(parts: ApiParts): Endpoint {
  const { deps, probes } = parts;
  return changeEndpoint(parts, {
    method: "POST",
    path: "/pools/{id}/test",
    need: "pools:write",
    tag: "pools",
    summary: "Try a pool",
    description: "Opens a session of its own, subscribes, authorizes, waits for a first job, and closes it again. Rigs notice nothing.",
    answers: [{ status: 200, description: "Step by step, whether it works or not", schema: poolTestModel, example: poolTestExample }],
    handle: ({ id }) => {
      const pool = found(deps.control.pools.byId(id), "pool");
      const interrupted = { ok: false, steps: [], extranonce2_size: null, difficulty: null, warnings: ["the trial was interrupted"] };
      return { body: interrupted, complete: async () => ({ body: poolTestJson(await probes.probe(pool, webLimits.poolTestMsMax)) }) };
    },
  });
}
