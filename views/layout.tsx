/** @jsxImportSource @kitajs/html */
import type { Children } from "@kitajs/html";
import type { AssetUrls, Viewer } from "./viewer.ts";

export type PageName =
  | "overview"
  | "rigs"
  | "contracts"
  | "customers"
  | "fleets"
  | "schedule"
  | "pools"
  | "inventory"
  | "connect"
  | "events"
  | "audit"
  | "people";

const places: readonly { name: PageName; href: string; text: string }[] = [
  { name: "overview", href: "/", text: "Overview" },
  { name: "rigs", href: "/rigs", text: "Rigs" },
  { name: "contracts", href: "/contracts", text: "Contracts" },
  { name: "customers", href: "/customers", text: "Customers" },
  { name: "schedule", href: "/schedule", text: "Schedule" },
  { name: "fleets", href: "/fleets", text: "Fleets" },
  { name: "pools", href: "/pools", text: "Pools" },
  { name: "inventory", href: "/inventory", text: "Inventory" },
  { name: "connect", href: "/connect", text: "Connect" },
  { name: "events", href: "/events", text: "Events" },
  { name: "audit", href: "/audit", text: "Audit log" },
];
const ownersPlaces: typeof places = [...places, { name: "people", href: "/people", text: "People" }];

/** htmx: our policy extension and its stream, nothing evaluated, 5xx never swapped into a page, `open` of a details kept by a morph. */
const htmxConfig = JSON.stringify({
  extensions: "sse,notrust",
  noSwap: [204, 304, "5xx"],
  morphIgnore: ["data-htmx-powered", "open"],
  includeIndicatorCSS: false,
  defaultTimeout: 15_000,
});

function Head(props: { title: string; assets: AssetUrls }): JSX.Element {
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
    </head>
  );
}

function Places(props: { current: PageName | null; viewer: Viewer }): JSX.Element {
  return (
    <ul>
      {(props.viewer.role === "owner" ? ownersPlaces : places).map((place) => (
        <li>
          <a href={place.href} aria-current={place.name === props.current ? "page" : undefined} safe>
            {place.text}
          </a>
        </li>
      ))}
    </ul>
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
  const { viewer } = props;
  return (
    <html lang="en">
      <Head title={`${props.title} · ${viewer.farmName}`} assets={props.assets} />
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="side">
          <a class="brand" href="/">
            <b>stratum-hub</b>
            <small safe>{viewer.farmName}</small>
          </a>
          <nav class="wide" aria-label="Main">
            <Places current={props.current} viewer={viewer} />
            <SignOut viewer={viewer} />
          </nav>
          <p class="badge" id="badge" role="status" data-state={props.live === null ? "still" : "waiting"}>
            {props.live === null ? "" : "Connecting"}
          </p>
          <details class="menu">
            <summary>Menu</summary>
            <nav aria-label="Menu">
              <Places current={props.current} viewer={viewer} />
              <SignOut viewer={viewer} />
            </nav>
          </details>
        </header>
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
        {props.live === null || props.live === "own" ? "" : <LiveStream url={props.live} />}
        <div id="toasts" role="status" />
      </body>
    </html>
  );
}

/** The stream of a page. A refused stream (signed out) must not be swapped into the page. */
export function LiveStream(props: { url: string }): JSX.Element {
  return <div id="live" hidden hx-sse:connect={props.url} hx-swap="none" {...{ "hx-status:4xx": "swap:none" }} />;
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
