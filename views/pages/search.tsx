/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { type AnyMark, StatusMark } from "../parts/status.tsx";
import { Empty } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type Found = { text: string; note: string; href: string; mark?: AnyMark };
/** Things of one kind; `more` = where the rest is, null when these are all. */
export type FoundGroup = { name: string; items: Found[]; more: string | null };

function Note(props: { item: Found }): JSX.Element {
  const { note, mark } = props.item;
  return (
    <span>
      {note === "" ? "" : <small safe>{`${note} `}</small>}
      {mark === undefined ? "" : <StatusMark mark={mark} forMs={null} />}
    </span>
  );
}

/** What the palette offers: options of its listbox, grouped. */
export function PaletteOptions(props: { groups: FoundGroup[] }): JSX.Element {
  if (props.groups.length === 0) return <Empty text="Nothing is called so." />;
  let no = 0;
  return (
    <>
      {props.groups.map((group, at) => (
        // biome-ignore lint/a11y/useSemanticElements: a listbox may hold groups and options, and no fieldset
        <div role="group" aria-labelledby={`found-${at}`}>
          <p class="group" id={`found-${at}`} safe>
            {group.name}
          </p>
          {group.items.map((item) => (
            <a role="option" id={`option-${no++}`} href={item.href} tabindex="-1" aria-selected="false">
              <b safe>{item.text}</b>
              <Note item={item} />
            </a>
          ))}
        </div>
      ))}
    </>
  );
}

function Group(props: { group: FoundGroup }): JSX.Element {
  const { group } = props;
  const id = `h-${group.name.toLowerCase()}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id} safe>
          {group.name}
        </h2>
        {group.more === null ? "" : <a href={group.more}>All that match</a>}
      </header>
      <table class="found">
        <tbody>
          {group.items.map((item) => (
            <tr>
              <th scope="row">
                <a href={item.href} safe>
                  {item.text}
                </a>
              </th>
              <td>
                <Note item={item} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function SearchPage(props: { viewer: Viewer; assets: AssetUrls; q: string; groups: FoundGroup[] }): JSX.Element {
  return (
    <Layout title="Search" current={null} viewer={props.viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Search</h1>
        <form class="search" method="get" action="/search">
          <input type="search" name="q" value={props.q} aria-label="Rig, contract, customer, pool or page" autocomplete="off" />
          <button type="submit">Search</button>
        </form>
      </div>
      {props.groups.length === 0 ? <Empty text="No rig, contract, customer, pool or page is called so." /> : ""}
      {props.groups.map((group) => (
        <Group group={group} />
      ))}
    </Layout>
  );
}
