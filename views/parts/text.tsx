/** @jsxImportSource @kitajs/html */
import { clockTime, hashrate, utcTitle } from "../format.ts";
import type { Clock } from "../viewer.ts";

/** A moment in the farm's time; its UTC form is the title and the machine's value. */
export function Moment(props: { atMs: number | null; clock: Clock }): JSX.Element {
  if (props.atMs === null) return <span class="dim">–</span>;
  return (
    <time datetime={new Date(props.atMs).toISOString()} title={utcTitle(props.atMs)} safe>
      {clockTime(props.atMs, props.clock.nowMs, props.clock.zone)}
    </time>
  );
}

/** A rate with its unit set small. */
export function Rate(props: { hps: number | null }): JSX.Element {
  const { value, unit } = hashrate(props.hps);
  if (unit === "")
    return (
      <span class="dim" safe>
        {value}
      </span>
    );
  return (
    <span class="rate">
      <span safe>{value}</span>
      <small safe>{unit}</small>
    </span>
  );
}

export type TileProps = { label: string; value: string; unit: string; note: string };

export function Tile(props: TileProps): JSX.Element {
  return (
    <div>
      <dt safe>{props.label}</dt>
      <dd class="figure">
        <span safe>{props.value}</span> <small safe>{props.unit}</small>
      </dd>
      <dd class="note" safe>
        {props.note}
      </dd>
    </div>
  );
}

export function Tiles(props: { id: string; tiles: TileProps[] }): JSX.Element {
  return (
    <dl class="tiles" id={props.id}>
      {props.tiles.map((tile) => (
        <Tile {...tile} />
      ))}
    </dl>
  );
}

/** What a place says while it has nothing to show. */
export function Empty(props: { text: string }): JSX.Element {
  return (
    <p class="empty" safe>
      {props.text}
    </p>
  );
}

/** What somebody should know before he goes on, each in a sentence. */
export function Warnings(props: { texts: readonly string[] }): JSX.Element {
  return (
    <>
      {props.texts.map((text) => (
        <p class="notice warn" safe>
          {text}
        </p>
      ))}
    </>
  );
}

/** The way to the next and the previous page of a list. */
export function Paging(props: { prevHref: string | null; nextHref: string | null }): JSX.Element {
  return (
    <nav class="paging" id="paging" aria-label="Pages">
      {props.prevHref === null ? (
        ""
      ) : (
        <a class="button" rel="prev" href={props.prevHref}>
          Previous
        </a>
      )}
      {props.nextHref === null ? (
        ""
      ) : (
        <a class="button" rel="next" href={props.nextHref}>
          Next
        </a>
      )}
    </nav>
  );
}
