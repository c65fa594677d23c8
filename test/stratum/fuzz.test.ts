import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { idText, readEnvelope } from "../../src/stratum/v1/envelope.ts";
import { readPoolMessage, readSubscribeResult } from "../../src/stratum/v1/pool-messages.ts";
import { readAcceptedId, readResponse } from "../../src/stratum/v1/response.ts";
import { readRigMessage } from "../../src/stratum/v1/rig-messages.ts";
import { readSubmit, scanSubmit } from "../../src/stratum/v1/submit.ts";
import { filled } from "./support.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 20_251_122);
const rounds = Number(process.env["FUZZ_ROUNDS"] ?? 20_000);

/** mulberry32: the same lines for the same seed on every machine. */
function randomOf(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function corpus(): Buffer[] {
  const folder = join(import.meta.dir, "../../fixtures/stratum");
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  const records = files.flatMap((name) => readFileSync(join(folder, name), "utf8").trim().split("\n"));
  return records.flatMap((record) => {
    const { line } = JSON.parse(record) as { line?: string };
    return line === undefined ? [] : [Buffer.from(filled(line))];
  });
}

const pieces = [
  "null",
  "true",
  "1e999",
  "-0",
  "[]",
  "{}",
  '""',
  '"\\u0000"',
  "[[[[[[[[",
  '"id":',
  '"id":2,',
  ",",
  "}",
  "\\",
  '"',
  "\u0000",
  "é",
  "0".repeat(33),
  "9".repeat(20),
  "mining.submit",
  '"params":null',
];

/** One to four changes: a byte flipped, dropped or doubled, a piece put in, two lines joined, the end cut off. */
function mutate(line: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(line);
  for (let changes = 1 + random(2) * random(4); changes > 0; changes--) {
    const at = random(bytes.length + 1);
    const kind = random(6);
    if (kind === 0 && at < bytes.length) bytes[at] = random(256);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random(20)))]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(pieces[random(pieces.length)] ?? ""), bytes.subarray(at)]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length))]);
    else bytes = bytes.subarray(0, at);
  }
  return bytes;
}

/** What must hold of any line at all; the short ways must not see what the long way does not. */
function check(bytes: Buffer): string {
  const rig = readRigMessage(bytes, 0, bytes.length);
  const pool = readPoolMessage(bytes, 0, bytes.length);
  const envelope = readEnvelope(bytes, 0, bytes.length);
  for (const message of [rig, pool]) {
    if (message.kind === "fault") expect(message.reason).toMatch(/^[\x20-\x7e]{5,200}$/);
    // An id beyond 2^53 is a bigint, which no JSON reader of ours gives back by itself.
    if (message.kind === "fault" && typeof message.id !== "bigint") expect(JSON.parse(idText(message.id))).toBe(message.id);
  }
  if (scanSubmit(bytes, 0, bytes.length) !== null) expect<unknown>(envelope.kind === "envelope" ? readSubmit(envelope) : null).toEqual(rig);
  const accepted = readAcceptedId(bytes, 0, bytes.length);
  if (accepted >= 0)
    expect(envelope.kind === "envelope" ? readResponse(envelope) : null).toEqual({ kind: "response", id: accepted, result: true, error: null, accepted: true });
  if (pool.kind === "response") readSubscribeResult(pool.result);
  return rig.kind;
}

/** What code that takes it for a number or a text throws at: it hides what objects turn into either with. */
const noPrimitive = '{"valueOf":1,"toString":1}';

test("in the place of any parameter an object that turns into nothing is read without a throw", () => {
  const said = [...corpus().map(String), '{"method":"client.reconnect","params":["pool.example",3333,5]}'];
  const lines = said.flatMap((line) => {
    const { method, params } = JSON.parse(line) as { method?: string; params?: unknown };
    if (method === undefined || !Array.isArray(params)) return [];
    const spoiled = (place: number) => params.map((value, at) => (at === place ? noPrimitive : JSON.stringify(value)));
    return params.map((_, place) => `{"id":7,"method":${JSON.stringify(method)},"params":[${spoiled(place)}]}`);
  });
  const answers = ["result", "error", "reject-reason"].map((name) => `{"id":7,"result":false,"${name}":[${noPrimitive},${noPrimitive}]}`);
  expect(lines.length).toBeGreaterThan(100);
  for (const line of [...lines, ...answers]) expect([line, check(Buffer.from(line))]).toEqual([line, expect.any(String)]);
});

test(`${rounds} spoiled lines neither throw nor slip through (seed ${seed})`, () => {
  const random = randomOf(seed);
  const lines = corpus();
  const kinds = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const line = lines[random(lines.length)];
    const other = lines[random(lines.length)];
    if (line === undefined || other === undefined) throw new Error("no corpus");
    const bytes = mutate(line, other, random);
    try {
      const kind = check(bytes);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    } catch (error) {
      throw new Error(`round ${round}: ${bytes.toString("hex")}`, { cause: error });
    }
  }
  // Both sorts were met, so that the run is worth something.
  expect(kinds.get("fault") ?? 0).toBeGreaterThan(rounds / 4);
  expect(kinds.get("submit") ?? 0).toBeGreaterThan(rounds / 100);
});
