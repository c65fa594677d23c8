/** @jsxImportSource @kitajs/html */

/** A list as somebody saved it; `query` is what follows the `?` of its address. */
export type ViewLink = { id: string; name: string; query: string };
/** `shown`: the query of the list as it is on the page. */
export type SavedViewsProps = { list: "rigs" | "contracts" | "events"; views: readonly ViewLink[]; shown: string };

/** The address of a list. It is never without a query: the bare one leads to what the reader wants to see first. */
export function listHref(list: SavedViewsProps["list"], query: string): string {
  return `/${list}?${query === "" ? "all" : query}`;
}

/** To each view that is shown, as two may show the same; else to a new one. The whole list is one chip away; it needs no name. */
function waysOn({ list, views, shown }: SavedViewsProps): { href: string; text: string }[] {
  const current = views.filter(({ query }) => query === shown);
  if (current.length > 0) return current.map(({ id, name }) => ({ href: `/views/${id}`, text: current.length === 1 ? "Change view" : `Change ${name}` }));
  return shown === "" ? [] : [{ href: `/views/new?${new URLSearchParams({ list, query: shown })}`, text: "Save this view" }];
}

/** The reader's own views of a list, and the way to keep or change the one that is shown. */
export function SavedViews(props: SavedViewsProps): JSX.Element {
  const { list, views, shown } = props;
  const ways = waysOn(props);
  if (views.length === 0 && ways.length === 0) return "";
  return (
    <nav class="chips" id="views" aria-label="Your views">
      {views.map(({ name, query }) => (
        <a class="chip" href={listHref(list, query)} aria-current={query === shown ? "true" : undefined} safe>
          {name}
        </a>
      ))}
      {ways.map(({ href, text }) => (
        <a class="chip new" href={href} safe>
          {text}
        </a>
      ))}
    </nav>
  );
}
