/** @jsxImportSource @kitajs/html */

import { percent } from "../format.ts";
import type { Clock } from "../viewer.ts";
import { InTurns } from "./in-turns.tsx";
import { Empty, Moment } from "./text.tsx";

export type Named = { text: string; href: string | null };

/** Rig R served this from then to then, why, and by whose decision. */
export type AllocationLine = {
  id: string;
  fromMs: number;
  /** Null = in force. */
  toMs: number | null;
  rig: Named;
  to: Named;
  /** Part of the rig, above 0, at most 1. */
  fraction: number;
  reason: string;
  decidedBy: string;
};

/** A name that leads to its page, where it has one. */
export function Name(props: { of: Named }): JSX.Element {
  const { text, href } = props.of;
  if (href === null) return <span safe>{text}</span>;
  return (
    <a href={href} safe>
      {text}
    </a>
  );
}

/** ` (40 %)` of a rig that is shared; nothing of a whole one. */
export function Fraction(props: { of: number }): JSX.Element {
  return props.of >= 1 ? "" : <small safe>{` ${percent(props.of, 0)} of it`}</small>;
}

/** Newest first. `show`: of a rig's history whom it served, of a contract's which rig did. */
export function AllocationList(props: { lines: AllocationLine[]; show: "to" | "rig"; clock: Clock }): JSX.Element {
  if (props.lines.length === 0) return <Empty text="Never allocated." />;
  return (
    <ol class="events">
      <InTurns
        of={props.lines}
        draw={(line) => (
          <li id={line.id}>
            <span>
              <Moment atMs={line.fromMs} clock={props.clock} /> – {line.toMs === null ? "now" : <Moment atMs={line.toMs} clock={props.clock} />}
            </span>
            <b>
              <Name of={props.show === "to" ? line.to : line.rig} />
              <Fraction of={line.fraction} />
            </b>
            <span safe>{`${line.reason} (${line.decidedBy})`}</span>
          </li>
        )}
      />
    </ol>
  );
}
