/** @jsxImportSource @kitajs/html */
import { count, difficulty, latency, percent, workText } from "../format.ts";
import { Empty, Moment } from "../parts/text.tsx";
import type { Clock } from "../viewer.ts";

/** One share, with what the hub and the pool said of it. */
export type ShareLine = { atMs: number; difficulty: number; poolName: string; ours: string; theirs: string; reason: string | null; answeredMs: number };
/** What became of all shares of a window; `asOfMs` = up to when they are counted. Sums are asked for less often than the last shares. */
export type Fates = { hubFates: FateLine[]; poolFates: FateLine[]; span: string; asOfMs: number };
/** One fate of shares over the window of the table. */
export type FateLine = { fate: string; count: number; work: bigint; tone: "ok" | "warn" | "bad" | "" };

function FateRows(props: { fates: FateLine[] }): JSX.Element {
  const total = props.fates.reduce((sum, fate) => sum + fate.count, 0);
  return (
    <tbody>
      {props.fates.map((fate) => (
        <tr class={fate.count > 0 ? fate.tone : "none"}>
          <th scope="row" safe>
            {fate.fate}
          </th>
          <td class="n" safe>
            {count(fate.count)}
          </td>
          <td class="n" safe>
            {percent(total === 0 ? null : fate.count / total, 2)}
          </td>
          <td class="n" safe>
            {workText(fate.work)}
          </td>
        </tr>
      ))}
    </tbody>
  );
}

export function RigFates(props: Fates & { clock: Clock }): JSX.Element {
  return (
    <section class="panel" id="fates" aria-labelledby="h-fates">
      <header>
        <h2 id="h-fates" safe>{`Shares by fate, ${props.span}`}</h2>
        <small>
          counted up to <Moment atMs={props.asOfMs} clock={props.clock} />
        </small>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Fate</th>
            <th scope="col" class="n">
              Shares
            </th>
            <th scope="col" class="n">
              Of these
            </th>
            <th scope="col" class="n">
              Work
            </th>
          </tr>
        </thead>
        <FateRows fates={props.hubFates} />
        <FateRows fates={props.poolFates} />
      </table>
    </section>
  );
}

function ShareRow(props: { share: ShareLine; clock: Clock }): JSX.Element {
  const { share } = props;
  return (
    <tr>
      <td>
        <Moment atMs={share.atMs} clock={props.clock} />
      </td>
      <td class="n" safe>
        {difficulty(share.difficulty)}
      </td>
      <td class={share.ours === "accepted" ? "" : "bad"} safe>
        {share.ours}
      </td>
      <td class={share.theirs === "rejected" ? "bad" : ""} safe>
        {share.theirs}
      </td>
      <td class="c2 raw" safe>
        {share.reason ?? ""}
      </td>
      <td class="c2 cut" safe>
        {share.poolName}
      </td>
      <td class="n c2" safe>
        {latency(share.answeredMs)}
      </td>
    </tr>
  );
}

export function RigShares(props: { shares: ShareLine[]; clock: Clock }): JSX.Element {
  const { shares } = props;
  return (
    <section class="panel" id="shares" aria-labelledby="h-shares">
      <header>
        <h2 id="h-shares">Last shares</h2>
      </header>
      {shares.length === 0 ? <Empty text="No share yet." /> : ""}
      <table hidden={shares.length === 0}>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col" class="n">
              Difficulty
            </th>
            <th scope="col">Hub says</th>
            <th scope="col">Pool says</th>
            <th scope="col" class="c2">
              Reason
            </th>
            <th scope="col" class="c2">
              Pool
            </th>
            <th scope="col" class="n c2">
              Answered in
            </th>
          </tr>
        </thead>
        <tbody>
          {shares.map((share) => (
            <ShareRow share={share} clock={props.clock} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
