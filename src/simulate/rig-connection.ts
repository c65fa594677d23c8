import type { Socket } from "bun";
import { type Envelope, readEnvelope, writeRequest, writeResult } from "../stratum/v1/envelope.ts";
import { bytesOfHex, hexToUint32, uint32ToHex } from "../stratum/v1/hex.ts";
import { LineCutter } from "../stratum/v1/lines.ts";
import type { Work } from "../work/work.ts";
import { workOfNotify } from "./job-wire.ts";
import { limits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import type { Solution } from "./proof-of-work.ts";
import type { RigOptions, ShareAnswer } from "./rig-options.ts";

/** Ids of the handshake's requests; submits count on from the last. */
const ids = Object.freeze({ configure: 1, subscribe: 2, extranonceSubscribe: 3, authorize: 4, firstSubmit: 10 });

export type RigEvents = {
  onMining: () => void;
  onJob: (work: Work) => void;
  onExtranonce: () => void;
  onAnswer: (answer: ShareAnswer) => void;
  onClose: () => void;
};

type Session = {
  phase: "connecting" | "handshake" | "mining" | "closed";
  extranonce1: Uint8Array;
  extranonce2Size: number;
  versionMask: number;
  difficulty: number;
};

/** One connection of a rig: the handshake in the order of cpuminer (each request after the answer to the one before), then jobs and submits. */
export class RigConnection {
  readonly #options: Required<RigOptions>;
  readonly #events: RigEvents;
  readonly #lines = new LineCutter(limits.lineBytesMax);
  readonly #submits = new Map<number, Solution>();
  readonly #session: Session = { phase: "connecting", extranonce1: new Uint8Array(), extranonce2Size: 0, versionMask: 0, difficulty: 1 };
  #socket: Socket | null = null;
  #outbox: Outbox<undefined> | null = null;
  #nextSubmit = ids.firstSubmit;

  constructor(options: Required<RigOptions>, events: RigEvents) {
    this.#options = options;
    this.#events = events;
  }

  get phase(): Session["phase"] {
    return this.#session.phase;
  }

  get unanswered(): number {
    return this.#submits.size;
  }

  get extranonce(): { extranonce1: Uint8Array; extranonce2Size: number } {
    return { extranonce1: this.#session.extranonce1, extranonce2Size: this.#session.extranonce2Size };
  }

  open(): void {
    const { host, port, tls } = this.#options;
    const closed = () => {
      this.#events.onClose();
      this.#session.phase = "closed";
    };
    const connecting = Bun.connect({
      hostname: host,
      port,
      ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
      socket: {
        binaryType: "buffer",
        open: (socket) => this.#onOpen(socket),
        data: (socket, chunk) => {
          if (!this.#lines.push(chunk, (bytes, start, end) => this.#onLine(bytes, start, end))) socket.terminate();
        },
        drain: () => this.#outbox?.drain(),
        close: closed,
        error: (socket) => socket.terminate(),
        connectError: (_, error) => {
          this.#options.onUnreachable(reasonOf(error));
          closed();
        },
      },
    });
    // What a refused connection rejects with has been told to connectError already.
    connecting.catch(() => undefined);
  }

  close(): void {
    this.#session.phase = "closed";
    this.#socket?.end();
  }

  /** Any line at all, for tests that need a rig to say something particular. */
  say(line: string): void {
    this.#outbox?.write(line);
  }

  /** Sends a share; false when there is no session to send it on. */
  submit(solution: Solution): boolean {
    if (this.phase !== "mining") return false;
    const id = this.#nextSubmit;
    this.#nextSubmit += 1;
    this.#submits.set(id, solution);
    const { jobId, extranonce2, ntime, nonce, versionBits } = solution;
    const params = [this.#options.worker, jobId, extranonce2, uint32ToHex(ntime), uint32ToHex(nonce)];
    this.say(writeRequest(id, "mining.submit", versionBits === null ? params : [...params, uint32ToHex(versionBits)]));
    return true;
  }

  #onOpen(socket: Socket): void {
    if (this.phase === "closed") {
      socket.end();
      return;
    }
    this.#socket = socket;
    this.#outbox = new Outbox(socket as Socket<undefined>);
    this.#session.phase = "handshake";
    if (!this.#options.versionRolling) return this.#subscribe();
    this.say(
      writeRequest(ids.configure, "mining.configure", [["version-rolling"], { "version-rolling.mask": "1fffe000", "version-rolling.min-bit-count": 2 }]),
    );
  }

  #subscribe(): void {
    this.say(writeRequest(ids.subscribe, "mining.subscribe", [this.#options.agent]));
  }

  #authorize(): void {
    this.say(writeRequest(ids.authorize, "mining.authorize", [this.#options.worker, this.#options.password]));
  }

  #onLine(bytes: Buffer, start: number, end: number): void {
    const line = readEnvelope(bytes, start, end);
    if (line.kind === "fault" || this.phase === "closed") return;
    if (line.method === null) this.#onAnswer(line);
    else this.#onRequest(line);
  }

  #onRequest({ id, method, params }: Envelope): void {
    const [first] = params;
    switch (method) {
      case "mining.set_difficulty":
        if (typeof first === "number" && first > 0) this.#session.difficulty = first;
        return;
      case "mining.notify":
        return this.#onNotify(params);
      case "mining.set_version_mask":
        if (typeof first === "string") this.#session.versionMask = Math.max(0, hexToUint32(first));
        return;
      case "mining.set_extranonce":
        if (this.#takeExtranonce(params)) this.#events.onExtranonce();
        return;
      case "mining.ping":
        return this.say(writeResult(id, "pong"));
      case "client.get_version":
        return this.say(writeResult(id, this.#options.agent));
      case "client.reconnect":
        this.#socket?.end();
        return;
      default:
        return;
    }
  }

  #onNotify(params: readonly unknown[]): void {
    const { extranonce1, extranonce2Size, versionMask, difficulty } = this.#session;
    const mask = this.#options.versionRolling ? versionMask : 0;
    const work = workOfNotify(params, { algorithm: this.#options.algorithm, fixed: extranonce1, free: extranonce2Size, versionMask: mask, difficulty });
    if (work !== null) this.#events.onJob(work);
  }

  #onAnswer({ id, members }: Envelope): void {
    const { result } = members;
    switch (id) {
      case ids.configure:
        this.#session.versionMask = grantedMask(result);
        return this.#subscribe();
      case ids.subscribe:
        if (!Array.isArray(result) || !this.#takeExtranonce(result.slice(1))) {
          this.#socket?.end();
          return;
        }
        if (!this.#options.extranonceSubscribe) return this.#authorize();
        return this.say(writeRequest(ids.extranonceSubscribe, "mining.extranonce.subscribe", []));
      case ids.extranonceSubscribe:
        return this.#authorize();
      case ids.authorize:
        if (result === true) {
          this.#session.phase = "mining";
          this.#events.onMining();
        } else this.#socket?.end();
        return;
      default:
        return this.#onSubmitAnswer(id, members);
    }
  }

  #onSubmitAnswer(id: unknown, members: Readonly<Record<string, unknown>>): void {
    const solution = this.#submits.get(Number(id));
    if (solution === undefined) return;
    this.#submits.delete(Number(id));
    const error = Array.isArray(members["error"]) ? members["error"] : [null, ""];
    const accepted = members["result"] === true;
    this.#events.onAnswer({ solution, accepted, code: typeof error[0] === "number" ? error[0] : null, text: accepted ? "" : String(error[1] ?? "") });
  }

  #takeExtranonce([extranonce1, size]: readonly unknown[]): boolean {
    const bytes = typeof extranonce1 === "string" ? bytesOfHex(extranonce1) : null;
    if (bytes === null || typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > 16) return false;
    this.#session.extranonce1 = bytes;
    this.#session.extranonce2Size = size;
    return true;
  }
}

function reasonOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED") return "nothing listens there";
  return code === "ENOTFOUND" ? "there is no such host" : error.message;
}

function grantedMask(result: unknown): number {
  if (typeof result !== "object" || result === null) return 0;
  const { "version-rolling": granted, "version-rolling.mask": mask } = result as Record<string, unknown>;
  return granted === true && typeof mask === "string" ? Math.max(0, hexToUint32(mask)) : 0;
}
