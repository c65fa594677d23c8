import { join } from "node:path";
import type { PoolIsTold, PoolTells } from "./chaos-pool-child.ts";

/** `freeze`: the process is stopped, its sockets stay open. */
export type PoolHarm = "kill" | "freeze" | "corrupt" | "refuse";

/** A pool that can be harmed; it keeps its port over its deaths. */
export class ChaosPool {
  readonly name: string;
  /** Accounts that ever logged in. */
  readonly accounts = new Set<string>();
  harm: PoolHarm | null = null;
  port = 0;
  readonly #difficulty: number;
  #process: Bun.Subprocess | null = null;

  private constructor(name: string, difficulty: number) {
    this.name = name;
    this.#difficulty = difficulty;
  }

  static async start(name: string, difficulty: number): Promise<ChaosPool> {
    const pool = new ChaosPool(name, difficulty);
    await pool.#spawn();
    return pool;
  }

  async hurt(harm: PoolHarm): Promise<void> {
    this.harm = harm;
    if (harm === "kill") await this.#end();
    else if (harm === "freeze") this.#process?.kill("SIGSTOP");
    else this.#tell(harm);
  }

  async heal(): Promise<void> {
    if (this.harm === "kill") await this.#spawn();
    else if (this.harm === "freeze") this.#process?.kill("SIGCONT");
    else this.#tell("well");
    this.harm = null;
  }

  async stop(): Promise<void> {
    await this.#end();
  }

  #tell(told: PoolIsTold): void {
    this.#process?.send(told);
  }

  async #end(): Promise<void> {
    const dying = this.#process;
    this.#process = null;
    dying?.kill("SIGKILL");
    await dying?.exited;
  }

  async #spawn(): Promise<void> {
    const listening = Promise.withResolvers<number>();
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "chaos-pool-child.ts"), String(this.port), String(this.#difficulty)], {
      stdio: ["ignore", "inherit", "inherit"],
      ipc: (message: PoolTells) => {
        if ("port" in message) listening.resolve(message.port);
        else this.accounts.add(message.name);
      },
    });
    this.#process = child;
    const ended = child.exited.then((code) => {
      if (this.#process === child) throw new Error(`pool ${this.name} ended by itself with ${code}`);
      return this.port;
    });
    this.port = await Promise.race([listening.promise, ended]);
  }
}
