import { Elysia } from "elysia";
import { AsOf } from "../../../views/layout.tsx";
import { assetResponse } from "../assets/assets.ts";
import type { WebDeps } from "../deps.ts";
import { keptLedger } from "../kept-ledger.ts";
import { type LiveView, LiveViews } from "../live.ts";
import { LiveFigures } from "../live-figures.ts";
import { PoolProbes } from "../pool-probes.ts";
import { PoolViews } from "../pool-views.ts";
import { Ids } from "../present-rows.ts";
import { principalOf, requireRole } from "../principal.ts";
import { notFound, Problem } from "../problems.ts";
import { QrCodes } from "../qr-codes.ts";
import { recorded } from "../recorded.ts";
import { keepOpen } from "../sse.ts";
import {
  accountPage,
  beginSecondStepForm,
  confirmSecondStepForm,
  displayForm,
  endSecondStepForm,
  ownPasswordForm,
  ownSignOutForm,
  secondStepRuleForm,
} from "./account.ts";
import { auditExportPage, auditPage } from "./audit.ts";
import { addChannelForm, changeChannelForm, channelPage, newChannelPage, removeChannelForm, testChannelForm } from "./channels.ts";
import { connectLive, connectPage } from "./connect.ts";
import { contractLive, contractPage } from "./contract.ts";
import { renewForm, resumeForm, suspendForm, terminateForm } from "./contract-commands.ts";
import { addContractForm, changeContractForm, changeContractPage, newContractPage } from "./contract-form.ts";
import { contractsLive, contractsPage } from "./contract-list.ts";
import { ContractSnapshots } from "./contract-snapshot.ts";
import { addCustomerForm, changeCustomerForm, customerPage, customersPage, newCustomerPage, removeCustomerForm } from "./customers.ts";
import { eventsLive, eventsPage } from "./events.ts";
import { FleetSnapshots } from "./fleet-snapshot.ts";
import {
  addFleetForm,
  changeFleetForm,
  fleetPage,
  fleetsLive,
  fleetsPage,
  holdFleetForm,
  meaningForm,
  newFleetPage,
  releaseFleetForm,
  removeFleetForm,
} from "./fleets.ts";
import { changeHouseForm } from "./house.ts";
import { inventoryChanges, inventoryForms, inventoryPlacing, inventoryShown } from "./inventory-pages.ts";
import { LastEvents } from "./last-events.ts";
import { codeForm, loginAgainForm, loginForm, loginPage, logoutForm } from "./login.ts";
import { cancelMaintenanceForm, changeMaintenanceForm, maintenancePage, newMaintenancePage, planMaintenanceForm } from "./maintenance.ts";
import { overviewLive, overviewPage } from "./overview.ts";
import { OverviewReader } from "./overview-facts.ts";
import { asPage, lacksSecondStep, owning, type PageCall, signedIn, type WatchCall, writing, zoneFor } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { addPersonForm, changePersonForm, peoplePage, personPage, removePersonForm, resetPersonForm, revokeSessionForm } from "./people.ts";
import { PoolStrips } from "./pool-strips.ts";
import { addPoolForm, changePoolForm, newPoolPage, poolPage, poolsLive, poolsPage, removePoolForm, testPoolForm } from "./pools.ts";
import { addProfileForm, changeProfileForm, newProfilePage, profilePage, removeProfileForm } from "./profiles.ts";
import { racksLive } from "./racks.ts";
import { type FormRoute, reenter } from "./reenter.ts";
import { rigLive, rigPage } from "./rig.ts";
import { drainForm, nominalForm, parkForm, pinContractForm, pinForm, standingForm, undrainForm, unparkForm, unpinForm } from "./rig-control.ts";
import { RigStrips } from "./rig-strips.ts";
import { rigsLive, rigsPage } from "./rigs.ts";
import { addViewForm, changeViewForm, newViewPage, removeViewForm, viewPage } from "./saved-views.ts";
import { schedulePage } from "./schedule.ts";
import { searchPage } from "./search.ts";
import { addSiteForm, changeFarmForm, settingsPage } from "./settings.ts";
import { setupForm, setupPage } from "./setup.ts";
import { changeSiteForm, removeSiteForm, sitePage } from "./sites.ts";
import { Strips } from "./strips.ts";
import { addTokenForm, removeTokenForm, tokensPage } from "./tokens.ts";
import { wallLive, wallPage } from "./wall.ts";
import { Warmth } from "./warmth.ts";
import { welcomeForm, welcomePage } from "./welcome.ts";

