/** @jsxImportSource @kitajs/html */
import type { Children } from "@kitajs/html";
import { clockTime } from "./format.ts";
import { KeyHelp, Palette } from "./parts/palette.tsx";
import type { AssetUrls, Clock, Viewer } from "./viewer.ts";

export type PageName =
  | "overview"
  | "rigs"
  | "contracts"
  | "schedule"
  | "events"
  | "repairs"
  | "customers"
  | "pools"
  | "fleets"
  | "inventory"
  | "connect"
  | "audit"
  | "settings";

/** A page of the menu; `key` follows `g` on the keyboard. */
export type Place = { name: PageName; href: string; text: string; key: string };

/** The menu, by what one is about. */
export const placeGroups: readonly { text: string; places: readonly Place[] }[] = [
  {
    text: "Operate",
    places: [
      { name: "overview", href: "/", text: "Overview", key: "o" },
      { name: "rigs", href: "/rigs", text: "Rigs", key: "r" },
      { name: "contracts", href: "/contracts", text: "Contracts", key: "c" },
      { name: "schedule", href: "/schedule", text: "Schedule", key: "s" },
      { name: "events", href: "/events", text: "Events", key: "e" },
      { name: "repairs", href: "/repairs", text: "Repairs", key: "m" },
    ],
  },
  { text: "Sell", places: [{ name: "customers", href: "/customers", text: "Customers", key: "u" }] },
  {
    text: "Build",
    places: [
      { name: "pools", href: "/pools", text: "Pools", key: "p" },
      { name: "fleets", href: "/fleets", text: "Fleets", key: "f" },
      { name: "inventory", href: "/inventory", text: "Inventory", key: "i" },
      { name: "connect", href: "/connect", text: "Connect", key: "n" },
      { name: "audit", href: "/audit", text: "Audit log", key: "a" },
      { name: "settings", href: "/settings", text: "Settings", key: "t" },
    ],
  },
];

/** Pages that are not in the menu; those with a key are listed with the keys. */
export const otherPlaces: readonly { href: string; text: string; note: string; key?: string }[] = [
  { href: "/wall", text: "Wallboard", note: "the overview for a screen on the wall", key: "w" },
  { href: "/racks", text: "Racks", note: "which rig stands where", key: "k" },
  { href: "/account", text: "Account", note: "how you sign in, and in whose time you read", key: "y" },
  { href: "/people", text: "People", note: "of owners" },
  { href: "/tokens", text: "API tokens", note: "of owners" },
  { href: "/models", text: "Models", note: "of rigs" },
  { href: "/imports", text: "Imports", note: "of rigs, by CSV" },
];

/** htmx: our policy extension and its stream, nothing evaluated, 5xx never swapped into a page, `open` of a details kept by a morph. */
const htmxConfig = JSON.stringify({
  extensions: "sse,notrust",
  noSwap: [204, 304, "5xx"],
  morphIgnore: ["data-htmx-powered", "open"],
  includeIndicatorCSS: false,
  defaultTimeout: 15_000,
});

/** `rereadS`: where there is no script, the page is read again after so many seconds. */
export function Head(props: { title: string; assets: AssetUrls; rereadS?: number }): JSX.Element {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <meta name="htmx-config" content={htmxConfig} />
      <title safe>{props.title}</title>
      <link rel="icon" href={props.assets.icon} type="image/svg+xml" />
      <link rel="stylesheet" href={props.assets.css} />
      <script src={props.assets.js} defer />
      {props.rereadS === undefined ? (
        ""
      ) : (
        <noscript>
          <meta http-equiv="refresh" content={String(props.rereadS)} />
        </noscript>
      )}
    </head>
  );
}

function Places(props: { current: PageName | null }): JSX.Element {
  return (
    <>
      {placeGroups.map((group) => (
        <>
          <p class="group" safe>
            {group.text}
          </p>
          <ul>
            {group.places.map((place) => (
              <li>
                <a href={place.href} aria-current={place.name === props.current ? "page" : undefined} safe>
                  {place.text}
                </a>
              </li>
            ))}
          </ul>
        </>
      ))}
    </>
  );
}

