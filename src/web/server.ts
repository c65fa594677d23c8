import { createApp } from "./app.ts";
import type { WebDeps } from "./deps.ts";
import { webLimits } from "./limits.ts";

export type RunningWeb = {
  address: { host: string; port: number };
  /** From now until `stop` figures are at hand before anybody asks. */
  keepWarm: () => void;
  stop: () => Promise<void>;
};

/**
 * What the server takes before it hangs up. The limits of files and of all other bodies are lower, are looked at before anything is read,
 * and answer in words, which a client that is cut off while it still sends never hears.
 */
const serverBodyBytesMax = 64_000_000;

/**
 * Serves pages and API on `config.http`; port 0 = any free one, named in `address`. With `httpCert` and `httpKey` over TLS.
 * @throws when the address is taken or a PEM file cannot be read
 */
export function startWeb(deps: WebDeps): Promise<RunningWeb> {
  const { http, httpCert, httpKey } = deps.config;
  const tls = httpCert !== undefined && httpKey !== undefined ? { cert: Bun.file(httpCert), key: Bun.file(httpKey) } : undefined;
  const { app, release, keepWarm } = createApp(deps);
  return new Promise((resolve, reject) => {
    try {
      // Elysia would share a taken port with whoever has it.
      const options = {
        hostname: http.host,
        port: http.port,
        maxRequestBodySize: serverBodyBytesMax,
        idleTimeout: webLimits.idleTimeoutS,
        reusePort: false,
        // The runtime's own page of an error shows sources to whoever asked.
        development: false,
        ...(tls && { tls }),
      };
      app.listen(options, (server) => {
        const stop = async () => {
          release();
          await app.stop(true);
        };
        resolve({ address: { host: server.hostname ?? http.host, port: server.port ?? http.port }, keepWarm, stop });
      });
    } catch (error) {
      reject(error);
    }
  });
}
