import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { writeConfigure, writeConfigureResult } from "../../src/stratum/v1/configure.ts";
import { readEnvelope, writeError, writeNotification, writeResult } from "../../src/stratum/v1/envelope.ts";
import {
  readRigMessage,
  writeAuthorize,
  writeExtranonceSubscribe,
  writeSubscribe,
  writeSuggestDifficulty,
  writeSuggestTarget,
} from "../../src/stratum/v1/rig-messages.ts";
import { readSubmit, scanSubmit, writeSubmit } from "../../src/stratum/v1/submit.ts";
import { readLine } from "./support.ts";

const read = (line: string | Uint8Array) => readLine(line, readRigMessage);
const good = ["acct.rig", "0000a1b2", "0a0b0c", "6625406b", "b2957c02"];
const submitLine = (params: unknown, id: unknown = 4) => JSON.stringify({ id, method: "mining.submit", params });
const submitFields = {
  kind: "submit",
  worker: "acct.rig",
  jobId: "0000a1b2",
  extranonce2: "0a0b0c",
  ntime: 0x6625406b,
  nonce: 0xb2957c02,
  versionBits: null,
} as const;

describe("a submit", () => {
  test("reads with five and with six parameters, whatever the order and spacing of members", () => {
    expect(read(submitLine(good))).toEqual({ ...submitFields, id: 4 });
    expect(read(`{"params": ["acct.rig", "0000a1b2", "0a0b0c" , "6625406b", "b2957c02", "1fffe000"],  "id": 7, "method":"mining.submit"}`)).toEqual({
      ...submitFields,
      id: 7,
      versionBits: 0x1fffe000,
    });
  });

  const lenient: [string, unknown[], Record<string, unknown>][] = [
    ["an unpadded nonce (NerdMiner)", [...good.slice(0, 4), "9f3c"], { nonce: 0x9f3c }],
    ["an unpadded version", [...good, "2000"], { versionBits: 0x2000 }],
    ["upper-case hex", ["acct.rig", "0000a1b2", "0A0B0C", "6625406B", "B2957C02", "1FFFE000"], { versionBits: 0x1fffe000 }],
    ["null as version bits", [...good, null], {}],
    ["further parameters", [...good, "00000000", "more", 7], { versionBits: 0 }],
    ["an empty worker", ["", ...good.slice(1)], { worker: "" }],
    ["a worker with escapes and letters beyond ASCII", ['a"\\é€.r', ...good.slice(1)], { worker: 'a"\\é€.r' }],
    ["any short job id", ["acct.rig", "x y", ...good.slice(2)], { jobId: "x y" }],
  ];
  for (const [what, params, differs] of lenient) {
    test(`takes ${what}`, () => expect(read(submitLine(params))).toEqual({ ...submitFields, id: 4, ...differs }));
  }

  for (const id of [0, -1, 1.5, 4_294_967_296, "xnsub", "", null, 9_007_199_254_740_991]) {
    test(`keeps the id ${JSON.stringify(id)}`, () => expect(read(submitLine(good, id))).toEqual({ ...submitFields, id }));
  }

  for (const digits of ["18446744073709551615", "-9007199254740993", "9007199254740992", `1${"0".repeat(40)}`]) {
    test(`keeps the id ${digits} to its last digit`, () => {
      const message = read(`{"id":${digits},"method":"mining.submit","params":${JSON.stringify(good)}}`);
      expect(message).toEqual({ ...submitFields, id: BigInt(digits) });
      expect(writeResult(message.kind === "submit" ? message.id : null, true)).toBe(`{"id":${digits},"result":true,"error":null}\n`);
    });
  }

  const with_ = (index: number, value: unknown) => good.map((given, at) => (at === index ? value : given));
  const wrong: [string, unknown, RegExp][] = [
    ["no parameters", [], /^submit\.worker: must be a string/],
    ["a number as worker", with_(0, 1), /^submit\.worker/],
    ["a worker of 5,000 letters", with_(0, "w".repeat(5000)), /^submit\.worker: must be 1024/],
    ["no job", ["acct.rig"], /^submit\.job/],
    ["an empty job", with_(1, ""), /^submit\.job/],
    ["an object as job", with_(1, {}), /^submit\.job/],
    ["no extranonce2", good.slice(0, 2), /^submit\.extranonce2.*got nothing/],
    ["an empty extranonce2", with_(2, ""), /^submit\.extranonce2/],
    ["half a byte of extranonce2", with_(2, "0a0b0"), /^submit\.extranonce2.*got 5 characters/],
    ["an extranonce2 that is no hex", with_(2, "0a0g0c"), /^submit\.extranonce2/],
    ["33 bytes of extranonce2", with_(2, "ab".repeat(33)), /^submit\.extranonce2.*1\.\.32/],
    ["no ntime", good.slice(0, 3), /^submit\.ntime/],
    ["7 digits of ntime", with_(3, "6625406"), /^submit\.ntime: must be 8 hex digits \(got 7 characters\)/],
    ["33 digits of ntime", with_(3, "6".repeat(33)), /^submit\.ntime.*got 33/],
    ["a number as ntime", with_(3, 1713717355), /^submit\.ntime.*no string/],
    ["no nonce", good.slice(0, 4), /^submit\.nonce/],
    ["an empty nonce", with_(4, ""), /^submit\.nonce/],
    ["9 digits of nonce", with_(4, "0b2957c02"), /^submit\.nonce.*got 9/],
    ["a nonce with a sign", with_(4, "-2957c02"), /^submit\.nonce/],
    ["a nonce of other letters", with_(4, "b2957c0٢"), /^submit\.nonce/],
    ["a number as version bits", [...good, 5], /^submit\.version_bits/],
    ["33 digits of version bits", [...good, "0".repeat(33)], /^submit\.version_bits.*got 33/],
    ["an object as parameters", { worker: "acct.rig" }, /^submit\.worker/],
    ["a text as parameters", "acct.rig", /^params: must be an array/],
  ];
  for (const [what, params, reason] of wrong) {
    test(`with ${what} is a fault that keeps id and connection`, () => {
      expect(read(submitLine(params, "s1"))).toEqual({ kind: "fault", id: "s1", method: "mining.submit", fatal: false, reason: expect.stringMatching(reason) });
    });
  }

  test("the last of two members of one name counts, on both ways", () => {
    expect(read(`{"id":1,"id":2,"method":"mining.submit","params":${JSON.stringify(good)}}`)).toMatchObject({ id: 2 });
    expect(read(`{"id":1,"method":"mining.submit","params":[],"params":${JSON.stringify(good)}}`)).toMatchObject({ kind: "submit" });
    expect(read(`{"id":1,"method":"mining.submit","method":"mining.ping","params":${JSON.stringify(good)}}`)).toMatchObject({ kind: "ping" });
  });

  test("the short way and the long way agree on every line near a submit", () => {
    const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABF"), maxLength: 12 });
    const exact = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 8, maxLength: 8 });
    const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom("acct.rig", "a\\u0041", 'q"', "é"));
    const params = fc.oneof(fc.tuple(text, text, hex, exact, exact), fc.tuple(text, text, hex, exact, exact, exact), fc.tuple(text, text, hex, hex, hex, hex));
    const id = fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ maxLength: 4 }), fc.constant(null));
    const order = fc.shuffledSubarray(["id", "method", "params", "jsonrpc"], { minLength: 3 });
    fc.assert(
      fc.property(params, id, order, fc.boolean(), (given, jsonId, names, spaced) => {
        const members: Record<string, unknown> = { id: jsonId, method: "mining.submit", params: given, jsonrpc: "2.0" };
        const line = Buffer.from(`{${names.map((name) => `"${name}":${spaced ? " " : ""}${JSON.stringify(members[name])}`).join(spaced ? ", " : ",")}}`);
        const short = scanSubmit(line, 0, line.length);
        const envelope = readEnvelope(line, 0, line.length);
        if (short !== null) expect(envelope.kind === "fault" ? envelope : readSubmit(envelope)).toEqual(short);
        else if (envelope.kind === "envelope" && envelope.method === "mining.submit") expect(read(line)).toEqual(readSubmit(envelope));
      }),
      { numRuns: 2000 },
    );
  });

  test("the short way forgives no missing colon", () => {
    const line = submitLine(good).replace('"id":4', '"id"4');
    expect(readLine(line, scanSubmit)).toBeNull();
    expect(read(line)).toMatchObject({ kind: "fault" });
  });

  test("the short way takes what firmware writes", () => {
    for (const line of [
      submitLine(good),
      submitLine([...good, "00002000"]),
      JSON.stringify({ params: good, id: 1, method: "mining.submit" }).replaceAll(",", ", "),
    ]) {
      expect(readLine(line, scanSubmit)).not.toBeNull();
    }
  });
});

