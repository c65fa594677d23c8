import ipaddr from "ipaddr.js";
import type { WebConfig } from "./deps.ts";

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Where a request came from, as far as it can be believed. */
export type Client = { address: string; isSecure: boolean; host: string };

// The server notes the address of each request's socket; without one (tests, in-process calls) it counts as loopback.
const socketAddresses = new WeakMap<Request, string>();

export function rememberSocketAddress(request: Request, address: string): void {
  socketAddresses.set(request, address);
}

/** A request that is made here in the name of another one comes from where that came from. */
export function cameWith(request: Request, other: Request): Request {
  const address = socketAddresses.get(other);
  if (address !== undefined) socketAddresses.set(request, address);
  return request;
}

/** Whose address it is, to count by: of an IPv6 network, which is one household's or one server's, any of its 2^64 addresses is the same. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? parsed.toString() : `${Buffer.from(parsed.toByteArray().slice(0, 8)).toString("hex")}/64`;
}

/** Reads `10.0.0.0/8` and single addresses; what is neither throws, as the flag's own check has let it pass. */
function rangeOf(text: string): Range {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function isWithin(address: string, ranges: readonly Range[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
}

/**
 * Tells a request's client. X-Forwarded-For, -Proto and -Host are read only when the socket's other end lies in `httpTrustProxy`;
 * of the addresses the last one that is no trusted proxy counts (those before it are whatever the client wrote).
 */
export function clientReader(config: Pick<WebConfig, "httpCert" | "httpTrustProxy">): (request: Request) => Client {
  const trusted = config.httpTrustProxy.map(rangeOf);
  const isTls = config.httpCert !== undefined;
  return (request) => {
    const socket = socketAddresses.get(request) ?? "127.0.0.1";
    const host = request.headers.get("host") ?? new URL(request.url).host;
    if (trusted.length === 0 || !isWithin(socket, trusted)) return { address: socket, isSecure: isTls, host };
    const hops = (request.headers.get("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim());
    const client = hops.findLast((hop) => ipaddr.isValid(hop) && !isWithin(hop, trusted));
    const proto = request.headers.get("x-forwarded-proto");
    return {
      address: client ?? socket,
      isSecure: proto === null ? isTls : proto === "https",
      host: request.headers.get("x-forwarded-host") ?? host,
    };
  };
}

/** True when a browser reaches this host name without leaving its own machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === "loopback";
}

/** Whether the page must say that passwords and cookies travel in the open: plain HTTP, and not to this very machine. */
export function isExposed(client: Client): boolean {
  return !client.isSecure && !isLoopbackHost(client.host);
}

/**
 * Whether a change by a browser was caused by our own page (the rule of Go 1.25's CrossOriginProtection): Sec-Fetch-Site says so,
 * else Origin names our host, else it is no browser at all.
 */
export function isOwnSite(request: Request, client: Client): boolean {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return true;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === client.host;
}
