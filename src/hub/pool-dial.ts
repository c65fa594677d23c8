import { networkWords, tlsWords } from "./network-words.ts";

export type PoolSocket = Bun.Socket<undefined>;

/** What becomes of a dial; after `failed` nothing is told any more that counts. */
export type DialEvents = {
  /** The pool has taken the connection; false where nobody wants it by now. */
  open: (socket: PoolSocket) => boolean;
  /** Lines may go, under TLS after its handshake; `warning`: what an operator should know of the pool's certificate. */
  ready: (warning: string | null) => void;
  data: (bytes: Buffer) => void;
  drain: () => void;
  failed: (text: string) => void;
};

/** Connects to a pool. Verified by us in `handshake`: an unvouched certificate is used with a warning, as most pools' are self-made. Never throws. */
export function dialPool({ host, port, tls }: { host: string; port: number; tls: boolean }, events: DialEvents): void {
  const failed = (error?: Error) => events.failed(networkWords(host, error));
  Bun.connect({
    hostname: host,
    port,
    ...(tls ? { tls: { rejectUnauthorized: false, serverName: host } } : {}),
    socket: {
      binaryType: "buffer",
      open(socket) {
        if (!events.open(socket)) {
          socket.terminate();
          return;
        }
        socket.setNoDelay(true);
        socket.setKeepAlive(true, 30_000);
        if (!tls) events.ready(null);
      },
      handshake(_socket, success, error) {
        if (success) events.ready(error ? `TLS certificate not vouched for: ${error.message}` : null);
        else events.failed(tlsWords(error));
      },
      data(_socket, bytes) {
        events.data(bytes);
      },
      drain() {
        events.drain();
      },
      close: (_socket, error) => failed(error),
      error: (_socket, error) => failed(error),
      connectError: (_socket, error) => failed(error),
    },
  }).catch(failed);
}
