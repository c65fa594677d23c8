/** @jsxImportSource @kitajs/html */

import type { Clock } from "../viewer.ts";
import { Glyph } from "./glyph.tsx";
import { InTurns } from "./in-turns.tsx";
import type { Look } from "./status.tsx";
import { Empty, Moment } from "./text.tsx";

export type EventLine = {
  id: string;
  atMs: number;
  type: string;
  text: string;
  href: string | null;
  /** Of one that is marked on a chart: its sign there, and where it stands among all events. */
  mark?: { look: Look; href: string };
};

function When(props: { event: EventLine; clock: Clock }): JSX.Element {
  const { mark, atMs } = props.event;
  if (mark === undefined) return <Moment atMs={atMs} clock={props.clock} />;
  return (
    <span>
      <span class={mark.look.tone}>
        <Glyph shape={mark.look.shape} />
      </span>{" "}
      <a href={mark.href}>
        <Moment atMs={atMs} clock={props.clock} />
      </a>
    </span>
  );
}

/** State changes, newest first, as sentences. */
export function EventList(props: { id: string; events: EventLine[]; clock: Clock }): JSX.Element {
  return (
    <div id={props.id}>
      {props.events.length === 0 ? <Empty text="Nothing has happened yet." /> : ""}
      <ol class="events">
        <InTurns
          of={props.events}
          draw={(event) => (
            <li id={event.id}>
              <When event={event} clock={props.clock} />
              <code safe>{event.type}</code>
              {event.href === null ? (
                <span safe>{event.text}</span>
              ) : (
                <a href={event.href} safe>
                  {event.text}
                </a>
              )}
            </li>
          )}
        />
      </ol>
    </div>
  );
}
