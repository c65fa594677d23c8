import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../../src/stratum/v1/envelope.ts";
import { classifyReject } from "../../src/stratum/v1/error-codes.ts";
import { type PoolMessage, readPoolMessage } from "../../src/stratum/v1/pool-messages.ts";
import { type RigMessage, readRigMessage } from "../../src/stratum/v1/rig-messages.ts";
import { filled, readChunks } from "./support.ts";

type Header = { firmware: string; origin: string; quirk: string; checks: string[] };
type Sent = { from: "rig" | "pool"; line: string; reads: Record<string, unknown>; class?: string };
type Expected = { from: "hub"; expect: Record<string, unknown>; next?: true };

const folder = join(import.meta.dir, "../../fixtures/stratum");
const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

function load(name: string): { header: Header; lines: (Sent | Expected)[] } {
  const [header, ...lines] = readFileSync(join(folder, name), "utf8").trim().split("\n");
  return { header: JSON.parse(header ?? ""), lines: lines.map((line) => JSON.parse(line)) };
}

function linesFrom(lines: (Sent | Expected)[], from: "rig" | "pool"): Sent[] {
  return lines.filter((line): line is Sent => line.from === from);
}

type Reader = (bytes: Buffer, start: number, end: number) => RigMessage | PoolMessage | Fault;

const readers: Record<"rig" | "pool", Reader> = { rig: readRigMessage, pool: readPoolMessage };

test("every firmware and pool of the reference has its transcript", () => {
  for (const name of ["cgminer", "cgminer-rejects", "avalon", "antminer-s9-bmminer", "antminer-old-multi-version", "antminer-s19", "whatsminer-m3"])
    expect(names).toContain(`${name}.jsonl`);
  for (const name of ["braiins-bosminer", "bitaxe-esp-miner", "bitaxe-older", "nerdminer", "nerdqaxe", "cpuminer", "bfgminer", "btcagent"])
    expect(names).toContain(`${name}.jsonl`);
  for (const name of ["ckpool", "btcpool", "node-stratum-pool", "miningcore", "public-pool", "eloipool", "datum", "braiins-pool", "f2pool", "nicehash"])
    expect(names).toContain(`${name}.jsonl`);
});

for (const name of names) {
  const { header, lines } = load(name);
  describe(name, () => {
    test("says whose habit it shows and where that is known from", () => {
      expect(`${header.firmware}.jsonl`).toBe(name);
      expect(header.quirk.length).toBeGreaterThan(20);
      expect(header.origin).toMatch(/^(recorded$|constructed from .)/);
      expect(header.checks).toContain("codec");
    });

    for (const from of ["rig", "pool"] as const) {
      const sent = linesFrom(lines, from);
      if (sent.length === 0) continue;
      const bytes = Buffer.from(sent.map(({ line }) => `${filled(line)}\n`).join(""));
      const whole = readChunks([bytes], readers[from]);

      test(`what the ${from} sends reads as it should`, () => {
        expect(whole.length).toBe(sent.length);
        sent.forEach((line, index) => {
          const message = whole[index];
          expect(message).toMatchObject(JSON.parse(filled(JSON.stringify(line.reads))));
          if (line.class !== undefined)
            expect(message?.kind === "response" && message.error !== null ? classifyReject(message.error) : "no refusal").toBe(line.class);
        });
      });

      test(`what the ${from} sends reads the same byte by byte and cut at every place`, () => {
        expect(
          readChunks(
            Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
            readers[from],
          ),
        ).toEqual(whole);
        const text = JSON.stringify(whole);
        for (let at = 1; at < bytes.length; at++) {
          const cut = readChunks([bytes.subarray(0, at), bytes.subarray(at)], readers[from]);
          if (JSON.stringify(cut) !== text) expect(cut).toEqual(whole);
        }
      });
    }
  });
}
