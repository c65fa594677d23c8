import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinnedTo } from "./child.ts";
import { configureHub } from "./configure-hub.ts";
import { cpuMicroseconds, residentBytes } from "./process-figures.ts";

const root = join(import.meta.dir, "../../..");
const hubCore = 0;

type Turn = { longest_ms: number; cpu_ms: number };

/** The product itself, `serve` in a process of its own with a new data folder, held to one core. */
export class HubProcess {
  readonly pid: number;
  readonly port: number;
  /** Of the pages and the API, `http://HOST:PORT`. */
  readonly url: string;
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #dataDir: string;
  #told: ((line: string) => void) | null = null;

  private constructor(parts: { child: Bun.Subprocess<"ignore", "pipe", "pipe">; dataDir: string; port: number; url: string }) {
    this.#process = parts.child;
    this.#dataDir = parts.dataDir;
    this.pid = parts.child.pid;
    this.port = parts.port;
    this.url = parts.url;
    void this.#readLog();
  }

  /** Resolves when the hub listens; `configured` are the ports of its profile's pools, first choice first, or what fills its new data folder. */
  static async start(configured: readonly number[] | ((dataDir: string) => Promise<void>)): Promise<HubProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), "hub-bench-"));
    if (typeof configured === "function") await configured(dataDir);
    else configureHub(dataDir, configured);
    const endpoints = ["--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0", "--data", dataDir, "--log-level", "error"];
    const command = [
      ...pinnedTo(hubCore),
      process.execPath,
      "--preload",
      join(import.meta.dir, "loop-turns.ts"),
      join(root, "src/main.ts"),
      "serve",
      ...endpoints,
    ];
    const child = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for await (const line of linesOf(child.stdout)) {
      const [, http, port] = /^ready http=(\S+) stratum=\S*:(\d+)$/.exec(line) ?? [];
      if (port !== undefined) return new HubProcess({ child, dataDir, port: Number(port), url: `http://${http}` });
    }
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`the hub ended before it was ready: ${await new Response(child.stderr).text()}`);
  }

  cpuUs(): number {
    return cpuMicroseconds(this.pid);
  }

  residentBytes(): number {
    return residentBytes(this.pid);
  }

  /** Begins to watch the event loop; resolves when the hub has begun, as a signal waits for the end of a turn. */
  async watchTurns(): Promise<void> {
    await this.#signal();
  }

  /** The longest turn of the event loop since `watchTurns`: by the clock, and how much CPU the hub used meanwhile, in milliseconds. */
  async longestTurn(): Promise<Turn> {
    return JSON.parse(await this.#signal()) as Turn;
  }

  #signal(): Promise<string> {
    return new Promise((resolve) => {
      this.#told = resolve;
      this.#process.kill("SIGUSR2");
    });
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.exited;
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #readLog(): Promise<void> {
    for await (const line of linesOf(this.#process.stderr)) {
      if (line.startsWith('{"event":"bench.')) this.#told?.(line);
      else process.stderr.write(`hub: ${line}\n`);
    }
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