function SignOut(props: { viewer: Viewer }): JSX.Element {
  return (
    <form method="post" action="/logout" class="who">
      <input type="hidden" name="_csrf" value={props.viewer.csrf} />
      <a href="/account" title={props.viewer.email} safe>
        {props.viewer.email}
      </a>
      <small safe>{props.viewer.role}</small>
      <button type="submit">Sign out</button>
    </form>
  );
}

/** Search (a page of its own where there is no script), in whose time one reads, and whether what one sees is of now. */
function Bar(props: LayoutProps): JSX.Element {
  const { viewer, live } = props;
  return (
    <section class="bar" aria-label="Search and state">
      <form class="find" method="get" action="/search">
        <input type="search" name="q" placeholder="Search or jump to…" aria-label="Search everything" autocomplete="off" data-palette />
        <kbd>Ctrl K</kbd>
      </form>
      <a class="zone" href="/account#display">
        <small>Times in</small> <span safe>{viewer.zone}</span>
      </a>
      <p class="badge">
        <span id="badge" role="status" data-state={live === null ? "still" : "waiting"}>
          {live === null ? "" : "Connecting"}
        </span>
        <AsOf clock={viewer} everyMs={null} />
      </p>
    </section>
  );
}

/** The moment of what is shown. The script takes a page for stale when three ticks brought no new one. */
export function AsOf(props: { clock: Clock; everyMs: number | null }): JSX.Element {
  const { nowMs, zone } = props.clock;
  return (
    <time id="as-of" datetime={new Date(nowMs).toISOString()} data-every={props.everyMs === null ? undefined : String(props.everyMs)} safe>
      {`as of ${clockTime(nowMs, nowMs, zone)}`}
    </time>
  );
}

export type LayoutProps = {
  title: string;
  current: PageName | null;
  viewer: Viewer;
  assets: AssetUrls;
  /** Where this page's live changes come from; "own" = a part of the page opens its stream itself; null = a page that stands still. */
  live: string | "own" | null;
  children?: Children;
};

/** The page around a page: places at the side, one line on a phone, the live badge where it can be seen. */
export function Layout(props: LayoutProps): JSX.Element {
  const { viewer, live } = props;
  return (
    <html lang="en">
      <Head title={`${props.title} · ${viewer.farmName}`} assets={props.assets} />
      <body data-keys={viewer.singleKeys ? "on" : "off"}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="side">
          <a class="brand" href="/">
            <b>stratum-hub</b>
            <small safe>{viewer.farmName}</small>
          </a>
          <nav class="wide" aria-label="Main">
            <Places current={props.current} />
          </nav>
          <SignOut viewer={viewer} />
          <details class="menu">
            <summary>Menu</summary>
            <nav aria-label="Menu">
              <Places current={props.current} />
              <SignOut viewer={viewer} />
            </nav>
          </details>
        </header>
        <div class="page">
          <Bar {...props} />
          <main id="main" tabindex="-1">
            {viewer.warning === null ? (
              ""
            ) : (
              <p class="notice warn" safe>
                {viewer.warning}
              </p>
            )}
            {props.children}
          </main>
        </div>
        {live === null || live === "own" ? "" : <LiveStream url={live} zone={viewer.zone} />}
        <div id="toasts" role="status" />
        <Palette />
        <KeyHelp places={[...placeGroups.flatMap(({ places }) => places), ...otherPlaces]} singleKeys={viewer.singleKeys} />
      </body>
    </html>
  );
}

/** The stream of a page; its address says all that it depends on, the reader's zone too. A refused stream (signed out) must not be swapped into the page. */
export function LiveStream(props: { url: string; zone: string }): JSX.Element {
  const url = `${props.url}${props.url.includes("?") ? "&" : "?"}tz=${encodeURIComponent(props.zone)}`;
  return <div id="live" hidden hx-sse:connect={url} hx-swap="none" {...{ "hx-status:4xx": "swap:none" }} />;
}

/** A page for someone who is not signed in, or for a fault: one narrow panel. */
export function Plain(props: { title: string; farmName: string; assets: AssetUrls; children?: Children }): JSX.Element {
  return (
    <html lang="en">
      <Head title={`${props.title} · ${props.farmName}`} assets={props.assets} />
      <body class="plain">
        <main id="main">
          <p class="brand">
            <b>stratum-hub</b>
            <small safe>{props.farmName}</small>
          </p>
          <section class="panel">{props.children}</section>
        </main>
      </body>
    </html>
  );
}
