/** @jsxImportSource @kitajs/html */

import type { AnswerQuantiles } from "../../src/health/answer-times.ts";
import type { PoolState } from "../../src/health/facts.ts";
import { count, difficulty, duration, latency, percent } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, Hidden } from "../parts/form.tsx";
import { How } from "../parts/how.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { Sparkline, type SparkPoint } from "../parts/sparkline.tsx";
import { PoolMark } from "../parts/status.tsx";
import { Empty, Moment, Paging } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export type PoolRow = {
  id: string;
  name: string;
  url: string;
  algorithm: string;
  state: PoolState;
  stateSinceMs: number;
  reason: string;
  extranonce2Size: number | null;
  difficulty: number | null;
  rigs: number;
  /** How long it took to answer shares over the last hour; `isShort`: since the start of the hub, less than an hour ago. */
  answers: (AnswerQuantiles & { isShort: boolean }) | null;
  /** Hashrate at it over the last day, by the quarter of an hour. */
  strip: readonly SparkPoint[];
  /** Rejected of answered shares in the last hour, 0..1; null = none answered. */
  rejected: number | null;
  warnings: string[];
};
export type ProfileChoice = { id: string; name: string; poolNames: string[]; algorithm: string };
export type ProfileRow = ProfileChoice & { returnAfterS: number; usedBy: string; warnings: string[] };
export type FleetHouse = { id: string; name: string; algorithm: string; version: number; houseProfileId: string | null };

export type PoolsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  live: string;
  /** What is looked for; empty = nothing. */
  q: string;
  pools: PoolRow[];
  profiles: ProfileRow[];
  fleets: FleetHouse[];
  /** Profiles that a fleet may have for its house. */
  houses: ProfileChoice[];
  prevHref: string | null;
  nextHref: string | null;
};

const sparkStepMs = 900_000;

const within = (ms: number | null): string => (ms === null ? "over 3 s" : latency(ms));

function Answers(props: { of: PoolRow["answers"]; clock: Clock }): JSX.Element {
  const { of: answers, clock } = props;
  if (answers === null) return <span>–</span>;
  return (
    <>
      <span class="block nowrap">
        <small>p50</small> <span safe>{within(answers.p50Ms)}</span>
      </span>
      <span class="block nowrap">
        <small>p99</small> <span safe>{within(answers.p99Ms)}</span>
      </span>
      {answers.isShort ? (
        <small class="block">
          since <Moment atMs={answers.sinceMs} clock={clock} />
        </small>
      ) : (
        ""
      )}
    </>
  );
}

export function PoolLine(props: { pool: PoolRow; clock: Clock }): JSX.Element {
  const { pool, clock } = props;
  return (
    <tr id={pool.id}>
      <td>
        <PoolMark state={pool.state} forMs={clock.nowMs - pool.stateSinceMs} />
      </td>
      <th scope="row">
        <a href={`/pools/${pool.id}`} safe>
          {pool.name}
        </a>
        <small class="raw" safe>
          {pool.url}
        </small>
        {pool.reason === "" ? (
          ""
        ) : (
          <small class="bad" safe>
            {pool.reason}
          </small>
        )}
        {pool.warnings.map((warning) => (
          <small class="warn" safe>
            {warning}
          </small>
        ))}
      </th>
      <td class="c3 nowrap" data-head="Algorithm" safe>
        {pool.algorithm}
      </td>
      <td class="n c3" data-head="Extranonce 2" safe>
        {pool.extranonce2Size === null ? "–" : `${pool.extranonce2Size} B`}
      </td>
      <td class="n c2" data-head="Difficulty" safe>
        {difficulty(pool.difficulty)}
      </td>
      <td class="n" data-head="Rigs" safe>
        {count(pool.rigs)}
      </td>
      <td class="n" data-head="Answers, 1 h">
        <Answers of={pool.answers} clock={clock} />
      </td>
      <td class="n" data-head="Rejected, 1 h" safe>
        {percent(pool.rejected, 2)}
      </td>
      <td class="c3 back" data-head="Hashrate, 24 h">
        <Sparkline points={pool.strip} stepMs={sparkStepMs} />
      </td>
    </tr>
  );
}

/** Says why the table is empty; itself empty when it is not, so that a live change has its place. */
export function NoPools(props: { pools: number; q: string }): JSX.Element {
  const none = props.q === "" ? "No pool yet. The rigs get work as soon as there is one." : "No pool matches.";
  return <div id="no-pools">{props.pools === 0 ? <Empty text={none} /> : ""}</div>;
}

export function PoolTable(props: { pools: PoolRow[]; clock: Clock; q?: string }): JSX.Element {
  return (
    <>
      <NoPools pools={props.pools.length} q={props.q ?? ""} />
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Pool</th>
            <th scope="col" class="c3">
              Algorithm
            </th>
            <th scope="col" class="n c3">
              Extranonce 2
            </th>
            <th scope="col" class="n c2">
              Difficulty
            </th>
            <th scope="col" class="n">
              Rigs
            </th>
            <th scope="col" class="n">
              Answers, 1 h
            </th>
            <th scope="col" class="n">
              Rejected, 1 h
            </th>
            <th scope="col" class="c3">
              Hashrate, 24 h
            </th>
          </tr>
        </thead>
        <tbody id="pool-rows">
          <InTurns of={props.pools} draw={(pool) => <PoolLine pool={pool} clock={props.clock} />} />
        </tbody>
      </table>
    </>
  );
}

