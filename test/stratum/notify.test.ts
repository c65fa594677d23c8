import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import vectors from "../../fixtures/stratum-vectors.json";
import { bytesOfHex, hexInto, hexOfBytes, hexToUint32, uint32ToHex } from "../../src/stratum/v1/hex.ts";
import { type Notify, swapWords, workOfNotify, writeNotify } from "../../src/stratum/v1/notify.ts";
import { NotifyTemplate } from "../../src/stratum/v1/notify-template.ts";
import { readPoolMessage } from "../../src/stratum/v1/pool-messages.ts";
import { readLine } from "./support.ts";

type Vector = { id: string; kind: string; notify?: unknown[]; header_bytes?: string; stratum?: string };
const all = vectors.vectors as Vector[];
const notifies = all.flatMap((vector) => (vector.notify === undefined ? [] : [{ id: vector.id, params: vector.notify }]));
const read = (params: unknown) => readLine(JSON.stringify({ id: null, method: "mining.notify", params }), readPoolMessage);

function readGood(params: unknown): Notify {
  const message = read(params);
  if (message.kind !== "notify") throw new Error(JSON.stringify(message));
  return message;
}

const context = { algorithm: "sha256d", fixed: Uint8Array.of(0xc0, 0xff, 0xee), free: 8, versionMask: 0x1fffe000, difficulty: 0.5 } as const;
const good = ["66b1 é", "ab".repeat(32), "0100", "ffff", ["11".repeat(32)], "20000000", "17034219", "6625406b", true];
const with_ = (index: number, value: unknown) => good.map((given, at) => (at === index ? value : given));

describe("a notify", () => {
  for (const { id, params } of notifies) {
    test(`of vector ${id} reads and writes back the same`, () => {
      const notify = readGood(params);
      expect(JSON.parse(writeNotify(notify))).toEqual({ id: null, method: "mining.notify", params });
      expect(notify).toMatchObject({ jobId: params[0], clean: params[8], version: Number.parseInt(params[5] as string, 16) });
    });
  }

  test("there are vectors to read", () => expect(notifies.length).toBeGreaterThan(3));

  test("prevhash is turned into header order", () => {
    const vector = all.find(({ id }) => id === "prevhash-125552");
    expect(hexOfBytes(readGood(with_(1, vector?.stratum)).prevHash)).toBe(vector?.header_bytes ?? "missing");
  });

  const lenient: [string, unknown[], Record<string, unknown>][] = [
    ["numbers without leading zeros (public-pool)", ["j", ...good.slice(1, 5), "4", "170342", "6625406b", true], { version: 4, nbits: 0x170342 }],
    ["upper-case hex", with_(7, "6625406B"), { ntime: 0x6625406b }],
    ["clean as the last of more parameters", [...good.slice(0, 8), null, "x", false], { clean: false }],
    ["something after clean", [...good, "x"], { clean: true }],
    ["clean as 1", with_(8, 1), { clean: true }],
    ["clean as 0", with_(8, 0), { clean: false }],
    ["no clean", good.slice(0, 8), { clean: false }],
    ["a clean of null", with_(8, null), { clean: false }],
    ["a number after clean", [...good, 0], { clean: true }],
    ["a number as job", with_(0, 5), { jobId: 5 }],
    ["no branches", with_(4, []), { merklePath: [] }],
    ["32 branches", with_(4, new Array(32).fill("22".repeat(32))), {}],
    ["100,000 bytes of coinb2", with_(3, "00".repeat(100_000)), {}],
    ["a job id of base64", with_(0, "zB8q+Tn/5bJxkQ0aXy9AA=="), { jobId: "zB8q+Tn/5bJxkQ0aXy9AA==" }],
  ];
  for (const [what, params, fields] of lenient) test(`takes ${what}`, () => expect(readGood(params)).toMatchObject(fields));

  const wrong: [string, unknown, RegExp][] = [
    ["no parameters", [], /^notify\.job: must be UTF-8 text of 1\.\.256/],
    ["a job number that a double does not hold", with_(0, 2 ** 53), /^notify\.job.*2\^53/],
    ["half a job number", with_(0, 1.5), /^notify\.job/],
    ["an empty job", with_(0, ""), /^notify\.job/],
    ["a job that was no UTF-8", with_(0, "a�"), /^notify\.job/],
    ["62 digits of prevhash", with_(1, "ab".repeat(31)), /^notify\.prevhash: must be 64 hex digits/],
    ["a prevhash that is no hex", with_(1, "xy".repeat(32)), /^notify\.prevhash/],
    ["half a byte of coinb1", with_(2, "010"), /^notify\.coinb1/],
    ["coinb2 that is no hex", with_(3, "zz"), /^notify\.coinb2/],
    ["100,001 bytes of coinb1", with_(2, "00".repeat(100_001)), /^notify\.coinb1.*100000/],
    ["a text as branches", with_(4, "11"), /^notify\.merkle_branch/],
    ["a short branch", with_(4, ["11".repeat(32), "11"]), /^notify\.merkle_branch/],
    ["33 branches", with_(4, new Array(33).fill("22".repeat(32))), /^notify\.merkle_branch.*32/],
    ["a number as version", with_(5, 536870912), /^notify\.version/],
    ["9 digits of nbits", with_(6, "017034219"), /^notify\.nbits/],
    ["an empty ntime", with_(7, ""), /^notify\.ntime/],
    ["2 as clean", with_(8, 2), /^notify\.clean_jobs/],
    ["a text as clean", with_(8, "true"), /^notify\.clean_jobs/],
  ];
  for (const [what, params, reason] of wrong) {
    test(`with ${what} is a fault`, () =>
      expect(read(params)).toMatchObject({ kind: "fault", fatal: false, method: "mining.notify", reason: expect.stringMatching(reason) }));
  }

  test("becomes a Work with what the session knows", () => {
    const { kind: _, jobId, ...fields } = readGood(good);
    expect(workOfNotify(readGood(good), context)).toEqual({ ...context, ...fields, poolJobId: jobId });
  });
});

