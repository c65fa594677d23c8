/** @jsxImportSource @kitajs/html */
import { duration, percent } from "../format.ts";

/** One bar: what was delivered of what was promised (1 = all), or why there is nothing to say; `early`: it was in force for too short a part of it. */
export type StripBar = { kind: "delivered"; part: number; isShort: boolean } | { kind: "suspended" | "no-data" | "early" | "none" };
/** What bars are measured by, in words: `of` what one is all of, `short` what an amber one is, `early` and `nothing` why there may be none, `none` what one is that is not there. */
export type StripWords = { of: string; short: string; early: string; nothing: string; none: string };
/** `words`: those of contracts where nothing is said. */
export type DeliveryStripProps = { bars: readonly StripBar[]; barMs: number; size: "row" | "page" | "rig"; words?: StripWords };

const contractWords: StripWords = Object.freeze({
  of: "of the promise delivered",
  short: "below its tolerance",
  early: "in force too shortly to be measured",
  nothing: "nothing was due",
  none: "not in force",
});

/** Cut at 115 %: more than that is no news. */
const partMax = 1.15;
const promiseY = 3;
const heightUnits = 23;
const perPart = heightUnits - promiseY;
/** Below half of the promise a bar counts as down. */
const downBelow = 0.5;

type Tone = "full" | "short" | "down";
const toneOf = ({ part, isShort }: { part: number; isShort: boolean }): Tone => {
  if (part < downBelow) return "down";
  return isShort ? "short" : "full";
};

/** The strip as a sentence, for whoever does not see it. */
export function stripSentence({ bars, barMs, words = contractWords }: Omit<DeliveryStripProps, "size">): string {
  const known = bars.filter((bar) => bar.kind === "delivered");
  const span = duration(bars.length * barMs);
  const lasting = (some: number) => duration(some * barMs);
  const count = (kind: StripBar["kind"]) => bars.filter((bar) => bar.kind === kind).length;
  const short = known.filter((bar) => toneOf(bar) === "short").length;
  const down = known.filter((bar) => toneOf(bar) === "down").length;
  const mean = known.reduce((sum, { part }) => sum + part, 0) / known.length;
  const clauses = [
    known.length === 0 ? nothingText(words, count("early") > 0) : `${percent(mean)} ${words.of}`,
    ...(short > 0 ? [`${words.short} for ${lasting(short)}`] : []),
    ...(down > 0 ? [`below half for ${lasting(down)}`] : []),
    ...(count("suspended") > 0 ? [`suspended for ${lasting(count("suspended"))}`] : []),
    ...(count("no-data") > 0 ? [`no data for ${lasting(count("no-data"))}, in which the hub did not run`] : []),
    ...(known.length > 0 && count("none") > 0 ? [`${words.none} for ${lasting(count("none"))}`] : []),
  ];
  return `Last ${span}: ${clauses.join("; ")}.`;
}

const nothingText = ({ early, nothing }: StripWords, isEarly: boolean): string => (isEarly ? early : nothing);

/** Neighbours of the same height are one rectangle: a contract that gets what it was promised is drawn with one. */
function rectangles(bars: readonly StripBar[], heightOf: (bar: StripBar) => { top: number; bottom: number } | null): string {
  let path = "";
  for (let at = 0; at < bars.length; ) {
    const shape = heightOf(bars[at] as StripBar);
    let end = at + 1;
    while (end < bars.length && sameShape(shape, heightOf(bars[end] as StripBar))) end += 1;
    if (shape !== null) path += `M${at} ${shape.bottom}V${shape.top}H${end}V${shape.bottom}z`;
    at = end;
  }
  return path;
}

function sameShape(one: { top: number; bottom: number } | null, other: { top: number; bottom: number } | null): boolean {
  return one?.top === other?.top && one?.bottom === other?.bottom;
}

function topOf(part: number): number {
  return Math.round((heightUnits - Math.min(partMax, part) * perPart) * 2) / 2;
}

const ofTone = (tone: Tone) => (bar: StripBar) =>
  bar.kind === "delivered" && toneOf(bar) === tone ? { top: Math.min(topOf(bar.part), heightUnits - 0.5), bottom: heightUnits } : null;
const missing = (bar: StripBar) => (bar.kind === "delivered" && toneOf(bar) !== "full" ? { top: promiseY - 1, bottom: promiseY + 1 } : null);
const ofKind = (kind: StripBar["kind"]) => (bar: StripBar) => (bar.kind === kind ? { top: promiseY, bottom: heightUnits } : null);

/** Delivered against promised over the last day, bar by bar: height is delivered over promised, the dashed line the promise, a red cap what is missing, grey what nobody knows. */
export function DeliveryStrip(props: DeliveryStripProps): JSX.Element {
  const { bars } = props;
  const shapes: readonly [name: string, path: string][] = [
    ["blank", rectangles(bars, ofKind("no-data"))],
    ["suspended", rectangles(bars, ofKind("suspended"))],
    ["full", rectangles(bars, ofTone("full"))],
    ["short", rectangles(bars, ofTone("short"))],
    ["down", rectangles(bars, ofTone("down"))],
    ["cap", rectangles(bars, missing)],
  ];
  return (
    <svg
      class={`strip ${props.size}`}
      viewBox={`0 0 ${bars.length} ${heightUnits}`}
      preserveAspectRatio="none"
      shape-rendering="crispEdges"
      role="img"
      aria-label={stripSentence(props)}
    >
      {shapes.map(([name, path]) => (path === "" ? "" : <path class={name} d={path} />))}
      <path class="promise" d={`M0 ${promiseY}H${bars.length}`} />
    </svg>
  );
}

/** What the colours of a strip mean. */
export function StripLegend(): JSX.Element {
  return (
    <p class="legend">
      <span class="key full">delivered</span>
      <span class="key short">below its tolerance</span>
      <span class="key down">below half</span>
      <span class="key nominal">promised</span>
      <span class="key gap">no data: the hub did not run</span>
      <span class="key suspended">suspended</span>
    </p>
  );
}