function Profiles(props: { profiles: ProfileRow[]; mayWrite: boolean }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="h-profiles">
      <header>
        <h2 id="h-profiles">Profiles</h2>
        {props.mayWrite ? (
          <a class="button" href="/profiles/new">
            New profile
          </a>
        ) : (
          ""
        )}
      </header>
      {props.profiles.length === 0 ? <Empty text="A profile is an ordered list of up to five pools: the first that is well is used." /> : ""}
      <table hidden={props.profiles.length === 0}>
        <thead>
          <tr>
            <th scope="col">Profile</th>
            <th scope="col">Pools, in order</th>
            <th scope="col" class="n c2">
              Returns after
            </th>
            <th scope="col" class="c2">
              Used by
            </th>
          </tr>
        </thead>
        <tbody>
          <InTurns
            of={props.profiles}
            draw={(profile) => (
              <tr id={profile.id}>
                <th scope="row">
                  {props.mayWrite ? (
                    <a href={`/profiles/${profile.id}`} safe>
                      {profile.name}
                    </a>
                  ) : (
                    <span safe>{profile.name}</span>
                  )}
                </th>
                <td>
                  <ol class="order">
                    {profile.poolNames.map((name) => (
                      <li safe>{name}</li>
                    ))}
                  </ol>
                  {profile.warnings.map((warning) => (
                    <small class="warn" safe>
                      {warning}
                    </small>
                  ))}
                </td>
                <td class="n c2" safe>
                  {duration(profile.returnAfterS * 1000)}
                </td>
                <td class="c2" safe>
                  {profile.usedBy === "" ? "–" : profile.usedBy}
                </td>
              </tr>
            )}
          />
        </tbody>
      </table>
    </section>
  );
}

function House(props: { fleet: FleetHouse; choices: readonly Choice[]; viewer: Viewer }): JSX.Element {
  const { fleet, viewer } = props;
  const chosen = props.choices.find((choice) => choice.value === fleet.houseProfileId);
  if (!viewer.mayWrite) {
    return (
      <div>
        <dt safe>{fleet.name}</dt>
        <dd safe>{chosen?.text ?? "none"}</dd>
      </div>
    );
  }
  return (
    <div>
      <dt>
        <label for={`house-${fleet.id}`} safe>
          {fleet.name}
        </label>
      </dt>
      <dd>
        <form method="post" action={`/fleets/${fleet.id}/house`} class="row">
          <Hidden csrf={viewer.csrf} version={fleet.version} />
          <select id={`house-${fleet.id}`} name="profile_id">
            <option value="" selected={chosen === undefined}>
              none: rigs wait without work
            </option>
            {props.choices.map((choice) => (
              <option value={choice.value} selected={choice.value === fleet.houseProfileId} safe>
                {choice.text}
              </option>
            ))}
          </select>
          <button type="submit">Use</button>
        </form>
      </dd>
    </div>
  );
}

export function PoolsPage(props: PoolsProps): JSX.Element {
  const { viewer } = props;
  const choicesOf = (algorithm: string) =>
    props.houses
      .filter((profile) => profile.algorithm === algorithm)
      .map((profile) => ({ value: profile.id, text: `${profile.name}: ${profile.poolNames.join(", ")}` }));
  return (
    <Layout title="Pools" current="pools" viewer={viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Pools</h1>
        <form class="search" method="get" action="/pools">
          <input type="search" name="q" value={props.q} placeholder="Name, address or profile" aria-label="Search pools and profiles" autocomplete="off" />
          <button type="submit">Search</button>
        </form>
        {viewer.mayWrite ? (
          <a class="button primary" href="/pools/new">
            Add pool
          </a>
        ) : (
          ""
        )}
      </div>
      <section class="panel" aria-label="Pools">
        <PoolTable pools={props.pools} clock={viewer} q={props.q} />
        {props.pools.length === 0 ? "" : <How figures={["answers", "rejected", "spark"]} />}
      </section>
      <Profiles profiles={props.profiles} mayWrite={viewer.mayWrite} />
      <Paging prevHref={props.prevHref} nextHref={props.nextHref} />
      <section class="panel" aria-labelledby="h-house">
        <header>
          <h2 id="h-house">House profile of each fleet</h2>
        </header>
        <dl class="facts">
          {props.fleets.map((fleet) => (
            <House fleet={fleet} choices={choicesOf(fleet.algorithm)} viewer={viewer} />
          ))}
        </dl>
        <p class="foot">Rigs that serve nobody mine here.</p>
      </section>
    </Layout>
  );
}
