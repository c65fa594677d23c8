/** What one line costs in the thinking room `stratum`: `bun test/bench/codec.bench.ts`, one JSON line per figure. */
import { LineCutter } from "../../src/stratum/v1/lines.ts";
import { NotifyTemplate } from "../../src/stratum/v1/notify-template.ts";
import { readPoolMessage } from "../../src/stratum/v1/pool-messages.ts";
import { readAcceptedId } from "../../src/stratum/v1/response.ts";
import { readRigMessage } from "../../src/stratum/v1/rig-messages.ts";
import { writeSubmit } from "../../src/stratum/v1/submit.ts";
import type { Work } from "../../src/work/work.ts";

const work: Work = {
  algorithm: "sha256d",
  prevHash: new Uint8Array(32).fill(1),
  version: 0x20000000,
  nbits: 0x17056102,
  ntime: 1_700_000_000,
  coinb1: new Uint8Array(86).fill(2),
  coinb2: new Uint8Array(160).fill(3),
  merklePath: Array.from({ length: 12 }, (_, index) => new Uint8Array(32).fill(16 + index)),
  fixed: new Uint8Array(4).fill(7),
  free: 8,
  versionMask: 0x1fffe000,
  difficulty: 1,
  poolJobId: "1",
  clean: false,
};

/** Batches are shorter than a slice of the scheduler, so that the best of them saw no other process. */
const batchCalls = 2000;
const batches = 300;

function measure(metric: string, unitsPerCall: number, call: () => unknown): void {
  for (let index = 0; index < 50 * batchCalls; index++) call();
  const perCall: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const startedNs = Bun.nanoseconds();
    for (let index = 0; index < batchCalls; index++) call();
    perCall.push((Bun.nanoseconds() - startedNs) / batchCalls / unitsPerCall);
  }
  perCall.sort((a, b) => a - b);
  for (const [name, value] of [
    ["best", perCall[0]],
    ["median", perCall[batches >> 1]],
  ] as const) {
    process.stdout.write(`${JSON.stringify({ bench: "codec", metric: `${metric}_${name}`, value: Number((value ?? 0).toPrecision(3)), unit: "ns" })}\n`);
  }
}

function overLine(text: string, read: (bytes: Buffer, start: number, end: number) => unknown): () => unknown {
  const bytes = Buffer.from(text);
  return () => read(bytes, 0, bytes.length);
}

const share = '{"params": ["account.rig00123", "0000a1b2", "0a0b0c", "6625406b", "b2957c02", "00092000"], "id": 12345, "method": "mining.submit"}';
const accepted = '{"id":12345,"result":true,"error":null}';

measure("read_submit", 1, overLine(share, readRigMessage));
measure("read_submit_long_way", 1, overLine(share.replace("12345", '"12345"'), readRigMessage));
measure("read_accepted_id", 1, overLine(accepted, readAcceptedId));
measure("read_accepted_message", 1, overLine(accepted, readPoolMessage));
measure("read_refusal", 1, overLine('{"id":12345,"result":null,"error":[21,"Job not found",null]}', readPoolMessage));

const template = new NotifyTemplate(work);
const prefix = Uint8Array.of(1, 2, 3, 4);
const line = { jobId: "0000abcd", prefix, ntime: work.ntime, clean: true };
const notify = template.line(line);
measure("notify_line", 1, () => template.line(line));
measure("read_notify", 1, () => readPoolMessage(notify, 0, notify.length - 1));

const submit = {
  id: 12345,
  worker: "account.rig00123",
  jobId: "2dc3427c2e",
  extranonce2: "0a0b0c0d0e0f0001",
  ntime: work.ntime,
  nonce: 1,
  versionBits: 0x2000,
};
measure("write_submit", 1, () => writeSubmit(submit));

const lines = 16;
const chunk = Buffer.from(`${share}\n`.repeat(lines));
const cutter = new LineCutter(32 * 1024);
let bytesSeen = 0;
const onLine = (_bytes: Buffer, start: number, end: number) => {
  bytesSeen += end - start;
};
measure("cut_line", lines, () => cutter.push(chunk, onLine));
const parts = [chunk.subarray(0, 100), chunk.subarray(100)] as const;
measure("cut_line_in_two_packets", lines, () => {
  cutter.push(parts[0], onLine);
  cutter.push(parts[1], onLine);
});
if (bytesSeen === 0) throw new Error("no line was cut");
