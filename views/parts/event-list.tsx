/** @jsxImportSource @kitajs/html */

import type { Clock } from "../viewer.ts";
import { InTurns } from "./in-turns.tsx";
import { Empty, Moment } from "./text.tsx";

export type EventLine = { id: string; atMs: number; type: string; text: string; href: string | null };

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
              <Moment atMs={event.atMs} clock={props.clock} />
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