describe("the template", () => {
  const uint32 = fc.integer({ min: 0, max: 0xffffffff });
  const some = (maxLength: number) => fc.uint8Array({ maxLength });
  const branch = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const work = fc.record({
    algorithm: fc.constant("sha256d" as const),
    prevHash: branch,
    version: uint32,
    nbits: uint32,
    ntime: uint32,
    coinb1: some(200),
    coinb2: some(200),
    merklePath: fc.array(branch, { maxLength: 4 }),
    fixed: some(8),
    free: fc.constant(8),
    versionMask: uint32,
    difficulty: fc.constant(1),
    poolJobId: fc.string(),
    clean: fc.boolean(),
  });
  const job = uint32.map(uint32ToHex);

  test("gives the line that writeNotify would, with fixed and prefix folded into coinb1", () => {
    fc.assert(
      fc.property(work, fc.array(fc.tuple(job, some(8), uint32, fc.boolean()), { minLength: 1, maxLength: 5 }), (given, lines) => {
        const template = new NotifyTemplate(given);
        for (const [jobId, prefix, ntime, clean] of lines) {
          const coinb1 = Uint8Array.from([...given.coinb1, ...given.fixed, ...prefix]);
          expect(template.line({ jobId, prefix, ntime, clean }).toString()).toBe(writeNotify({ ...given, coinb1, jobId, ntime, clean }));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("lines do not share their bytes", () => {
    const template = new NotifyTemplate(workOfNotify(readGood(good), context));
    const first = template.line({ jobId: "00000001", prefix: Uint8Array.of(1), ntime: 1, clean: true });
    const before = first.toString();
    template.line({ jobId: "00000002", prefix: Uint8Array.of(2), ntime: 2, clean: false });
    expect(first.toString()).toBe(before);
  });

  test("wants job ids of eight characters", () => {
    const template = new NotifyTemplate(workOfNotify(readGood(good), context));
    expect(() => template.line({ jobId: "1", prefix: new Uint8Array(0), ntime: 1, clean: true })).toThrow("jobId");
  });
});

describe("hex", () => {
  test("of bytes and back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(4), (bytes, offset) => {
        const hex = hexOfBytes(bytes);
        expect(hex).toBe(Buffer.from(bytes).toString("hex"));
        expect(bytesOfHex(hex.toUpperCase())).toEqual(bytes);
        const target = new Uint8Array(offset + bytes.length);
        expect(hexInto(target, offset, hex)).toBe(true);
        expect(target.subarray(offset)).toEqual(bytes);
        expect(hexInto(target, offset + 1, hex)).toBe(bytes.length === 0 && offset + 1 <= target.length);
        expect(swapWords(swapWords(new Uint8Array(32).fill(7)))).toEqual(new Uint8Array(32).fill(7));
      }),
    );
    for (const wrong of ["0", "zz", "0g", "g0", "é0", "00\n"]) {
      expect(bytesOfHex(wrong)).toBeNull();
      expect(hexInto(new Uint8Array(8), 0, wrong)).toBe(false);
    }
  });

  test("of numbers and back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        expect(hexToUint32(uint32ToHex(value))).toBe(value);
        expect(hexToUint32(value.toString(16).toUpperCase())).toBe(value);
      }),
    );
    for (const wrong of ["", "123456789", "0x1", "-1", " 1", "1 ", "g", "٢"]) expect(hexToUint32(wrong)).toBe(-1);
  });
});
