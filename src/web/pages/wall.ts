import { WallAttention, WallPage, type WallParts } from "../../../views/pages/wall.tsx";
import { Tiles } from "../../../views/parts/text.tsx";
import { assetUrls } from "../assets/assets.ts";
import { type LiveView, liveParts } from "../live.ts";
import { tilesOf } from "./overview.ts";
import { attentionOf } from "./overview-attention.ts";
import type { OverviewFacts } from "./overview-facts.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

/** As many as a screen has room for in letters that are read from five metres. */
const shownMax = 4;

function wallParts(facts: OverviewFacts): WallParts {
  const { first, more } = attentionOf(facts);
  return { tiles: tilesOf(facts), attention: first.slice(0, shownMax), attentionMore: more + Math.max(0, first.length - shownMax) };
}

export async function wallPage(parts: PageParts, { viewer }: PageCall): Promise<Response> {
  const facts = await parts.overview.atHand();
  return htmlResponse(WallPage({ ...wallParts(facts), viewer: { ...viewer, nowMs: facts.nowMs }, assets: assetUrls, live: "/live/wall" }));
}

export function wallLive(parts: PageParts, { zone }: WatchCall): LiveView {
  const render = async () => {
    const facts = await parts.overview.newest();
    const { tiles, attention, attentionMore } = wallParts(facts);
    const clock = { nowMs: facts.nowMs, zone };
    const drawn = await liveParts([
      ["tiles", () => Tiles({ id: "tiles", tiles })],
      ["attention", () => WallAttention({ items: attention, more: attentionMore, clock })],
    ]);
    return { parts: drawn, atMs: facts.nowMs };
  };
  return { key: "wall", everyMs: 2_000, render };
}
