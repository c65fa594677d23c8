/** @jsxImportSource @kitajs/html */

/** A list as somebody saved it; `query` is what follows the `?` of its address. */
export type ViewLink = { id: string; name: string; query: string };
/** `shown`: the query of the list as it is on the page. */
export type SavedViewsProps = { list: "rigs" | "contracts" | "events"; views: readonly ViewLink[]; shown: string };

/** The address of a list. It is never without a query: the bare one leads to what the reader wants to see first. */
export function listHref(list: SavedViewsProps["list"], query: string): string {
  return `/${list}?${query === "" ? "all" : query}`;
}

/** The whole list is one chip away; it needs no name. */
function wayOn({ list, shown }: SavedViewsProps, current: ViewLink | undefined): { href: string; text: string } | null {
  if (current !== undefined) return { href: `/views/${current.id}`, text: "Change view" };
  return shown === "" ? null : { href: `/views/new?${new URLSearchParams({ list, query: shown })}`, text: "Save this view" };
}

/** The reader's own views of a list, and the way to keep or change the one that is shown. */
export function SavedViews(props: SavedViewsProps): JSX.Element {
  const { list, views, shown } = props;
  const current = views.find(({ query }) => query === shown);
  const way = wayOn(props, current);
  if (views.length === 0 && way === null) return "";
  return (
    <nav class="chips" id="views" aria-label="Your views">
      {views.map(({ name, query }) => (
        <a class="chip" href={listHref(list, query)} aria-current={query === shown ? "true" : undefined} safe>
          {name}
        </a>
      ))}
      {way === null ? (
        ""
      ) : (
        <a class="chip new" href={way.href} safe>
          {way.text}
        </a>
      )}
    </nav>
  );
}
