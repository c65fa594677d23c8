import type { Socket } from "bun";
import { type Envelope, type JsonId, readEnvelope, writeError, writeNotification, writeResult } from "../stratum/v1/envelope.ts";
import { hexOfBytes, hexToUint32, uint32ToHex } from "../stratum/v1/hex.ts";
import { LineCutter } from "../stratum/v1/lines.ts";
import { type PreparedWork, prepareWork } from "../work/prepared-work.ts";
import { notifyParams } from "./job-wire.ts";
import { limits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { judgeSubmit, type SubmittedWork, type Verdict } from "./pool-judge.ts";
import type { PoolState } from "./pool-state.ts";
import type { ShareFate } from "./pool-stats.ts";

/** Codes and texts of a common pool. */
const refusals: Readonly<Record<Exclude<ShareFate, "accepted">, readonly [code: number, text: string]>> = Object.freeze({
  stale: [21, "Job not found"],
  duplicate: [22, "Duplicate share"],
  "low-difficulty": [23, "Low difficulty share"],
  unauthorized: [24, "Unauthorized worker"],
  invalid: [20, "Invalid share"],
  "by-chance": [20, "Refused by chance"],
});

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** One client of a simulated pool: its extranonce1, its workers, and the one switch over what it says. */
export class PoolConnection {
  readonly no: number;
  readonly extranonce1: Uint8Array;
  readonly workers = new Set<string>();
  /** What the client called itself. */
  agent = "";
  readonly #socket: Socket<PoolConnection>;
  readonly #pool: PoolState;
  readonly #outbox: Outbox<PoolConnection>;
  readonly #lines = new LineCutter(limits.lineBytesMax);
  /** Pool jobs as this connection's extranonce1 makes them, prepared at their first share. */
  readonly #prepared = new Map<string, PreparedWork>();
  /** What came while the pool was frozen. */
  #unread: Buffer[] = [];
  #subscribed = false;
  #difficultySent = 0;
  #versionMask = 0;

  constructor(socket: Socket<PoolConnection>, pool: PoolState, extranonce1: Uint8Array) {
    this.no = pool.stats.connectionsEver;
    this.extranonce1 = extranonce1;
    this.#socket = socket;
    this.#pool = pool;
    this.#outbox = new Outbox(socket);
  }

  read(chunk: Buffer): void {
    if (this.#pool.frozen) {
      this.#unread.push(Buffer.from(chunk));
      return;
    }
    const whole = this.#lines.push(chunk, (bytes, start, end) => {
      const line = readEnvelope(bytes, start, end);
      if (line.kind === "fault") this.#pool.stats.faults += 1;
      else this.#on(line);
    });
    if (!whole) this.terminate();
  }

  /** Catches up after a freeze. */
  thaw(): void {
    for (const chunk of this.#unread.splice(0)) this.read(chunk);
  }

  drain(): void {
    this.#outbox.drain();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Any line at all, for tests that need a pool to say something particular. */
  say(line: string): void {
    this.#outbox.write(line);
  }

  /** The pool's current job, with the difficulty before it when that has changed. */
  sendJob(): void {
    if (!this.#subscribed || this.workers.size === 0) return;
    const { work } = this.#pool.job;
    const difficulty = work.difficulty === this.#difficultySent ? "" : writeNotification("mining.set_difficulty", [work.difficulty]);
    this.#difficultySent = work.difficulty;
    this.say(difficulty + writeNotification("mining.notify", notifyParams(work)));
    for (const id of this.#prepared.keys()) if (!this.#pool.jobs.has(id)) this.#prepared.delete(id);
  }

  #on({ id, method, params }: Envelope): void {
    switch (method) {
      case "mining.configure":
        return this.say(writeResult(id, this.#configure(params)));
      case "mining.subscribe":
        return this.#onSubscribe(id, params);
      case "mining.authorize":
        return this.#onAuthorize(id, params);
      case "mining.submit":
        void this.#onSubmit(id, params);
        return;
      case "mining.extranonce.subscribe":
      case "mining.suggest_difficulty":
      case "mining.suggest_target":
        return this.say(writeResult(id, true));
      case null:
        return;
      default:
        return this.say(writeError(id, 20, "Unsupported method"));
    }
  }

  #configure(params: readonly unknown[]): Record<string, unknown> {
    const extensions = Array.isArray(params[0]) ? params[0] : [];
    const options = (params[1] ?? {}) as Record<string, unknown>;
    const asked = hexToUint32(text(options["version-rolling.mask"]) || "1fffe000");
    const answers = extensions.map((name): [string, unknown] => [String(name), false]);
    if (!extensions.includes("version-rolling") || this.#pool.options.versionMask === 0) return Object.fromEntries(answers);
    this.#versionMask = (asked & this.#pool.options.versionMask) >>> 0;
    return { ...Object.fromEntries(answers), "version-rolling": true, "version-rolling.mask": uint32ToHex(this.#versionMask) };
  }

  #onSubscribe(id: JsonId, params: readonly unknown[]): void {
    this.agent = text(params[0]);
    this.#subscribed = true;
    const session = this.no.toString(16).padStart(8, "0");
    const subscriptions = ["mining.set_difficulty", "mining.notify"].map((name) => [name, session]);
    this.say(writeResult(id, [subscriptions, hexOfBytes(this.extranonce1), this.#pool.options.extranonce2Size]));
    this.sendJob();
  }

  #onAuthorize(id: JsonId, params: readonly unknown[]): void {
    const user = text(params[0]);
    if (!this.#pool.options.authorizes(user, text(params[1]))) return this.say(writeError(id, 24, "Unauthorized worker"));
    const first = this.workers.size === 0;
    if (!this.workers.has(user)) this.#pool.stats.authorized += 1;
    this.workers.add(user);
    this.say(writeResult(id, true));
    if (first) this.sendJob();
    this.#pool.onChange();
  }

  async #onSubmit(id: JsonId, params: readonly unknown[]): Promise<void> {
    const [worker, jobId] = [text(params[0]), text(params[1])];
    const job = this.#pool.jobs.get(jobId);
    const { fate, detail } = await this.#judge(worker, jobId, params.slice(2));
    if (fate === "accepted") this.say(writeResult(id, true));
    else this.say(writeError(id, refusals[fate][0], detail === "" ? refusals[fate][1] : `${refusals[fate][1]}: ${detail}`));
    this.#pool.onShare({ worker, fate, detail, jobId, difficulty: job?.work.difficulty ?? 0, connectionNo: this.no });
  }

  #judge(worker: string, jobId: string, params: readonly unknown[]): Verdict | Promise<Verdict> {
    const { options, seen } = this.#pool;
    if (!this.workers.has(worker)) return { fate: "unauthorized", detail: "" };
    const prepared = this.#preparedJob(jobId);
    if (prepared === null) return { fate: "stale", detail: "" };
    const submitted = readSubmittedWork(params);
    if (submitted === null) return { fate: "invalid", detail: "a field is not hex of its length" };
    if (options.rejectRatio > 0 && options.random() < options.rejectRatio) return { fate: "by-chance", detail: "" };
    return judgeSubmit({ prepared, versionMask: this.#versionMask, seen }, submitted);
  }

  #preparedJob(jobId: string): PreparedWork | null {
    const job = this.#pool.jobs.get(jobId);
    if (job === undefined) return null;
    const prepared = this.#prepared.get(jobId) ?? prepareWork({ ...job.work, fixed: this.extranonce1 });
    this.#prepared.set(jobId, prepared);
    return prepared;
  }
}

/** `extranonce2, ntime, nonce[, versionbits]` of a submit, as strictly as ckpool takes them: eight digits each. */
function readSubmittedWork([extranonce2, ntime, nonce, bits]: readonly unknown[]): SubmittedWork | null {
  const words = [ntime, nonce, bits ?? "00000000"].map((word) => (text(word).length === 8 ? hexToUint32(text(word)) : -1));
  const [ntimeWord = -1, nonceWord = -1, bitsWord = -1] = words;
  if (words.includes(-1)) return null;
  return { extranonce2: text(extranonce2), ntime: ntimeWord, nonce: nonceWord, versionBits: bits === undefined ? null : bitsWord };
}
