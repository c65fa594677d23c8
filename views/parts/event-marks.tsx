/** @jsxImportSource @kitajs/html */
import type { EventLine } from "./event-list.tsx";
import { glyphPaths } from "./glyph.tsx";
import type { Look, Tone } from "./status.tsx";

/** An event at its moment on a chart. */
export type EventMark = EventLine & { mark: { look: Look; href: string } };
/** Marks that would cover one another are drawn as one, at the moment and with the sign of the worst. */
export type MarkGroup = { atMs: number; look: Look; href: string; title: string };

/** Part of the width that a mark takes. */
const markShare = 1 / 40;
const titlesMax = 8;
const height = 16;
const severity: readonly Tone[] = ["off", "new", "ok", "warn", "bad"];

type Span = { fromMs: number; toMs: number };

/** Marks that stand apart at a usual width, in the order of time. */
export function markGroups(marks: readonly EventMark[], { fromMs, toMs }: Span): MarkGroup[] {
  const reachMs = (toMs - fromMs) * markShare;
  const groups: EventMark[][] = [];
  for (const mark of marks.toSorted((one, other) => one.atMs - other.atMs)) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && mark.atMs - last[0].atMs < reachMs) last.push(mark);
    else groups.push([mark]);
  }
  return groups.map(groupOf);
}

function groupOf(marks: readonly EventMark[]): MarkGroup {
  const weightOf = ({ mark }: EventMark) => severity.indexOf(mark.look.tone);
  const worst = marks.reduce((found, mark) => (weightOf(mark) > weightOf(found) ? mark : found));
  const more = marks.length > titlesMax ? [`and ${marks.length - titlesMax} more`] : [];
  const title = [...marks.slice(0, titlesMax).map(({ text }) => text.slice(0, 300)), ...more].join("\n");
  return { atMs: worst.atMs, ...worst.mark, title };
}

/** The signs above a chart. They say nothing that the list below does not: whoever does not see or point goes there. */
export function MarkRow(props: { groups: readonly MarkGroup[]; shareOf: (atMs: number) => number }): JSX.Element {
  return (
    <svg class="marks" width="100%" height={String(height)} aria-hidden="true">
      {props.groups.map(({ atMs, look, href, title }) => (
        <svg x={`${(props.shareOf(atMs) * 100).toFixed(2)}%`} width="1" height={String(height)} overflow="visible" class={look.tone} aria-hidden="true">
          <a href={href} tabindex="-1">
            <title safe>{title}</title>
            <rect x="-9" width="18" height={String(height)} fill="transparent" />
            <path transform="translate(-6 2)" fill-rule="evenodd" d={glyphPaths[look.shape]} />
          </a>
        </svg>
      ))}
    </svg>
  );
}
