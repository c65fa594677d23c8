import type { Line, RawEnd } from "./raw-ends.ts";
import { rawRig } from "./raw-ends.ts";

/** A share's parameters after the worker's name. */
export type RawShare = { job?: string; extranonce2?: string; ntime?: string; nonce?: string; bits?: string };

/** A logged-in rig that hashes nothing: for pools whose difficulty every hash meets. */
export class RawMiner {
  readonly end: RawEnd;
  readonly worker: string;
  extranonce1 = "";
  extranonce2Bytes = 0;
  private lastId = 100;
  private lastNonce = 0;

  private constructor(end: RawEnd, worker: string) {
    this.end = end;
    this.worker = worker;
  }

  /** Logs in and waits for its first job. */
  static async login(port: number, worker: string, options: { agent?: string; rolls?: boolean; password?: string; end?: RawEnd } = {}): Promise<RawMiner> {
    const miner = new RawMiner(options.end ?? (await rawRig(port)), worker);
    if (options.rolls === true) {
      miner.end.say({ id: 1, method: "mining.configure", params: [["version-rolling"], { "version-rolling.mask": "ffffffff" }] });
      await miner.end.answer(1);
    }
    miner.end.say({ id: 2, method: "mining.subscribe", params: [options.agent ?? "raw/1"] });
    const { result } = await miner.end.answer(2);
    const [, extranonce1, extranonce2Bytes] = result as [unknown, string, number];
    miner.extranonce1 = extranonce1;
    miner.extranonce2Bytes = extranonce2Bytes;
    miner.end.say({ id: 3, method: "mining.authorize", params: [worker, options.password ?? "x"] });
    const answer = await miner.end.answer(3);
    if (answer["result"] !== true) throw new Error(`not authorized: ${JSON.stringify(answer)}`);
    await miner.job();
    return miner;
  }

  /** The newest job heard. */
  get notify(): unknown[] {
    return (this.end.lines.findLast((line) => line["method"] === "mining.notify")?.["params"] ?? []) as unknown[];
  }

  get difficulties(): number[] {
    return this.end.lines.filter((line) => line["method"] === "mining.set_difficulty").map((line) => (line["params"] as number[])[0] ?? 0);
  }

  get jobId(): string {
    return String(this.notify[0]);
  }

  get ntime(): string {
    return String(this.notify[7]);
  }

  /** Waits for a job that has not been waited for yet. */
  async job(): Promise<unknown[]> {
    return (await this.end.method("mining.notify"))["params"] as unknown[];
  }

  /** Submits, always with another nonce unless it is given, and returns the id of the request. */
  submit(share: RawShare = {}): number {
    const id = ++this.lastId;
    this.lastNonce++;
    const nonce = share.nonce ?? this.lastNonce.toString(16).padStart(8, "0");
    const params = [this.worker, share.job ?? this.jobId, share.extranonce2 ?? "00".repeat(this.extranonce2Bytes), share.ntime ?? this.ntime, nonce];
    this.end.say({ id, method: "mining.submit", params: share.bits === undefined ? params : [...params, share.bits] });
    return id;
  }

  /** Submits and waits for the answer to it. */
  ask(share: RawShare = {}): Promise<Line> {
    return this.end.answer(this.submit(share));
  }
}

/** The code of a refusal, or null for an answer that grants. */
export function codeOf(answer: Line): number | null {
  return Array.isArray(answer["error"]) ? Number(answer["error"][0]) : null;
}
