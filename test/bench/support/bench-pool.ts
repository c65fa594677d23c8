/**
 * The pool of a bench, a process of its own: `bun bench-pool.ts TAG [held]`; `held` gives no job before `job` is called. It answers all submits of one read by one write, and hashes only one
 * in `checkedPer` of them, so that it costs the machine little beside the hub; what it checks, it checks whole.
 */
import { readEnvelope, writeResult } from "../../../src/stratum/v1/envelope.ts";
import { hexToUint32 } from "../../../src/stratum/v1/hex.ts";
import { LineCutter } from "../../../src/stratum/v1/lines.ts";
import { type PreparedWork, prepareWork } from "../../../src/work/prepared-work.ts";
import { checkShare } from "../../../src/work/share-check.ts";
import { type BenchJob, benchDifficulty, benchExtranonce2Bytes, benchJob } from "./bench-job.ts";
import { answerCalls } from "./child.ts";
import { preciseNowMs } from "./clock.ts";

const checkedPer = 64;
const lineBytesMax = 65_536;
const submitMark = Buffer.from(`,"method":"mining.submit"`);
const digitZero = 48;
const idOffset = `{"id":`.length;

const tag = Number(process.argv[2] ?? "0");
let held = process.argv[3] === "held";
const clients = new Set<Client>();
const figures = { submits: 0, checked: 0, low: 0, unknownJob: 0 };
let jobCount = 0;
let job: BenchJob = nextJob();
let prepared: { fixed: string; id: string; work: PreparedWork } | null = null;

function nextJob(): BenchJob {
  jobCount += 1;
  return benchJob(jobCount, tag);
}

class Client {
  readonly socket: Bun.Socket<Client>;
  readonly extranonce1: Uint8Array;
  authorized = false;
  #answers = "";
  #unsent: Buffer | null = null;
  readonly #lines = new LineCutter(lineBytesMax);
  readonly #onLine = (bytes: Buffer, start: number, end: number) => this.#read(bytes, start, end);

  constructor(socket: Bun.Socket<Client>, no: number) {
    this.socket = socket;
    this.extranonce1 = Uint8Array.of(tag, no >>> 16, no >>> 8, no);
  }

  receive(chunk: Buffer): void {
    this.#lines.push(chunk, this.#onLine);
    if (this.#answers === "") return;
    const answers = this.#answers;
    this.#answers = "";
    this.write(Buffer.from(answers));
  }

  write(bytes: Buffer): void {
    if (this.#unsent !== null) {
      this.#unsent = Buffer.concat([this.#unsent, bytes]);
      return;
    }
    const taken = Math.max(0, this.socket.write(bytes));
    if (taken < bytes.length) this.#unsent = Buffer.from(bytes.subarray(taken));
  }

  drain(): void {
    const bytes = this.#unsent;
    this.#unsent = null;
    if (bytes !== null) this.write(bytes);
  }

  #read(bytes: Buffer, start: number, end: number): void {
    let at = start + idOffset;
    let id = 0;
    for (let digit = (bytes[at] ?? 0) - digitZero; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - digitZero) {
      id = id * 10 + digit;
      at += 1;
    }
    const isSubmit =
      at + submitMark.length < end &&
      bytes[at + submitMark.length - 2] === submitMark[submitMark.length - 2] &&
      submitMark.equals(bytes.subarray(at, at + submitMark.length));
    if (!isSubmit) {
      this.#onHandshake(bytes, start, end);
      return;
    }
    figures.submits += 1;
    if (figures.submits % checkedPer === 0) check(this, bytes, start, end);
    this.#answers += `{"id":${id},"result":true,"error":null}\n`;
  }

  #onHandshake(bytes: Buffer, start: number, end: number): void {
    const line = readEnvelope(bytes, start, end);
    if (line.kind === "fault") throw new Error(`unreadable: ${bytes.toString("latin1", start, end)}`);
    if (line.method === "mining.configure") this.#answers += writeResult(line.id, { "version-rolling": true, "version-rolling.mask": "1fffe000" });
    else if (line.method === "mining.subscribe")
      this.#answers += writeResult(line.id, [[["mining.notify", "1"]], Buffer.from(this.extranonce1).toString("hex"), benchExtranonce2Bytes]);
    else if (line.method === "mining.authorize") {
      this.authorized = true;
      this.#answers += `${writeResult(line.id, true)}{"id":null,"method":"mining.set_difficulty","params":[${benchDifficulty}]}\n${held ? "" : job.line.toString("latin1")}`;
    } else if (line.method !== null) this.#answers += writeResult(line.id, true);
  }
}

/** A hub that forwarded rubbish would be fast. */
function check(client: Client, bytes: Buffer, start: number, end: number): void {
  const { params } = JSON.parse(bytes.toString("latin1", start, end)) as { params: string[] };
  const [, id = "", extranonce2 = "", ntime = "", nonce = "", bits] = params;
  figures.checked += 1;
  if (id !== job.work.poolJobId) {
    figures.unknownJob += 1;
    return;
  }
  const fixed = Buffer.from(client.extranonce1).toString("hex");
  if (prepared?.fixed !== fixed || prepared.id !== id) prepared = { fixed, id, work: prepareWork({ ...job.work, fixed: client.extranonce1 }) };
  const { work } = prepared;
  const share = {
    free: Buffer.from(extranonce2, "hex"),
    ntime: hexToUint32(ntime),
    nonce: hexToUint32(nonce),
    versionBits: bits === undefined ? null : hexToUint32(bits),
    target: work.upstreamTarget,
  };
  if (!checkShare(work, share).meetsPool) figures.low += 1;
}

let opened = 0;
const server = Bun.listen<Client>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    binaryType: "buffer",
    open(socket) {
      opened += 1;
      socket.setNoDelay(true);
      socket.data = new Client(socket, opened);
      clients.add(socket.data);
    },
    data(socket, chunk) {
      socket.data.receive(chunk);
    },
    drain(socket) {
      socket.data.drain();
    },
    close(socket) {
      clients.delete(socket.data);
    },
    error(socket) {
      clients.delete(socket.data);
    },
  },
});

answerCalls({
  port: () => server.port,
  /** A new job to all, clean. */
  job: () => {
    held = false;
    job = nextJob();
    for (const client of clients) if (client.authorized) client.write(job.line);
  },
  figures: () => figures,
  /** As when the pool's host dies: the moment, in milliseconds since 1970. */
  close: () => {
    const atMs = preciseNowMs();
    server.stop(true);
    return atMs;
  },
});
