/** @jsxImportSource @kitajs/html */
import { axisTime, duration, hashrate, hashrateText } from "../format.ts";
import { type MarkGroup, MarkRow } from "./event-marks.tsx";

/** One step of a curve; null = nothing is known of that time. */
export type ChartPoint = { atMs: number; effectiveHps: number | null; lowerHps: number; upperHps: number };
export type ChartGap = { fromMs: number; toMs: number };
/** What was meant to be reached, and when; it may reach beyond the time shown. */
export type ChartLevel = { fromMs: number; toMs: number; hps: number };

export type ChartProps = {
  id: string;
  points: readonly ChartPoint[];
  /** When the hub did not run: drawn hatched, never as zero. */
  gaps: readonly ChartGap[];
  fromMs: number;
  toMs: number;
  /** The dashed line. */
  levels: readonly ChartLevel[];
  zone: string;
  /** What line and level are; by default effective hashrate and nominal. */
  words?: { line: string; level: string };
  /** What happened meanwhile. */
  marks?: readonly MarkGroup[];
};

const widthUnits = 1000;
const heightUnits = 200;
const dayMs = 86_400_000;

type Frame = { share: (atMs: number) => number; x: (atMs: number) => string; y: (hps: number) => string; topHps: number };

/** A round number at or above `value`: 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value * 0.999) ?? 10;
  return step * power;
}

function levelsShown({ levels, fromMs, toMs }: ChartProps): ChartLevel[] {
  return levels.filter((level) => level.fromMs < toMs && level.toMs > fromMs);
}

function frameOf(props: ChartProps): Frame {
  const shown = levelsShown(props);
  // Where there is nothing to draw yet the scale is that of what will be.
  const highestLevel = (shown.length > 0 ? shown : props.levels).reduce((top, { hps }) => Math.max(top, hps), 0);
  const highest = props.points.reduce((top, point) => Math.max(top, point.effectiveHps ?? 0), highestLevel);
  const topHps = roundUp(highest * 1.08);
  const span = Math.max(1, props.toMs - props.fromMs);
  const clamp = (part: number) => Math.min(1, Math.max(0, part));
  const share = (atMs: number) => clamp((atMs - props.fromMs) / span);
  return {
    share,
    x: (atMs) => (share(atMs) * widthUnits).toFixed(1),
    y: (hps) => ((1 - clamp(hps / topHps)) * heightUnits).toFixed(1),
    topHps,
  };
}

/** The stretches of points between those of which nothing is known. */
function stretches(points: readonly ChartPoint[]): ChartPoint[][] {
  const runs: ChartPoint[][] = [];
  let run: ChartPoint[] = [];
  for (const point of points) {
    if (point.effectiveHps === null) {
      if (run.length > 0) runs.push(run);
      run = [];
    } else {
      run.push(point);
    }
  }
  return run.length > 0 ? [...runs, run] : runs;
}

function linePath(run: readonly ChartPoint[], frame: Frame): string {
  return run.map((point, at) => `${at === 0 ? "M" : "L"}${frame.x(point.atMs)} ${frame.y(point.effectiveHps ?? 0)}`).join("");
}

function areaPath(run: readonly ChartPoint[], frame: Frame): string {
  const first = run[0];
  const last = run.at(-1);
  if (!first || !last) return "";
  return `${linePath(run, frame)}L${frame.x(last.atMs)} ${heightUnits}L${frame.x(first.atMs)} ${heightUnits}Z`;
}

function bandPath(run: readonly ChartPoint[], frame: Frame): string {
  const upper = run.map((point, at) => `${at === 0 ? "M" : "L"}${frame.x(point.atMs)} ${frame.y(point.upperHps)}`);
  const lower = run.toReversed().map((point) => `L${frame.x(point.atMs)} ${frame.y(point.lowerHps)}`);
  return `${upper.join("")}${lower.join("")}Z`;
}