type Show = (parts: PageParts, call: PageCall) => Response | Promise<Response>;
type Watch = (parts: PageParts, call: WatchCall) => LiveView;

/** Pages that every signed-in person may see. */
const shown: readonly [path: string, show: Show][] = [
  ["/", overviewPage],
  ["/wall", wallPage],
  ["/rigs", rigsPage],
  ["/rigs/:id", (parts, call) => rigPage(parts, call)],
  ["/customers", customersPage],
  ["/customers/:id", customerPage],
  ["/contracts", contractsPage],
  ["/contracts/:id", (parts, call) => contractPage(parts, call)],
  ["/schedule", schedulePage],
  ["/fleets", fleetsPage],
  ["/fleets/:id", fleetPage],
  ["/pools", poolsPage],
  ["/pools/:id", poolPage],
  ...inventoryShown,
  ["/connect", connectPage],
  ["/events", eventsPage],
  ["/audit", auditPage],
  ["/audit/export", auditExportPage],
  ["/account", accountPage],
  ["/views/new", newViewPage],
  ["/views/:id", viewPage],
  ["/search", searchPage],
  ["/settings", settingsPage],
];

/** Forms, for owners and operators. */
const forms: readonly [path: string, show: Show][] = [
  ["/contracts/new", newContractPage],
  ["/contracts/:id/change", changeContractPage],
  ["/customers/new", newCustomerPage],
  ["/fleets/new", newFleetPage],
  ["/maintenance/new", newMaintenancePage],
  ["/maintenance/:id", maintenancePage],
  ["/pools/new", newPoolPage],
  ["/profiles/new", newProfilePage],
  ["/profiles/:id", profilePage],
  ["/sites/:id", sitePage],
  ...inventoryForms,
];

/** Where forms are sent. */
const changes: readonly [path: string, change: Show][] = [
  ["/pools", addPoolForm],
  ["/pools/:id", changePoolForm],
  ["/pools/:id/delete", removePoolForm],
  ["/pools/:id/test", testPoolForm],
  ["/profiles", addProfileForm],
  ["/profiles/:id", changeProfileForm],
  ["/profiles/:id/delete", removeProfileForm],
  ["/customers", addCustomerForm],
  ["/settings/sites", addSiteForm],
  ["/sites/:id", changeSiteForm],
  ["/sites/:id/delete", removeSiteForm],
  ["/customers/:id", changeCustomerForm],
  ["/customers/:id/delete", removeCustomerForm],
  ["/contracts", addContractForm],
  ["/contracts/:id/change", changeContractForm],
  ["/contracts/:id/suspend", suspendForm],
  ["/contracts/:id/resume", resumeForm],
  ["/contracts/:id/renew", renewForm],
  ["/contracts/:id/terminate", terminateForm],
  ["/fleets", addFleetForm],
  ["/fleets/meaning", meaningForm],
  ["/fleets/:id", changeFleetForm],
  ["/fleets/:id/meaning", meaningForm],
  ["/fleets/:id/delete", removeFleetForm],
  ["/fleets/:id/hold", holdFleetForm],
  ["/fleets/:id/release", releaseFleetForm],
  ["/fleets/:id/house", changeHouseForm],
  ["/maintenance", planMaintenanceForm],
  ["/maintenance/:id", changeMaintenanceForm],
  ["/maintenance/:id/delete", cancelMaintenanceForm],
  ["/rigs/:id/pin", pinForm],
  ["/rigs/:id/pin-contract", pinContractForm],
  ["/rigs/:id/unpin", unpinForm],
  ["/rigs/:id/drain", drainForm],
  ["/rigs/:id/undrain", undrainForm],
  ["/rigs/:id/park", parkForm],
  ["/rigs/:id/unpark", unparkForm],
  ["/rigs/:id/quarantine", standingForm("quarantine")],
  ["/rigs/:id/release", standingForm("release")],
  ["/rigs/:id/pass", standingForm("pass")],
  ["/rigs/:id/nominal-of-catalogue", nominalForm("catalogue")],
  ["/rigs/:id/learn-anew", nominalForm("nothing")],
  ...inventoryChanges,
];

