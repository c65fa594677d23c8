import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DemoApi, type Row } from "../../src/cli/demo-api.ts";
import { controlFile } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import type { ChaosPool } from "./chaos-pool.ts";

const root = join(import.meta.dir, "../..");
const listMax = 500;

export type HubRig = { id: string; name: string; status: string; status_since: string; status_reason: { code: string; text: string }; nominal_hps: number };
export type HubContract = {
  id: string;
  number: string;
  external_ref: string;
  state: string;
  promised_hps: number;
  health: { state: string; reason: { code: string; text: string } } | null;
  active_pool_id: string | null;
  allocations: { rig_id: string; fraction: number }[];
};
export type HubEvent = { at: string; type: string; subject: { kind: string; id: string | null }; text: string; data: Record<string, unknown> | null };
export type HubAllocation = {
  rig_id: string;
  contract_id: string | null;
  fraction: number;
  from: string;
  to: string | null;
  reason: { code: string; text: string };
  decided_by: string;
};
export type HubShare = {
  sequence: number;
  at: string;
  rig_id: string;
  contract_id: string | null;
  pool_id: string | null;
  work_hashes: string;
  hub_verdict: string;
  pool_verdict: string;
};

export type Terms = { method: "threshold"; promised_hps: number } | { method: "miners"; rig_count: number; rig_nominal_hps: number };
/** `contractId` null = the house. */
export type Account = { owner: string; contractId: string | null; user: string; poolIds: Map<string, ChaosPool> };

const returnAfterS = 20;
const graceS = 5;

/** The product itself, in a process of its own, set up and asked by its public API. */
export class ChaosHub {
  readonly folder = mkdtempSync(join(tmpdir(), "chaos-"));
  readonly host = "127.0.0.1";
  readonly sharesPerMinute: number;
  port = 0;
  #origin = "";
  #token = "";
  #api = new DemoApi("", "");
  #process: Bun.Subprocess | null = null;
  #fleet: Row = {};

  constructor(sharesPerMinute: number) {
    this.sharesPerMinute = sharesPerMinute;
  }

  async start(): Promise<void> {
    const data = join(this.folder, "data");
    const command = [process.execPath, join(root, "src/main.ts"), "serve", "--data", data, "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0"];
    const child = Bun.spawn(command, { stdio: ["ignore", "pipe", Bun.file(this.#logFile)] });
    this.#process = child;
    const { value } = await child.stdout.getReader().read();
    const ready = /http=(\S+) stratum=\S*:(\d+)/.exec(new TextDecoder().decode(value));
    if (ready === null) throw new Error(`the hub did not start: ${readFileSync(this.#logFile, "utf8")}`);
    this.port = Number(ready[2]);
    this.#origin = `http://${ready[1]}`;
    this.#token = tokenOf(data);
    this.#api = new DemoApi(this.#origin, this.#token);
  }

  /** The house first, then the fleet's rules. */
  async openHouse(pools: readonly ChaosPool[]): Promise<Account> {
    const account = await this.#account("house", pools);
    const main = (await this.#api.list("/fleets"))[0] as Row;
    const rules = { house_profile_id: account.profileId, disconnect_grace_s: graceS, shares_per_minute: this.sharesPerMinute };
    this.#fleet = await this.#api.patch(`/fleets/${main["id"]}`, main, rules);
    return account;
  }

  async sell(owner: string, pools: readonly ChaosPool[], terms: Terms): Promise<Account> {
    const account = await this.#account(owner, pools);
    const body = { external_ref: owner, customer: { name: `customer ${owner}` }, fleet_id: this.#fleet["id"], profile_id: account.profileId, ...terms };
    const contract = await this.#api.post("/contracts", body);
    return { ...account, contractId: String(contract["id"]) };
  }

  /** @returns all pages of a list */
  async all<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    const key = path.startsWith("/events") ? "after" : "cursor";
    for (let cursor: string | null = null; ; ) {
      const { data, page } = await this.#api.get(`${path}${path.includes("?") ? "&" : "?"}limit=${listMax}${cursor === null ? "" : `&${key}=${cursor}`}`);
      rows.push(...(data as T[]));
      const { next } = page as { next: string | null };
      if (next === null || next === cursor || (data as T[]).length < listMax) return rows;
      cursor = next;
    }
  }

  get(path: string): Promise<Row> {
    return this.#api.get(path);
  }

  shares(fromMs: number): Promise<HubShare[]> {
    return this.#lines<HubShare>(`/shares?from=${new Date(fromMs).toISOString()}`);
  }

  /** What it logged, one object a line. */
  logged(): Record<string, unknown>[] {
    return linesOf(readFileSync(this.#logFile, "utf8"));
  }

  /** @returns the exit code; null while it runs */
  get exitCode(): number | null {
    return this.#process?.exitCode ?? null;
  }

  async stop(): Promise<number> {
    this.#process?.kill("SIGTERM");
    return (await this.#process?.exited) ?? 0;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #logFile(): string {
    return join(this.folder, "hub.log");
  }

  async #lines<T>(path: string): Promise<T[]> {
    const answer = await fetch(`${this.#origin}/api/v1${path}`, { headers: { authorization: `Bearer ${this.#token}` } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return linesOf<T>(text);
  }

  async #account(owner: string, pools: readonly ChaosPool[]): Promise<Account & { profileId: string }> {
    const user = `account-of-${owner}`;
    const poolIds = new Map<string, ChaosPool>();
    for (const pool of pools) {
      const row = { name: `${owner} ${pool.name}`, url: `stratum+tcp://127.0.0.1:${pool.port}`, algorithm: "sha256d", username: user };
      poolIds.set(String((await this.#api.post("/pools", row))["id"]), pool);
    }
    const profile = await this.#api.post("/profiles", { name: owner, pool_ids: [...poolIds.keys()], return_after_s: returnAfterS });
    return { owner, contractId: null, user, poolIds, profileId: String(profile["id"]) };
  }
}

function linesOf<T>(text: string): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

function tokenOf(dataDir: string): string {
  const control = openControl(controlFile(dataDir), { now: Date.now, log: silentLog });
  try {
    const made = control.tokens.create({ name: "chaos", scopes: ["admin"] });
    if (!made.ok) throw new Error(JSON.stringify(made));
    return made.value.text.reveal();
  } finally {
    control.close();
  }
}
