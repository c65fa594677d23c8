/** @jsxImportSource @kitajs/html */

import { axisTime, clockTime, percent } from "../format.ts";
import { Name, type Named } from "./allocation-list.tsx";
import { InTurns } from "./in-turns.tsx";
import { Empty, Moment } from "./text.tsx";

/** A stretch in which a rig served somebody. */
export type GanttPiece = {
  fromMs: number;
  /** Null = still in force. */
  toMs: number | null;
  label: string;
  /** Which of the colours, by contract; null = the house, drawn as an outline. */
  hue: number | null;
  /** Part of the rig, above 0, at most 1. */
  fraction: number;
};
export type GanttRow = { id: string; rig: Named; pieces: readonly GanttPiece[] };
export type GanttProps = { id: string; rows: readonly GanttRow[]; fromMs: number; toMs: number; nowMs: number; zone: string; empty: string };

/** Hues that differ for most eyes, in light and in dark; the label tells contracts apart for all. */
export const ganttHues = 8;
const rowUnits = 24;
const dayMs = 86_400_000;
const tickParts = [0, 1, 2, 3, 4] as const;

const share = (atMs: number, { fromMs, toMs }: GanttProps): number => Math.min(1, Math.max(0, (atMs - fromMs) / Math.max(1, toMs - fromMs)));
const asPercent = (part: number): string => `${(part * 100).toFixed(3)}%`;

/** A drawing has no element around a name: two signs keep one that is written from right to left from turning the figure beside it. */
function labelOf({ label, fraction }: GanttPiece): string {
  return fraction >= 1 ? label : `\u2068${label}\u2069, ${percent(fraction, 0)}`;
}

/** What the row shows, for whoever does not see it. */
function sentenceOf(row: GanttRow, chart: GanttProps): string {
  const time = (atMs: number) => clockTime(atMs, chart.nowMs, chart.zone);
  const pieces = row.pieces.map((piece) => {
    const from = piece.fromMs < chart.fromMs ? "before" : time(piece.fromMs);
    return `${labelOf(piece)} from ${from} to ${piece.toMs === null ? "now" : time(piece.toMs)}`;
  });
  return `${row.rig.text}: ${pieces.length === 0 ? "served nobody" : pieces.join("; ")}.`;
}

/** A piece of its own viewport: what does not fit of its label is cut by it. */
function Piece(props: { piece: GanttPiece; chart: GanttProps }): JSX.Element {
  const { piece, chart } = props;
  const left = share(piece.fromMs, chart);
  const width = share(piece.toMs ?? chart.toMs, chart) - left;
  const height = Math.max(5, Math.round((rowUnits - 4) * piece.fraction));
  return (
    <svg x={asPercent(left)} y="2" width={asPercent(width)} height={String(rowUnits - 4)} aria-hidden="true">
      <rect
        class={piece.hue === null ? "house" : `hue${piece.hue}`}
        y={String(rowUnits - 4 - height)}
        width="100%"
        height={String(height)}
        rx={width > 0.004 ? "3" : "0"}
      />
      {width < 0.03 ? (
        ""
      ) : (
        <text x="6" y="14" safe>
          {labelOf(piece)}
        </text>
      )}
    </svg>
  );
}

function Row(props: { row: GanttRow; chart: GanttProps }): JSX.Element {
  const { row, chart } = props;
  return (
    <li id={`${chart.id}-${row.id}`}>
      <Name of={row.rig} />
      <svg width="100%" height={String(rowUnits)} role="img" aria-label={sentenceOf(row, chart)}>
        {tickParts.map((part) => (
          <line class="grid" x1={asPercent(part / 4)} x2={asPercent(part / 4)} y2={String(rowUnits)} />
        ))}
        {row.pieces.map((piece) => (
          <Piece piece={piece} chart={chart} />
        ))}
      </svg>
    </li>
  );
}

/** The same as a table, for whoever does not see the drawing. */
function AsTable(props: GanttProps): JSX.Element {
  const clock = { nowMs: props.nowMs, zone: props.zone };
  const lines = props.rows.flatMap((row) => row.pieces.map((piece) => ({ rig: row.rig, piece })));
  return (
    <details class="how">
      <summary>The drawing as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Rig</th>
            <th scope="col">Served</th>
            <th scope="col" class="n">
              From
            </th>
            <th scope="col" class="n">
              To
            </th>
          </tr>
        </thead>
        <tbody>
          <InTurns
            of={lines}
            draw={({ rig, piece }) => (
              <tr>
                <th scope="row" safe>
                  {rig.text}
                </th>
                <td class="wrap" safe>
                  {labelOf(piece)}
                </td>
                <td class="n">{piece.fromMs < props.fromMs ? <span class="dim">before</span> : <Moment atMs={piece.fromMs} clock={clock} />}</td>
                <td class="n">{piece.toMs === null ? <span class="dim">now</span> : <Moment atMs={piece.toMs} clock={clock} />}</td>
              </tr>
            )}
          />
        </tbody>
      </table>
    </details>
  );
}

/** Rigs by time: whom each of them served, coloured and labelled by contract. */
export function Gantt(props: GanttProps): JSX.Element {
  if (props.rows.length === 0) return <Empty text={props.empty} />;
  const spansDays = props.toMs - props.fromMs > 2 * dayMs;
  return (
    <div class="gantt" id={props.id}>
      <ol>
        <InTurns of={props.rows} draw={(row) => <Row row={row} chart={props} />} />
      </ol>
      <p class="ticks" aria-hidden="true">
        {tickParts.map((part) => (
          <span safe>{axisTime(props.fromMs + ((props.toMs - props.fromMs) * part) / 4, props.zone, spansDays)}</span>
        ))}
      </p>
      <AsTable {...props} />
    </div>
  );
}
