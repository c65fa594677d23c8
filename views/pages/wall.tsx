/** @jsxImportSource @kitajs/html */
import { count } from "../format.ts";
import { AsOf, Head, LiveStream } from "../layout.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { StatusMark } from "../parts/status.tsx";
import { type TileProps, Tiles } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";
import type { Attention } from "./overview.tsx";

export type WallParts = {
  tiles: TileProps[];
  attention: readonly Attention[];
  /** How many more want attention than are shown: nobody scrolls a wall. */
  attentionMore: number;
};

function Line(props: { item: Attention; clock: Clock }): JSX.Element {
  const { item, clock } = props;
  return (
    <li id={`attention-${item.id}`}>
      <StatusMark mark={item.mark} forMs={item.sinceMs === null ? null : clock.nowMs - item.sinceMs} />
      <p>
        <a href={item.href} safe>
          {item.name}
        </a>
        {item.reason === "" ? "" : <span safe>{`: ${item.reason}`}</span>}
      </p>
    </li>
  );
}

export function WallAttention(props: { items: readonly Attention[]; more: number; clock: Clock }): JSX.Element {
  const { items, more, clock } = props;
  if (items.length === 0)
    return (
      <section id="attention" aria-label="Needs attention">
        <p class="well">
          <span class="mark ok">
            <Glyph shape="disc" />
            <b>All well</b>
          </span>
          <span class="dim">No contract is at risk, and no rig or pool is known to be unwell.</span>
        </p>
      </section>
    );
  return (
    <section id="attention" aria-labelledby="h-attention">
      <h2 id="h-attention">Needs attention</h2>
      <ul class="attention">
        {items.map((item) => (
          <Line item={item} clock={clock} />
        ))}
      </ul>
      {more === 0 ? (
        ""
      ) : (
        <p class="dim" safe>
          {`and ${count(more)} more`}
        </p>
      )}
    </section>
  );
}

/** The overview for a screen on the wall: figures and what needs a person, read from across a room. Dark, live, and nothing to operate. */
export function WallPage(props: WallParts & { viewer: Viewer; assets: AssetUrls; live: string }): JSX.Element {
  const { viewer } = props;
  return (
    <html lang="en">
      <Head title={`Wallboard · ${viewer.farmName}`} assets={props.assets} rereadS={15} />
      <body class="wall">
        <header>
          <h1>
            <a href="/" title="To the overview" safe>
              {viewer.farmName}
            </a>
          </h1>
          <p class="badge">
            <span id="badge" role="status" data-state="waiting">
              Connecting
            </span>
            <AsOf clock={viewer} everyMs={null} />
          </p>
        </header>
        <main id="main">
          <Tiles id="tiles" tiles={props.tiles} />
          <WallAttention items={props.attention} more={props.attentionMore} clock={viewer} />
        </main>
        <LiveStream url={props.live} zone={viewer.zone} />
      </body>
    </html>
  );
}
