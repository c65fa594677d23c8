/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { type EventLine, EventList } from "../parts/event-list.tsx";
import { type Choice, Field, type FormState, Select } from "../parts/form.tsx";
import { SavedViews, type SavedViewsProps } from "../parts/saved-views.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type EventsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  views: SavedViewsProps;
  events: EventLine[];
  kinds: readonly Choice[];
  form: FormState;
  olderHref: string | null;
  live: string | null;
};

export function EventsPage(props: EventsProps): JSX.Element {
  const { form } = props;
  return (
    <Layout title="Events" current="events" viewer={props.viewer} assets={props.assets} live={props.live}>
      <div class="title">
        <h1>Events</h1>
      </div>
      <form method="get" action="/events" novalidate class="row filters">
        <Select form={form} name="about" label="About" choices={props.kinds} />
        <Field form={form} name="q" label="Type or text" placeholder="all" />
        <Field form={form} name="until" label={`Until (${props.viewer.zone})`} type="datetime-local" />
        <button type="submit" class="primary">
          Show
        </button>
      </form>
      <SavedViews {...props.views} />
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
