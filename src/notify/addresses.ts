import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All addresses of a host name; throws where it has none. */
export type Resolve = (host: string) => Promise<string[]>;

/** The machine's own resolver. */
export const systemResolve: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** A channel may not reach that address. */
export class AddressRefused extends Error {
  override name = "AddressRefused";
}

/** Global unicast: what lies outside is nobody's, or somebody's own. */
const globalSix = ipaddr.parseCIDR("2000::/3");

/**
 * True for addresses of the public internet. Loopback, private, link-local (with cloud metadata), shared, multicast and reserved ones are
 * not, nor IPv6 forms that carry an IPv4 address of another network inside (6to4, NAT64, Teredo).
 */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || address.match(globalSix);
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean {
  const [base, bits] = network.includes("/") ? ipaddr.parseCIDR(network) : ([ipaddr.parse(network), Number.POSITIVE_INFINITY] as const);
  return base.kind() === address.kind() && address.match(base, Math.min(bits, address.kind() === "ipv4" ? 32 : 128));
}

/** Whether a channel with these own networks (CIDR) may reach the address. An IPv4 address written as IPv6 counts as what it is. */
export function mayReach(text: string, networks: readonly string[]): boolean {
  const address = ipaddr.process(text);
  return isPublic(address) || networks.some((network) => isWithin(address, network));
}

/**
 * The one address to connect to: resolved once, so that a name cannot mean something else a moment later.
 * @throws AddressRefused when none of the host's addresses may be reached
 */
export async function reachableAddress(host: string, networks: readonly string[], resolve: Resolve): Promise<string> {
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  const fit = addresses.find((address) => mayReach(address, networks));
  if (fit !== undefined) return fit;
  throw new AddressRefused(`${host} is ${addresses.join(", ") || "nowhere"}: not a public address, and none of the channel's networks holds it`);
}
