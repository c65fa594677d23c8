import ipaddr from "ipaddr.js";
import type { Listener } from "../control/listeners.ts";
import { readProxyHeader } from "../stratum/proxy-protocol.ts";
import { limits } from "./limits.ts";
import { LineWriter } from "./line-writer.ts";
import type { Port, RigSocket } from "./rig-floor.ts";
import type { RigSession } from "./rig-session.ts";

export type ListenerDeps = {
  /** A rig has arrived from `address`; null when no more are taken. */
  open: (parts: { port: Port; address: string; writer: LineWriter; socket: RigSocket }) => RigSession | null;
  refused: (port: Port, address: string, reason: string) => void;
};

export type OpenListener = { row: Listener; address: string; stop: () => void };

/** A connection before its first line: who it comes from may still be in a PROXY header. */
type Guest = { session: RigSession | null; writer: LineWriter; head: Buffer | null; trusted: boolean; arrivedAtMs: number };

/** The longest PROXY header that is read: a binary one with 4 KiB of extensions. */
const headBytesMax = 16 + 4096;

/**
 * Listens for rigs on one port. Throws what `Bun.listen` throws (port taken, certificate unreadable).
 * A header of the PROXY protocol is read only from the listener's trusted addresses.
 */
export function listenForRigs(row: Listener, deps: ListenerDeps, now: () => number): OpenListener {
  const port: Port = { listenerId: row.id, fleetNo: row.fleetNo, enrol: row.enrol, layout: row.extranonce };
  const trusted = row.proxyFrom.map(rangeOf);
  const { host, portNumber } = addressOf(row.bind);
  const guests = new Set<Bun.Socket<Guest>>();
  const begin = (socket: Bun.Socket<Guest>, address: string): RigSession | null => {
    const session = deps.open({ port, address, writer: socket.data.writer, socket });
    socket.data.session = session;
    if (session === null) {
      deps.refused(port, address, "no room for another connection, or the hub stops");
      socket.terminate();
    }
    return session;
  };
  const giveUp = (socket: Bun.Socket<Guest>, reason: string): void => {
    guests.delete(socket);
    deps.refused(port, plainAddress(socket.remoteAddress), `PROXY header: ${reason}`);
    socket.terminate();
  };
  const enter = (socket: Bun.Socket<Guest>, rest: Buffer, address: string | null): void => {
    guests.delete(socket);
    socket.data.head = null;
    const session = begin(socket, address ?? plainAddress(socket.remoteAddress));
    if (rest.length > 0) session?.receive(rest);
  };
  /** The header of a trusted balancer says who the rig is; without one the balancer is a rig itself. */
  const readHead = (socket: Bun.Socket<Guest>, bytes: Buffer): void => {
    const guest = socket.data;
    const head = guest.head === null ? bytes : Buffer.concat([guest.head, bytes]);
    const header = readProxyHeader(head);
    if (header.kind === "fault") giveUp(socket, header.reason);
    else if (header.kind === "need-more" && head.length > headBytesMax) giveUp(socket, "too long");
    else if (header.kind === "need-more") guest.head = Buffer.from(head);
    else if (header.kind === "proxy") enter(socket, head.subarray(header.headerBytes), header.source?.address ?? null);
    else enter(socket, head, null);
  };
  const server = Bun.listen<Guest>({
    hostname: host,
    port: portNumber,
    ...(row.tls === null ? {} : { tls: { cert: Bun.file(row.tls.certFile), key: Bun.file(row.tls.keyFile) } }),
    socket: {
      binaryType: "buffer",
      open(socket) {
        const writer = new LineWriter(socket, limits.unsentBytesMax);
        const address = plainAddress(socket.remoteAddress);
        const isTrusted = trusted.length > 0 && trusted.some((range) => contains(range, address));
        socket.data = { session: null, writer, head: null, trusted: isTrusted, arrivedAtMs: now() };
        if (isTrusted) guests.add(socket);
        else begin(socket, address);
      },
      data(socket, bytes) {
        const guest = socket.data;
        if (guest.session !== null) guest.session.receive(bytes);
        else if (guest.trusted) readHead(socket, bytes);
      },
      drain(socket) {
        socket.data.writer.drain();
      },
      // Without this handler Bun tells of a TLS connection only when its handshake is done, so one that never begins it would stay for ever.
      handshake(socket, success, error) {
        if (!success) socket.data?.session?.close(`no TLS: ${error?.message ?? "the handshake failed"}`);
      },
      close(socket) {
        guests.delete(socket);
        socket.data?.session?.ended();
      },
      error(socket, error) {
        socket.data?.session?.close(`socket error: ${error.message}`);
      },
    },
  });
  const sweep = setInterval(() => {
    for (const socket of guests) if (now() - socket.data.arrivedAtMs > limits.firstLineMsMax) giveUp(socket, `none within ${limits.firstLineMsMax / 1000} s`);
  }, 1_000);
  sweep.unref();
  return {
    row,
    address: `${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    stop: () => {
      clearInterval(sweep);
      for (const socket of guests) giveUp(socket, "the port was closed before it came");
      server.stop(false);
    },
  };
}

/** `host:port` of a listener row, IPv6 in brackets; the control database has checked the form. */
function addressOf(bind: string): { host: string; portNumber: number } {
  const at = bind.lastIndexOf(":");
  return { host: bind.slice(0, at).replace(/^\[|\]$/g, ""), portNumber: Number(bind.slice(at + 1)) };
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

function rangeOf(text: string): Range {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function contains(range: Range, text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() !== range[0].kind()) return false;
  return address.match(range);
}

/** An IPv4 client of a dual-stack port comes as ::ffff:a.b.c.d; people know it as a.b.c.d. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
