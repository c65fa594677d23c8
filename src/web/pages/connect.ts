import { type ConnectListener, ConnectPage, ConnectProgress, type ConnectWait } from "../../../views/pages/connect.tsx";
import type { Listener } from "../../control/listeners.ts";
import { poolUrl } from "../../control/pools.ts";
import { assetUrls } from "../assets/assets.ts";
import { clientReader } from "../client.ts";
import type { LiveView } from "../live.ts";
import { htmlResponse, type PageCall, type WatchCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const busySessions = 100;
const anyAddress = new Set(["0.0.0.0", "[::]", "::", ""]);

/** `host:port` taken apart at its last colon. */
function splitBind(bind: string): { host: string; port: string } {
  const at = bind.lastIndexOf(":");
  return { host: bind.slice(0, at), port: bind.slice(at + 1) };
}

/** The address to type into a rig: a listener on all addresses is reached by the name under which this page was. */
function minerUrl(parts: PageParts, listener: Listener, pageHost: string): string {
  const { host, port } = splitBind(listener.bind);
  const reached = anyAddress.has(host) ? pageHost.replace(/:\d+$/, "") : host;
  const boundPort = listener.primary ? parts.deps.config.stratum.port : Number(port);
  return `${listener.tls === null ? "stratum+tcp" : "stratum+ssl"}://${reached}:${boundPort}`;
}

function listenersOf(parts: PageParts, pageHost: string): ConnectListener[] {
  const { control } = parts.deps;
  return control.listeners.all().map((listener) => {
    const fleet = control.fleets.byNo(listener.fleetNo);
    const house = fleet?.houseProfileNo == null ? null : control.profiles.byNo(fleet.houseProfileNo);
    const first = house?.poolNos[0] === undefined ? null : control.pools.byNo(house.poolNos[0]);
    return {
      id: listener.id,
      url: minerUrl(parts, listener, pageHost),
      fleetName: fleet?.name ?? "–",
      algorithm: fleet?.algorithm ?? "–",
      enrols: listener.enrol,
      backup: first === null ? null : { url: poolUrl(first), username: first.username.replaceAll("{rig}", "rig-001") },
    };
  });
}

function waitOf({ deps: { control, hub } }: PageParts): ConnectWait {
  let first: { rigNo: number; atMs: number } | null = null;
  for (const { rigNo, lastAcceptedAtMs } of hub.rigs()) {
    // The hub knows of each rig its last share alone; the one that enrolled first is named, and stays named.
    if (lastAcceptedAtMs !== null && (first === null || rigNo < first.rigNo)) first = { rigNo, atMs: lastAcceptedAtMs };
    // Of a farm that is at work any will do, and to look at all its rigs each second is dear.
    if (first !== null && hub.sessions() > busySessions) break;
  }
  const rig = first === null ? null : control.rigs.byNo(first.rigNo);
  const firstShare = first === null || rig === null ? null : { rigId: rig.id, rigName: rig.name, atMs: first.atMs };
  return { sessions: hub.sessions(), firstShare, hasPool: control.pools.all().length > 0 };
}

export function connectPage(parts: PageParts, { viewer, request }: PageCall): Promise<Response> {
  const { host } = clientReader(parts.deps.config)(request);
  return htmlResponse(ConnectPage({ viewer, assets: assetUrls, listeners: listenersOf(parts, host), wait: waitOf(parts), live: "/live/connect" }));
}

export function connectLive(parts: PageParts, { zone }: WatchCall): LiveView {
  const render = async () => {
    const clock = { nowMs: parts.deps.now(), zone };
    return { parts: [{ id: "progress", html: await ConnectProgress({ wait: waitOf(parts), clock }) }] };
  };
  return { key: "connect", everyMs: 1_000, render };
}
