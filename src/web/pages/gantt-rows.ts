import { type GanttPiece, type GanttProps, type GanttRow, ganttHues } from "../../../views/parts/gantt.tsx";
import type { Allocation } from "../../control/allocations.ts";
import { AllocationLines } from "./allocation-lines.ts";
import type { PageParts } from "./page-parts.ts";

/** Of rigs that go to and fro all the time the rest of a long range is not drawn. */
const piecesMax = 4_000;

export type GanttAsk = { id: string; rigNos: readonly number[]; fromMs: number; toMs: number; zone: string; empty: string };

/** Whom these rigs served in the range: one question, whatever their number. */
export function ganttOf({ deps: { control, now } }: PageParts, { rigNos, ...ask }: GanttAsk): GanttProps {
  const lines = new AllocationLines(control);
  const byRig = Map.groupBy(control.allocations.ofRigs(rigNos, { ...ask, limit: piecesMax }), ({ rigNo }) => rigNo);
  const rows = rigNos.map((no): GanttRow => {
    const pieces = joined((byRig.get(no) ?? []).map((row) => pieceOf(lines, row)));
    return { id: String(no), rig: lines.rig(no), pieces };
  });
  return { ...ask, rows, nowMs: now() };
}

function pieceOf(lines: AllocationLines, row: Allocation): GanttPiece {
  const { contractNo, fromMs, toMs, fraction } = row;
  const hue = contractNo === null ? null : contractNo % ganttHues;
  return { fromMs, toMs, fraction, hue, label: contractNo === null ? "house" : lines.destination(row).text };
}

/** Rows that follow one another for the same owner (another reason, another profile) are one stretch. */
function joined(pieces: readonly GanttPiece[]): GanttPiece[] {
  const result: GanttPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.label === piece.label && last.fraction === piece.fraction && last.toMs === piece.fromMs) last.toMs = piece.toMs;
    else result.push({ ...piece });
  }
  return result;
}