describe("the rest of what a rig says", () => {
  const cases: [string, Record<string, unknown>][] = [
    ['{"id":1,"method":"mining.subscribe","params":[]}', { kind: "subscribe", id: 1, agent: "", sessionId: null }],
    ['{"id":1,"method":"mining.subscribe"}', { kind: "subscribe", agent: "" }],
    ['{"id":1,"method":"mining.subscribe","params":null}', { kind: "subscribe", agent: "" }],
    ['{"id":1,"method":"mining.subscribe","params":["ua",null,"host",3333]}', { kind: "subscribe", agent: "ua", sessionId: null }],
    ['{"id":1,"method":"mining.subscribe","params":["ua","s1"]}', { kind: "subscribe", sessionId: "s1" }],
    ['{"id":1,"method":"mining.authorize","params":["u"]}', { kind: "authorize", user: "u", password: "" }],
    ['{"id":1,"method":"mining.authorize","params":["u",null]}', { kind: "authorize", password: "" }],
    ['{"id":1,"method":"mining.authorize","params":["u",123]}', { kind: "authorize", password: "123" }],
    ['{"id":1,"method":"mining.extranonce.subscribe"}', { kind: "extranonce-subscribe" }],
    ['{"id":1,"method":"mining.suggest_difficulty","params":[0.001]}', { kind: "suggest-difficulty", difficulty: 0.001 }],
    ['{"id":1,"method":"mining.suggest_difficulty(1024)","params":[]}', { kind: "suggest-difficulty", difficulty: 1024 }],
    ['{"id":1,"method":"mining.suggest_difficulty(0.5"}', { kind: "suggest-difficulty", difficulty: 0.5 }],
    [`{"id":null,"method":"mining.suggest_target","params":["${"00000000ffff".padEnd(64, "0")}"]}`, { kind: "suggest-target", id: null, difficulty: 1 }],
    ['{"id":1,"method":"mining.get_transactions","params":["ab"]}', { kind: "get-transactions", jobId: "ab" }],
    ['{"id":1,"method":"mining.multi_version","params":[1]}', { kind: "multi-version" }],
    ['{"id":1,"method":"mining.capabilities","params":{"notify":[]}}', { kind: "capabilities" }],
    ['{"id":1,"method":"mining.ping"}', { kind: "ping", id: 1 }],
    ['{"id":1,"method":"pong"}', { kind: "pong" }],
    ['{"id":9,"result":"ua/1.0","error":null}', { kind: "response", id: 9, result: "ua/1.0", error: null, accepted: false }],
    ['{"id":9,"result":"pong"}', { kind: "response", result: "pong" }],
    ['{"id":1,"method":"mining.hello","params":[]}', { kind: "unknown", method: "mining.hello" }],
    ['{"method":"mining.hello"}', { kind: "unknown", id: null }],
    ['  {"jsonrpc":"2.0","id":1,"method":"mining.ping","worker":"x"}', { kind: "ping" }],
    ['{"id":1,"method":"mining.configure","params":[["version-rolling"]]}', { kind: "configure", versionMask: 0x1fffe000 }],
    ['{"id":1,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"ffffffff"}]}', { versionMask: 0xffffffff }],
    [
      '{"id":1,"method":"mining.configure","params":[["minimum-difficulty","subscribe-extranonce","info","x"],{"minimum-difficulty.value":2048,"info.hw-id":"m","info.sw-version":5}]}',
      {
        versionMask: null,
        minimumDifficulty: 2048,
        subscribeExtranonce: true,
        info: { "hw-id": "m" },
        extensions: ["minimum-difficulty", "subscribe-extranonce", "info", "x"],
      },
    ],
  ];
  for (const value of [1.01e18, 9e-13, 0, "8", null]) {
    cases.push([
      `{"id":1,"method":"mining.configure","params":[["minimum-difficulty"],{"minimum-difficulty.value":${JSON.stringify(value)}}]}`,
      { minimumDifficulty: null },
    ]);
  }
  for (const [line, message] of cases) test(line, () => expect(read(line)).toMatchObject(message));

  const faults: [string, unknown, RegExp][] = [
    ['{"id":3,"method":"mining.authorize","params":[]}', 3, /^authorize\.user: must be a string/],
    ['{"id":3,"method":"mining.authorize","params":[7,"x"]}', 3, /^authorize\.user/],
    ['{"id":3,"method":"mining.authorize","params":["u",[]]}', 3, /^authorize\.password/],
    [`{"id":3,"method":"mining.authorize","params":["${"u".repeat(2000)}"]}`, 3, /^authorize.*1024/],
    [`{"id":3,"method":"mining.subscribe","params":["${"u".repeat(2000)}"]}`, 3, /^subscribe\.agent/],
    ['{"id":3,"method":"mining.suggest_difficulty","params":["8"]}', 3, /^suggest_difficulty/],
    ['{"id":3,"method":"mining.suggest_difficulty","params":[0]}', 3, /from 1e-12 to 1e18/],
    ['{"id":3,"method":"mining.suggest_difficulty","params":[1e999]}', 3, /to 1e18/],
    ['{"id":3,"method":"mining.suggest_difficulty","params":[1.01e18]}', 3, /^suggest_difficulty.*to 1e18/],
    ['{"id":3,"method":"mining.suggest_difficulty(1e19)","params":[]}', 3, /^suggest_difficulty.*to 1e18/],
    ['{"id":3,"method":"mining.suggest_target","params":["00"]}', 3, /64 hex digits/],
    [`{"id":3,"method":"mining.suggest_target","params":["${"0".repeat(64)}"]}`, 3, /^suggest_target\.target.*to 1e18/],
    [`{"id":3,"method":"mining.suggest_target","params":["${"1".padStart(64, "0")}"]}`, 3, /^suggest_target\.target.*to 1e18/],
    ['{"id":3,"method":"mining.configure","params":["version-rolling"]}', 3, /^configure\.extensions/],
    ['{"id":3,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"1fffe0000"}]}', 3, /mask/],
    ['{"id":3,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":536862720}]}', 3, /mask/],
    [`{"id":3,"method":"mining.configure","params":[${JSON.stringify(new Array(17).fill("x"))}]}`, 3, /16 at most/],
    ['{"id":1e999,"method":"mining.ping"}', null, /^id: must be a finite number/],
    ['{"id":[1],"method":"mining.ping"}', null, /^id/],
    ['{"id":{"a":1},"method":"mining.submit","params":[]}', null, /^id/],
    ['{"id":true,"method":"mining.ping"}', null, /^id/],
    [`{"id":"${"i".repeat(300)}","method":"mining.ping"}`, null, /^id.*256/],
    ['{"id":5,"method":7}', 5, /^method: must be a string/],
    ['{"id":5,"method":null}', 5, /^line: must have a method/],
    ["{}", null, /^line: must have a method/],
    ['{"id":5,"method":"mining.submit","params":"x"}', 5, /^params/],
    ['{"id":5,"method":"mining.submit","params":7}', 5, /^params/],
    ['{"id":5,"method":"mining.submit","params":[NaN]}', null, /^line: must be valid JSON/],
    ['{"id":5,"method":"mining.sub', null, /valid JSON/],
    ['{"id":5}garbage', null, /valid JSON/],
    ['[{"id":5,"method":"mining.ping"}]', null, /^line: must be a JSON object, not an array/],
    [`{"id":5,"params":${"[".repeat(200_000)}`, null, /^line: must nest 32 deep/],
  ];
  for (const [line, id, reason] of faults) {
    test(`${line.slice(0, 80)} is a fault`, () => {
      expect(read(line)).toMatchObject({ kind: "fault", id, fatal: false, reason: expect.stringMatching(reason) });
    });
  }

  test("nesting is bounded, closed or not; brackets inside texts do not count", () => {
    const ping = (depth: number, close: string) => `{"id":5,"method":"mining.ping","params":${"[".repeat(depth)}${close.repeat(depth)}}`;
    expect(read(ping(31, "]"))).toMatchObject({ kind: "ping" });
    for (const depth of [32, 10_000, 400_000]) expect(read(ping(depth, "]"))).toMatchObject({ kind: "fault", reason: expect.stringContaining("nest") });
    expect(read(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`).kind).toBe("fault");
    expect(read(`{"id":5,"method":"mining.authorize","params":["${"[".repeat(100)}\\"${"{".repeat(100)}"]}`)).toMatchObject({ kind: "authorize" });
  });

  for (const [what, bytes] of [
    ["a TLS greeting", Buffer.from("16030100c8010000c40303", "hex")],
    ["HTTP", Buffer.from("GET / HTTP/1.1")],
    ["a JSON text", Buffer.from('"hello"')],
    ["NUL bytes", Buffer.alloc(20)],
    ["a number", Buffer.from("42")],
  ] as const) {
    test(`${what} is fatal`, () => expect(read(bytes)).toMatchObject({ kind: "fault", fatal: true, id: null }));
  }

  test("bytes that are no UTF-8 are marked inside names and refused elsewhere", () => {
    const line = Buffer.from(submitLine(good));
    const name = Buffer.from(line);
    name[line.indexOf("acct")] = 0xff;
    expect(read(name)).toMatchObject({ kind: "submit", worker: "�cct.rig" });
    const nonce = Buffer.from(line);
    nonce[line.indexOf("b2957c02")] = 0xff;
    expect(read(nonce)).toMatchObject({ kind: "fault", reason: expect.stringMatching(/^submit\.nonce/) });
  });

  test("a NUL inside a line is no JSON", () => {
    expect(read('{"id":5,"method":"mining.\u0000ping"}')).toMatchObject({ kind: "fault", fatal: false });
    expect(read('{"id":5,"method":"mining.authorize","params":["a\\u0000b"]}')).toMatchObject({ kind: "authorize", user: "a\u0000b" });
  });

  test("names that objects inherit are no members", () => {
    expect(read('{"__proto__":{"method":"mining.ping"},"id":1}')).toMatchObject({ kind: "fault", id: 1 });
    expect(read('{"id":1,"method":"constructor"}')).toMatchObject({ kind: "unknown", method: "constructor" });
  });
});

describe("what we write as a rig", () => {
  const back = (line: string) => {
    expect(line.endsWith("\n")).toBe(true);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    return read(line.slice(0, -1));
  };

  test("reads back as it was written", () => {
    const text = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.nat(), (user, password, id) => {
        expect(back(writeAuthorize(id, user, password))).toEqual({ kind: "authorize", id, user, password });
        expect(back(writeSubscribe(id, user))).toEqual({ kind: "subscribe", id, agent: user, sessionId: null });
      }),
    );
    expect(back(writeSubscribe(1, null))).toMatchObject({ kind: "subscribe", agent: "" });
    expect(back(writeSubscribe(1, "a", "s"))).toMatchObject({ sessionId: "s" });
    expect(back(writeConfigure(1, 0x1fffe000))).toMatchObject({ kind: "configure", extensions: ["version-rolling"], versionMask: 0x1fffe000 });
    expect(back(writeExtranonceSubscribe("x"))).toEqual({ kind: "extranonce-subscribe", id: "x" });
    expect(back(writeSuggestDifficulty(1, 1e-9))).toMatchObject({ difficulty: 1e-9 });
    expect(back(writeSuggestTarget(1, "1".repeat(64)))).toMatchObject({ target: "1".repeat(64) });
  });

  test("a submit reads back as it was written, on the short way where it can", () => {
    const uint32 = fc.integer({ min: 0, max: 0xffffffff });
    const job = fc.string({ minLength: 1, maxLength: 30 });
    const e2 = fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex"));
    fc.assert(
      fc.property(
        fc.string(),
        job,
        e2,
        fc.tuple(fc.nat(), uint32, uint32, fc.option(uint32)),
        (worker, jobId, extranonce2, [id, ntime, nonce, versionBits]) => {
          const submit = { kind: "submit", id, worker, jobId, extranonce2, ntime, nonce, versionBits } as const;
          expect(back(writeSubmit(submit))).toEqual(submit);
        },
      ),
    );
  });

  test("an answer holds its three members; the id comes back as it was", () => {
    expect(writeResult(4, true)).toBe('{"id":4,"result":true,"error":null}\n');
    expect(writeResult(null, "pong")).toBe('{"id":null,"result":"pong","error":null}\n');
    expect(writeError('x"', 21, "Job not found")).toBe('{"id":"x\\"","result":null,"error":[21,"Job not found",null]}\n');
    expect(writeNotification("client.reconnect", [])).toBe('{"id":null,"method":"client.reconnect","params":[]}\n');
  });

  test("configure is answered with one member per extension asked", () => {
    const asked = read('{"id":1,"method":"mining.configure","params":[["version-rolling","minimum-difficulty","subscribe-extranonce","info","new-thing"],{}]}');
    if (asked.kind !== "configure") throw new Error("not read");
    expect(JSON.parse(writeConfigureResult(asked, { versionMask: 0x2000, minimumDifficulty: false, subscribeExtranonce: true }))).toEqual({
      id: 1,
      error: null,
      result: {
        "version-rolling": true,
        "version-rolling.mask": "00002000",
        "minimum-difficulty": false,
        "subscribe-extranonce": true,
        info: true,
        "new-thing": false,
      },
    });
  });

  test("an extension may be called whatever the rig likes", () => {
    const asked = read('{"id":1,"method":"mining.configure","params":[["__proto__","constructor"],{}]}');
    if (asked.kind !== "configure") throw new Error("not read");
    expect(writeConfigureResult(asked, { versionMask: 0, minimumDifficulty: false, subscribeExtranonce: false })).toContain(
      '"result":{"__proto__":false,"constructor":false}',
    );
  });
});