/** Pages for owners alone. */
const owned: readonly [path: string, show: Show][] = [
  ["/people", peoplePage],
  ["/people/:id", personPage],
  ["/tokens", tokensPage],
  ["/channels/new", newChannelPage],
  ["/channels/:id", channelPage],
];

/** What everybody may change: how he himself signs in, and how he looks at lists. */
const ownChanges: readonly [path: string, change: Show][] = [
  ["/account/display", displayForm],
  ["/account/sign-out", ownSignOutForm],
  ["/account/password", ownPasswordForm],
  ["/account/second-step", beginSecondStepForm],
  ["/account/second-step/confirm", confirmSecondStepForm],
  ["/account/second-step/off", endSecondStepForm],
  ["/views", addViewForm],
  ["/views/:id", changeViewForm],
  ["/views/:id/delete", removeViewForm],
];

/** Where the forms of owners are sent. */
const ownedChanges: readonly [path: string, change: Show][] = [
  ["/people", addPersonForm],
  ["/settings/farm", changeFarmForm],
  ["/people/second-step", secondStepRuleForm],
  ["/people/:id", changePersonForm],
  ["/people/:id/delete", removePersonForm],
  ["/people/:id/reset", resetPersonForm],
  ["/people/:id/sign-out", revokeSessionForm],
  ["/tokens", addTokenForm],
  ["/tokens/:id/revoke", removeTokenForm],
  ["/channels", addChannelForm],
  ["/channels/:id", changeChannelForm],
  ["/channels/:id/delete", removeChannelForm],
  ["/channels/:id/test", testChannelForm],
];

/** The live side of the pages. */
const watched: readonly [path: string, watch: Watch][] = [
  ["/live/overview", overviewLive],
  ["/live/wall", wallLive],
  ["/live/rigs", rigsLive],
  ["/live/rigs/:id", rigLive],
  ["/live/contracts", contractsLive],
  ["/live/contracts/:id", contractLive],
  ["/live/fleets", fleetsLive],
  ["/live/pools", poolsLive],
  ["/live/pools/:id", poolsLive],
  ["/live/racks", racksLive],
  ["/live/connect", connectLive],
  ["/live/events", eventsLive],
];

/** Opens the stream of a page for as long as the browser's session lasts. */
function stream(parts: PageParts, request: Request, { id, watch }: { id: string; watch: Watch }): Promise<Response> {
  return asPage(parts, request, () => {
    const principal = requireRole(request);
    if (lacksSecondStep(parts, principal)) throw new Problem("forbidden", "the farm asks owners for a second step at signing in");
    const { no, sessionNo } = principal;
    keepOpen(request);
    const hasSession = () => parts.deps.control.sessions.ofUser(no).some((session) => session.no === sessionNo);
    const allowed = () => hasSession() && !lacksSecondStep(parts, principal);
    const zone = zoneFor(parts, request);
    return parts.live.open(asOf(parts, watch(parts, { id, url: new URL(request.url), zone }), zone), request.signal, allowed);
  });
}

/** The view as a reader of this zone sees it, with the moment of each rendering. */
function asOf({ deps }: PageParts, { key, everyMs, render }: LiveView, zone: string): LiveView {
  const timed = async () => {
    const { parts, list, atMs } = await render();
    const moment = { id: "as-of", html: await AsOf({ clock: { nowMs: atMs ?? deps.now(), zone }, everyMs }) };
    return { parts: [...parts, moment], ...(list !== undefined && { list }) };
  };
  return { key: `${key} ${zone}`, everyMs, render: timed };
}

/** What the pages share with the API; each is made here where it is not given. */
export type SharedParts = { figures?: LiveFigures; probes?: PoolProbes; pools?: PoolViews };

