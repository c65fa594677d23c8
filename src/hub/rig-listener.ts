import { statSync } from "node:fs";
import ipaddr from "ipaddr.js";
import type { Listener } from "../control/listeners.ts";
import { readProxyHeader } from "../stratum/proxy-protocol.ts";
import { limits } from "./limits.ts";
import { LineWriter } from "./line-writer.ts";
import type { Port } from "./rig-floor.ts";
import type { RigSession } from "./rig-session.ts";

export type ListenerDeps = {
  /** A rig has arrived from `address`; null when no more are taken. */
  open: (parts: { port: Port; address: string; writer: LineWriter }) => RigSession | null;
  refused: (port: Port, address: string, reason: string) => void;
};

export type OpenListener = { row: Listener; address: string; stop: () => void };

/** Who reads a socket: a rig's session, or before it a guest whose balancer has yet to say who he is. */
type Reader = { receive: (bytes: Buffer) => void; drain: () => void; ended: () => void; close: (reason: string) => void };
type RigConnection = Bun.Socket<Reader | undefined>;

/** The longest PROXY header that is read: a binary one with 4 KiB of extensions. */
const headBytesMax = 16 + 4096;

type GuestEnds = { enter: (rest: Buffer, address: string | null) => void; giveUp: (reason: string) => void; gone: () => void };

/** A connection from a trusted balancer whose PROXY header, if it sends one, says who the rig is; without one the balancer is a rig itself. */
class Guest implements Reader {
  readonly arrivedAtMs: number;
  private head: Buffer | null = null;
  private readonly ends: GuestEnds;

  constructor(arrivedAtMs: number, ends: GuestEnds) {
    this.arrivedAtMs = arrivedAtMs;
    this.ends = ends;
  }

  receive(bytes: Buffer): void {
    const head = this.head === null ? bytes : Buffer.concat([this.head, bytes]);
    const header = readProxyHeader(head);
    if (header.kind === "fault") this.ends.giveUp(header.reason);
    else if (header.kind === "need-more" && head.length > headBytesMax) this.ends.giveUp("too long");
    else if (header.kind === "need-more") this.head = Buffer.from(head);
    else if (header.kind === "proxy") this.ends.enter(head.subarray(header.headerBytes), header.source?.address ?? null);
    else this.ends.enter(head, null);
  }

  drain(): void {}

  ended(): void {
    this.ends.gone();
  }

  close(reason: string): void {
    this.ends.giveUp(reason);
  }
}

/**
 * Listens for rigs on one port. Throws what `Bun.listen` throws (port taken, certificate unreadable or no plain file).
 * `bind`: where, if not at what the row says. A header of the PROXY protocol is read only from the listener's trusted addresses.
 */
export function listenForRigs(row: Listener, deps: ListenerDeps, now: () => number, bind: string = row.bind): OpenListener {
  const port: Port = { listenerId: row.id, fleetNo: row.fleetNo, enrol: row.enrol, layout: row.extranonce };
  const trusted = row.proxyFrom.map(rangeOf);
  const { host, portNumber } = addressOf(bind);
  const guests = new Set<Guest>();
  const refuse = (socket: RigConnection, reason: string): void => {
    deps.refused(port, plainAddress(socket.remoteAddress), reason);
    socket.terminate();
  };
  const begin = (socket: RigConnection, writer: LineWriter, address: string): RigSession | null => {
    const session = deps.open({ port, address, writer });
    if (session === null) refuse(socket, "no room for another connection, or the hub stops");
    else socket.data = session;
    return session;
  };
  const server = Bun.listen<Reader | undefined>({
    hostname: host,
    port: portNumber,
    ...(row.tls === null ? {} : { tls: { cert: pemFile(row.tls.certFile), key: pemFile(row.tls.keyFile) } }),
    socket: {
      binaryType: "buffer",
      open(socket) {
        socket.setKeepAlive(true, limits.keepAliveMs);
        const writer = new LineWriter(socket, limits.unsentBytesMax);
        const address = plainAddress(socket.remoteAddress);
        if (!trusted.some((range) => contains(range, address))) {
          begin(socket, writer, address);
          return;
        }
        const guest = new Guest(now(), {
          enter: (rest, source) => {
            guests.delete(guest);
            const session = begin(socket, writer, source ?? address);
            if (rest.length > 0) session?.receive(rest);
          },
          giveUp: (reason) => {
            guests.delete(guest);
            refuse(socket, `PROXY header: ${reason}`);
          },
          gone: () => guests.delete(guest),
        });
        guests.add(guest);
        socket.data = guest;
      },
      data(socket, bytes) {
        socket.data?.receive(bytes);
      },
      drain(socket) {
        socket.data?.drain();
      },
      // Without this handler Bun tells of a TLS connection only when its handshake is done, so one that never begins it would stay for ever.
      handshake(socket, success, error) {
        if (!success) socket.data?.close(`no TLS: ${error?.message ?? "the handshake failed"}`);
      },
      close(socket) {
        socket.data?.ended();
      },
      error(socket, error) {
        socket.data?.close(`socket error: ${error.message}`);
      },
    },
  });
  const sweep = setInterval(() => {
    for (const guest of guests) if (now() - guest.arrivedAtMs > limits.firstLineMsMax) guest.close(`none within ${limits.firstLineMsMax / 1000} s`);
  }, 1_000);
  sweep.unref();
  return {
    row,
    address: `${host.includes(":") ? `[${host}]` : host}:${server.port}`,
    stop: () => {
      clearInterval(sweep);
      for (const guest of guests) guest.close("the port was closed before it came");
      server.stop(false);
    },
  };
}

const pemBytesMax = 1_000_000;

/** The runtime reads it at once, on the thread that serves the rigs: of a pipe or a device it would never come to the end. */
function pemFile(path: string): Bun.BunFile {
  const file = statSync(path);
  if (!file.isFile() || file.size > pemBytesMax) throw new Error(`${path} must be a file of at most ${pemBytesMax} bytes`);
  return Bun.file(path);
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