/** The curve as a sentence, for whoever does not see it. */
export function chartSentence(props: ChartProps): string {
  const known = props.points.flatMap((point) => (point.effectiveHps === null ? [] : [point.effectiveHps]));
  if (known.length === 0) return "Hashrate: no data in this time.";
  const mean = known.reduce((sum, hps) => sum + hps, 0) / known.length;
  const missingMs = props.gaps.reduce((sum, gap) => sum + Math.min(gap.toMs, props.toMs) - Math.max(gap.fromMs, props.fromMs), 0);
  const missing = missingMs > 0 ? `; no data for ${duration(missingMs)}` : "";
  const range = `lowest ${hashrateText(Math.min(...known))}, highest ${hashrateText(Math.max(...known))}`;
  return `Hashrate over ${duration(props.toMs - props.fromMs)}: mean ${hashrateText(mean)}, ${range}${missing}.`;
}

function Hatch(props: { gap: ChartGap; frame: Frame; patternId: string }): JSX.Element {
  const left = Number(props.frame.x(props.gap.fromMs));
  const width = Math.max(2, Number(props.frame.x(props.gap.toMs)) - left);
  return <rect class="gap" x={left} y={0} width={width} height={heightUnits} fill={`url(#${props.patternId})`} />;
}

function Plot(props: { chart: ChartProps; frame: Frame }): JSX.Element {
  const { chart, frame } = props;
  const runs = stretches(chart.points);
  const patternId = `${chart.id}-hatch`;
  return (
    <svg class="plot" viewBox={`0 0 ${widthUnits} ${heightUnits}`} preserveAspectRatio="none" role="img" aria-label={chartSentence(chart)}>
      <defs>
        <pattern id={patternId} width="9" height="9" patternUnits="userSpaceOnUse">
          <path d="M-1 10 10-1M-1 1 1-1M8 10 10 8" class="hatch" />
        </pattern>
      </defs>
      <path class="grid" d={`M0 .5H${widthUnits}M0 ${heightUnits / 2}H${widthUnits}M0 ${heightUnits - 0.5}H${widthUnits}`} />
      {chart.gaps.map((gap) => (
        <Hatch gap={gap} frame={frame} patternId={patternId} />
      ))}
      {runs.map((run) => (
        <>
          <path class="area" d={areaPath(run, frame)} />
          <path class="band" d={bandPath(run, frame)} />
          <path class="line" d={linePath(run, frame)} />
        </>
      ))}
      {levelsShown(chart).map(({ fromMs, toMs, hps }) => (
        <path class="nominal" d={`M${frame.x(fromMs)} ${frame.y(hps)}H${frame.x(toMs)}`} />
      ))}
      {(chart.marks ?? []).map(({ atMs, look }) => (
        <path class={`at ${look.tone}`} d={`M${frame.x(atMs)} 0V${heightUnits}`} />
      ))}
    </svg>
  );
}

function Axis(props: { chart: ChartProps; frame: Frame }): JSX.Element {
  const { chart, frame } = props;
  const spansDays = chart.toMs - chart.fromMs > 2 * dayMs;
  const ticks = [0, 1, 2, 3, 4].map((step) => chart.fromMs + ((chart.toMs - chart.fromMs) * step) / 4);
  return (
    <>
      <p class="scale" aria-hidden="true">
        <span safe>{hashrateText(frame.topHps)}</span>
        <span safe>{hashrate(frame.topHps / 2).value}</span>
        <span>0</span>
      </p>
      <p class="ticks" aria-hidden="true">
        {ticks.map((atMs) => (
          <span safe>{axisTime(atMs, chart.zone, spansDays)}</span>
        ))}
      </p>
    </>
  );
}

/** Effective hashrate from accepted shares, with its 95 % band, the nominal line, and hatched blocks where the hub did not run. */
export function HashrateChart(props: ChartProps): JSX.Element {
  const frame = frameOf(props);
  return (
    <figure class="chart" id={props.id}>
      {props.marks === undefined || props.marks.length === 0 ? "" : <MarkRow groups={props.marks} shareOf={frame.share} />}
      <Axis chart={props} frame={frame} />
      <Plot chart={props} frame={frame} />
      <figcaption>
        <span class="key line" safe>
          {props.words?.line ?? "effective, with its 95 % band"}
        </span>
        {levelsShown(props).length === 0 ? (
          ""
        ) : (
          <span class="key nominal" safe>
            {props.words?.level ?? "nominal"}
          </span>
        )}
        {props.points.every((point) => point.effectiveHps === null) ? <span>Nothing measured to draw yet.</span> : ""}
        {props.gaps.length === 0 ? "" : <span class="key gap">no data</span>}
      </figcaption>
    </figure>
  );
}
