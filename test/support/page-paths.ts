import type { Control } from "../../src/control/control.ts";
import { testWeb } from "../web/test-web.ts";

/** What is no page: data, streams, files, and what anybody may ask. */
const noPage = /^\/(api|live|assets|docs|problems|livez|readyz|metrics)(\/|$)/;

/** The addresses of all pages and files for people, as the web room has them; `:id` stands where one of many is meant. */
export function pageRoutes(): string[] {
  const { app, release, control } = testWeb();
  const paths = app.routes.filter(({ method }) => method === "GET").map(({ path }) => path);
  release();
  control.close();
  return [...new Set(paths)].filter((path) => !noPage.test(path)).sort();
}

/** Of which thing an address with `:id` tells, by its first word. */
const firstOf: Readonly<Record<string, (control: Control) => string | undefined>> = {
  rigs: ({ rigs }) => rigs.all()[0]?.id,
  customers: ({ customers }) => customers.all()[0]?.id,
  contracts: ({ contracts }) => contracts.all()[0]?.id,
  fleets: ({ fleets }) => fleets.all()[0]?.id,
  pools: ({ pools }) => pools.all()[0]?.id,
  profiles: ({ profiles }) => profiles.all()[0]?.id,
  models: ({ models }) => models.all()[0]?.id,
  batches: ({ batches }) => batches.latest(1)[0]?.id,
  imports: ({ imports }) => imports.latest()[0]?.id,
  people: ({ users }) => users.all()[0]?.id,
  racks: ({ racks }) => racks.all()[0]?.id,
  channels: ({ channels }) => channels.all()[0]?.id,
  views: ({ users, savedViews }) => savedViews.of(users.all()[0]?.no ?? 0, "rigs")[0]?.id,
  sites: ({ sites }) => sites.all()[0]?.id,
  maintenance: ({ maintenance }) => maintenance.all()[0]?.id,
};

/**
 * Each page once, about the first thing of its kind; what there is none of is left out and named in `without`.
 * @throws for a route about a kind of thing that this does not know: say above where to find one
 */
export function pagesOf(control: Control): { paths: string[]; without: string[] } {
  const paths: string[] = [];
  const without: string[] = [];
  for (const route of pageRoutes()) {
    const [, kind = ""] = route.split("/");
    const find = firstOf[kind];
    if (route.includes(":") && find === undefined) throw new Error(`${route}: no example of it is known`);
    const id = route.includes(":") ? find?.(control) : "";
    if (id === undefined) without.push(route);
    else paths.push(route.replace(/:\w+/, id));
  }
  return { paths, without };
}