/** What the pages need, made once per app. */
function pageParts(whole: WebDeps, shared: SharedParts = {}): PageParts {
  const deps: WebDeps = { ...whole, ledger: keptLedger(whole) };
  const figures = shared.figures ?? new LiveFigures(whole);
  const probes = shared.probes ?? new PoolProbes(deps);
  const contracts = new ContractSnapshots(deps, figures);
  const pools = shared.pools ?? new PoolViews(deps);
  const overview = new OverviewReader(deps, { figures, contracts, pools });
  const made = {
    // Set where the routes are.
    reenter: () => Promise.resolve(null),
    snapshots: new FleetSnapshots(deps, figures),
    live: new LiveViews(deps),
    ids: new Ids(deps.control),
    strips: new Strips(deps),
    rigStrips: new RigStrips(deps),
    poolStrips: new PoolStrips(deps),
    labelCodes: new QrCodes(),
    lastEvents: new LastEvents(deps.control.events),
    auditChecks: { last: null, running: null },
  };
  return { deps, figures, probes, ...made, contracts, pools, overview, startedAtMs: deps.now() };
}

/** All pages, forms, streams and assets, as the plugin `app`; `keepWarm` see `Warmth`; `changed` is to be called when somebody changed something. Bodies are read by the forms themselves, after it is known who sends them. */
export function pages(deps: WebDeps, shared: SharedParts = {}) {
  const parts = pageParts(deps, shared);
  const app = new Elysia({ name: "pages" });
  const raw = { parse: "none", detail: { "x-recorded": true } as object } as const;
  /** The only way to take a form: whatever it changes is in the audit log. */
  const post = (path: string, take: (request: Request, id: string) => Promise<Response>) => {
    const act = (request: Request, id: string) => recorded(deps, principalOf(request), { request, action: `POST ${path}`, id }, () => take(request, id));
    app.post(path, ({ request, params }) => act(request, idOf(params)), raw);
  };
  app.get("/assets/:file", ({ request }) => {
    const found = assetResponse(new URL(request.url).pathname, request.headers.get("accept-encoding"));
    if (found === null) throw notFound("asset");
    return found;
  });
  app.get("/login", ({ request }) => asPage(parts, request, () => loginPage(parts, request)));
  post("/login", (request) => asPage(parts, request, () => loginForm(parts, request)));
  post("/login/again", (request) => asPage(parts, request, () => loginAgainForm(parts, request)));
  post("/login/code", (request) => asPage(parts, request, () => codeForm(parts, request)));
  post("/logout", (request) => asPage(parts, request, () => logoutForm(parts, request)));
  app.get("/setup", ({ request }) => asPage(parts, request, () => setupPage(parts, request)));
  app.get("/welcome", ({ request }) => asPage(parts, request, () => welcomePage(parts, request)));
  post("/welcome", (request) => asPage(parts, request, () => welcomeForm(parts, request)));
  post("/setup", (request) => asPage(parts, request, () => setupForm(parts, request)));
  for (const [path, show] of shown) app.get(path, ({ request, params }) => signedIn(parts, request, idOf(params), (call) => show(parts, call)));
  for (const [path, show] of forms) app.get(path, ({ request, params }) => writing(parts, request, idOf(params), (call) => show(parts, call)));
  const routes: FormRoute[] = [
    ...changes.map(([path, change]) => ({ path, take: (request: Request, id: string) => writing(parts, request, id, (call) => change(parts, call)) })),
    ...[...inventoryPlacing, ...ownChanges].map(([path, change]) => ({
      path,
      take: (request: Request, id: string) => signedIn(parts, request, id, (call) => change(parts, call)),
    })),
    ...ownedChanges.map(([path, change]) => ({ path, take: (request: Request, id: string) => owning(parts, request, id, (call) => change(parts, call)) })),
  ];
  for (const { path, take } of routes) post(path, take);
  parts.reenter = (request, kept, setCookie) => reenter(parts, routes, { request, kept, setCookie });
  for (const [path, show] of owned) app.get(path, ({ request, params }) => owning(parts, request, idOf(params), (call) => show(parts, call)));
  for (const [path, watch] of watched) {
    app.get(path, ({ request, params }) => stream(parts, request, { id: idOf(params), watch }));
  }
  const warmth = new Warmth(parts);
  app.onStop(() => {
    warmth.stop();
    parts.live.close();
  });
  const changed = () => {
    parts.pools.forget();
    parts.contracts.forget();
    parts.snapshots.forget();
    parts.overview.forget();
    parts.live.changed();
  };
  return { app, keepWarm: () => warmth.keep(), changed };
}

/** Elysia gives no parameters at all to a path without any. */
function idOf(params: Readonly<Record<string, string>> | undefined): string {
  return params?.["id"] ?? "";
}
