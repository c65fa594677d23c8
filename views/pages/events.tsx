/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { type EventLine, EventList } from "../parts/event-list.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type EventsProps = { viewer: Viewer; assets: AssetUrls; events: EventLine[]; olderHref: string | null; live: string | null };

export function EventsPage(props: EventsProps): JSX.Element {
  return (
    <Layout title="Events" current="events" viewer={props.viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Events</h1>
      </div>
      <section class="panel" aria-label="Events, newest first">
        <EventList id="events" events={props.events} clock={props.viewer} />
      </section>
      {props.olderHref === null ? (
        ""
      ) : (
        <nav class="paging" aria-label="Pages">
          <a class="button" rel="next" href={props.olderHref}>
            Older
          </a>
        </nav>
      )}
    </Layout>
  );
}
