import { expect, test } from "bun:test";
import fc from "fast-check";
import { uint32ToHex } from "../../src/stratum/v1/hex.ts";
import { writeSubmit } from "../../src/stratum/v1/submit.ts";
import { SubmitLines } from "../../src/stratum/v1/submit-lines.ts";

const hex = fc.uint8Array({ minLength: 0, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const line = fc.record({
  id: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.maxSafeNat()),
  worker: fc.oneof(fc.constantFrom("acct", "acct.rig"), fc.string({ unit: "binary", maxLength: 40 })),
  jobId: fc.oneof(fc.constantFrom("bf", "0001 02"), fc.string({ maxLength: 20 })),
  prefix: hex,
  extranonce1: hex,
  extranonce2: hex,
  ntime: uint32,
  nonce: uint32,
  versionBits: fc.oneof(fc.constant(-1), uint32),
});

test("the lines are those that writeSubmit writes, however many are gathered", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 200 }), (lines) => {
      const gathered = new SubmitLines();
      for (const one of lines) gathered.append(one);
      const expected = lines.map(({ prefix, extranonce1, extranonce2, versionBits, ...rest }) =>
        writeSubmit({ ...rest, extranonce2: prefix + extranonce1 + extranonce2, versionBits: versionBits < 0 ? null : versionBits }),
      );
      expect(Buffer.from(gathered.take()).toString()).toBe(expected.join(""));
      expect(gathered.length).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test("a number's hex is padded", () => {
  const lines = new SubmitLines();
  lines.append({ id: 7, worker: "w", jobId: "j", prefix: "", extranonce1: "0a", extranonce2: "000001", ntime: 1, nonce: 0xffffffff, versionBits: -1 });
  expect(Buffer.from(lines.take()).toString()).toContain(`"0a000001","${uint32ToHex(1)}","ffffffff"]`);
});

test("a job whose id is a number gets a number back", () => {
  const lines = new SubmitLines();
  lines.append({ id: 7, worker: "w", jobId: 5, prefix: "", extranonce1: "0a", extranonce2: "000001", ntime: 1, nonce: 2, versionBits: -1 });
  lines.append({ id: 8, worker: "w", jobId: "5", prefix: "", extranonce1: "0a", extranonce2: "000001", ntime: 1, nonce: 3, versionBits: -1 });
  const ids = Buffer.from(lines.take()).toString().trim().split("\n");
  expect(ids.map((text) => JSON.parse(text).params[1])).toEqual([5, "5"]);
});
