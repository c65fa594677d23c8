/** @jsxImportSource @kitajs/html */
import { duration, hashrateText } from "../format.ts";

/** A step of a curve: a hashrate, or why there is none. */
export type SparkPoint = { kind: "hps"; hps: number } | { kind: "no-data" | "none" };
export type SparklineProps = { points: readonly SparkPoint[]; stepMs: number };

const heightUnits = 20;

/** The curve as a sentence, for whoever does not see it. */
export function sparkSentence({ points, stepMs }: SparklineProps): string {
  const known = points.flatMap((point) => (point.kind === "hps" ? [point.hps] : []));
  const span = duration(points.length * stepMs);
  const idle = known.filter((hps) => hps === 0).length;
  const missing = points.filter(({ kind }) => kind === "no-data").length;
  const mean = known.reduce((sum, hps) => sum + hps, 0) / known.length;
  const clauses = [
    idle === known.length ? "no work" : `mean ${hashrateText(mean)}, highest ${hashrateText(Math.max(...known))}`,
    ...(idle > 0 && idle < known.length ? [`no work for ${duration(idle * stepMs)}`] : []),
    ...(missing > 0 ? [`no data for ${duration(missing * stepMs)}, in which the hub did not run`] : []),
  ];
  return `Last ${span}: ${clauses.join("; ")}.`;
}

/** One step after the other, each as wide as it is long, from the ground up; where there is none the curve is broken. */
function areaPath(heights: readonly (number | null)[]): string {
  let path = "";
  for (let at = 0; at < heights.length; at++) {
    const height = heights[at] ?? 0;
    if (height === 0) continue;
    const before = heights[at - 1] ?? 0;
    if (before === 0) path += `M${at} ${heightUnits}v${-height}`;
    else if (height !== before) path += `v${before - height}`;
    path += "h1";
    if ((heights[at + 1] ?? 0) === 0) path += `v${height}z`;
  }
  return path.replace(/(?:h1){2,}/g, (steps) => `h${steps.length / 2}`);
}

/** A hashrate over a day, in a row of a table: from nothing to its own highest; grey where no hub ran. */
export function Sparkline(props: SparklineProps): JSX.Element {
  const { points } = props;
  const highest = points.reduce((most, point) => (point.kind === "hps" ? Math.max(most, point.hps) : most), 0);
  // What is more than nothing is seen.
  const heightOf = (hps: number) => (hps > 0 ? Math.max(1, Math.round((hps / highest) * heightUnits)) : 0);
  const curve = areaPath(points.map((point) => (point.kind === "hps" ? heightOf(point.hps) : null)));
  const blank = areaPath(points.map(({ kind }) => (kind === "no-data" ? heightUnits : null)));
  return (
    <svg
      class="strip spark"
      viewBox={`0 0 ${points.length} ${heightUnits}`}
      preserveAspectRatio="none"
      shape-rendering="crispEdges"
      role="img"
      aria-label={sparkSentence(props)}
    >
      {blank === "" ? "" : <path class="blank" d={blank} />}
      {curve === "" ? "" : <path class="full" d={curve} />}
      <path class="ground" d={`M0 ${heightUnits - 0.5}H${points.length}`} />
    </svg>
  );
}
