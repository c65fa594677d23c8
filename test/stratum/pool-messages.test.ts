import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readConfigureResult } from "../../src/stratum/v1/configure.ts";
import { writeError, writeResult } from "../../src/stratum/v1/envelope.ts";
import {
  readPoolMessage,
  readSubscribeResult,
  writeGetVersion,
  writePing,
  writeReconnect,
  writeSetDifficulty,
  writeSetExtranonce,
  writeSetVersionMask,
  writeShowMessage,
  writeSubscribeResult,
} from "../../src/stratum/v1/pool-messages.ts";
import { readAcceptedId } from "../../src/stratum/v1/response.ts";
import { readLine } from "./support.ts";

const read = (line: string) => readLine(line, readPoolMessage);
const bytes = (...values: number[]) => Uint8Array.from(values);

describe("what a pool says", () => {
  const cases: [string, Record<string, unknown>][] = [
    ['{"id":null,"method":"mining.set_difficulty","params":[1e-9]}', { kind: "set-difficulty", difficulty: 1e-9 }],
    ['{"method":"mining.set_difficulty","params":[8192,"more"]}', { kind: "set-difficulty", difficulty: 8192 }],
    ['{"id":1,"method":"mining.set_extranonce","params":["00",8]}', { kind: "set-extranonce", extranonce1: bytes(0), extranonce2Bytes: 8 }],
    ['{"id":null,"method":"mining.set_version_mask","params":["1FFFE000"]}', { kind: "set-version-mask", versionMask: 0x1fffe000 }],
    ['{"id":null,"method":"client.reconnect","params":[]}', { kind: "reconnect", host: null, port: null, waitS: 0 }],
    ['{"id":null,"method":"client.reconnect","params":["h","3333",7]}', { kind: "reconnect", host: "h", port: 3333, waitS: 7 }],
    ['{"id":null,"method":"client.reconnect","params":["h",99999,-1]}', { kind: "reconnect", host: "h", port: null, waitS: 0 }],
    ['{"id":null,"method":"client.reconnect","params":["",null,{}]}', { kind: "reconnect", host: null, port: null, waitS: 0 }],
    ['{"id":3,"method":"client.show_message","params":["hello"]}', { kind: "show-message", text: "hello" }],
    ['{"id":3,"method":"client.show_message"}', { kind: "show-message", text: "" }],
    ['{"id":"v","method":"client.get_version"}', { kind: "get-version", id: "v" }],
    ['{"id":42,"method":"mining.ping","params":[]}', { kind: "ping", id: 42 }],
    ['{"id":null,"method":"mining.set_goal","params":["BTC"]}', { kind: "unknown", method: "mining.set_goal" }],
  ];
  for (const [line, message] of cases) test(line, () => expect(read(line)).toMatchObject(message));

  const faults: [string, RegExp][] = [
    ['{"method":"mining.set_difficulty","params":[]}', /^set_difficulty\.difficulty: must be a number from 1e-12 to 1e18/],
    ['{"method":"mining.set_difficulty","params":[0]}', /from 1e-12/],
    ['{"method":"mining.set_difficulty","params":[-1]}', /from 1e-12/],
    ['{"method":"mining.set_difficulty","params":[1e999]}', /to 1e18/],
    ['{"method":"mining.set_difficulty","params":[1.01e18]}', /to 1e18/],
    ['{"method":"mining.set_difficulty","params":[9e-13]}', /from 1e-12/],
    ['{"method":"mining.set_difficulty","params":["8"]}', /a number/],
    ['{"method":"mining.set_difficulty","params":[null]}', /a number/],
    ['{"method":"mining.set_extranonce","params":["0",8]}', /^set_extranonce\.extranonce1: must be hex/],
    ['{"method":"mining.set_extranonce","params":["zz",8]}', /extranonce1/],
    ['{"method":"mining.set_extranonce","params":["00"]}', /^set_extranonce\.extranonce2_size: must be an integer 1\.\.16/],
    ['{"method":"mining.set_extranonce","params":["00",17]}', /extranonce2_size/],
    ['{"method":"mining.set_extranonce","params":["00",2.5]}', /extranonce2_size/],
    ['{"method":"mining.set_extranonce","params":["00","8"]}', /extranonce2_size/],
    [`{"method":"mining.set_extranonce","params":["${"00".repeat(33)}",8]}`, /at most 32/],
    ['{"method":"mining.set_version_mask","params":[536862720]}', /^set_version_mask\.mask/],
    ['{"method":"mining.set_version_mask","params":["1fffe0000"]}', /8 hex digits/],
  ];
  for (const [line, reason] of faults) {
    test(`${line.slice(0, 70)} is a fault`, () => expect(read(line)).toMatchObject({ kind: "fault", fatal: false, reason: expect.stringMatching(reason) }));
  }
});

describe("an answer", () => {
  const forms: [string, boolean, unknown][] = [
    ['{"id":7,"result":true,"error":null}', true, null],
    ['{"error": null, "id": 7, "result": true}', true, null],
    ['{"id":7,"result":true}', true, null],
    ['{"id":7,"result":true,"error":[]}', true, null],
    ['{"id":7,"result":true,"error":false}', true, null],
    ['{"id":7,"result":true,"error":0}', true, null],
    ['{"id":7,"result":true,"error":{}}', true, null],
    ['{"id":7,"result":true,"error":{"code":0}}', false, { code: 0, text: "" }],
    ['{"id":7,"result":"true","error":null}', false, null],
    ['{"id":7,"result":1,"error":null}', false, null],
    ['{"id":7,"result":null,"error":null}', false, null],
    ['{"id":7,"result":false,"error":null}', false, { code: 20, text: "" }],
    ['{"id":7,"result":false,"error":null,"reject-reason":"Stale"}', false, { code: 20, text: "Stale" }],
    ['{"id":7,"result":null,"error":[21,"Job not found",null]}', false, { code: 21, text: "Job not found" }],
    ['{"id":7,"result":null,"error":[21,"Job not found"]}', false, { code: 21, text: "Job not found" }],
    ['{"id":7,"result":null,"error":["21","x"]}', false, { code: 21, text: "x" }],
    ['{"id":7,"result":null,"error":["Stale"]}', false, { code: 20, text: "Stale" }],
    ['{"id":7,"result":true,"error":[23,"low"]}', false, { code: 23, text: "low" }],
    ['{"id":7,"result":null,"error":"Above target"}', false, { code: 20, text: "Above target" }],
    ['{"id":7,"result":null,"error":{"code":-1,"message":"bad"}}', false, { code: -1, text: "bad" }],
    ['{"id":7,"result":null,"error":{"reason":"bad"}}', false, { code: 20, text: "bad" }],
    ['{"id":7,"result":null,"error":24}', false, { code: 24, text: "" }],
    ['{"id":7,"result":null,"error":true}', false, { code: 20, text: "" }],
    ['{"id":7,"result":null,"error":[1e300,{}]}', false, { code: 20, text: "" }],
  ];
  for (const [line, accepted, error] of forms) {
    test(line, () => expect(read(line)).toEqual({ kind: "response", id: 7, result: JSON.parse(line).result ?? null, accepted, error: error as null }));
  }

  test("a reason of any length is kept short", () => {
    const message = read(`{"id":7,"result":null,"error":[20,"${"x".repeat(5000)}"]}`);
    expect(message.kind === "response" && message.error?.text.length).toBe(200);
  });

  test("the short way takes every order and spacing of an acceptance", () => {
    for (const line of [
      '{"id":12345,"result":true,"error":null}',
      '{"error": null, "id": 12345, "result": true}',
      '{ "result" : true , "error":null,"id":12345 }',
    ]) {
      expect(readLine(line, readAcceptedId)).toBe(12345);
    }
  });

  test("the short way takes nothing else", () => {
    const lines = ['{"id":01,"result":true,"error":null}', '{"id":-1,"result":true,"error":null}', '{"id":1.5,"result":true,"error":null}'];
    lines.push('{"id":1,"id":1,"id":1}', '{"id":1,"result":true,"result":true}', '{"id":1,"result":false,"error":null}', '{"id":1,"result":true,"error":[]}');
    lines.push(
      '{"id":1,"result":true,"error":null}x',
      '{"id":1,"result":true,"error":null,"x":1}',
      '{"id":"1","result":true,"error":null}',
      '{"id":1,"result":true}',
    );
    lines.push('{"id":1234567890123456,"result":true,"error":null}', '{"id":,"result":true,"error":null}', '{"id" 1,"result":true,"error":null}', "{", "");
    for (const line of lines) expect(readLine(line, readAcceptedId)).toBe(-1);
  });

  test("where the short way answers, JSON says the same", () => {
    const value = fc.constantFrom("true", "null", "false", "7", "0", "123456789012345", '"7"', "[]", "1e1");
    const name = fc.constantFrom("id", "result", "error", "x");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 2, maxLength: 4 }), fc.constantFrom("", " "), (members, gap) => {
        const line = `{${members.map(([key, text]) => `"${key}":${gap}${text}`).join(`,${gap}`)}}`;
        const id = readLine(line, readAcceptedId);
        if (id >= 0) expect(JSON.parse(line)).toEqual({ id, result: true, error: null });
      }),
      { numRuns: 3000 },
    );
  });
});

describe("the answers of the handshake", () => {
  const e1 = bytes(8, 0, 0, 2);
  test("subscribe in its shapes", () => {
    const pairs = [
      ["mining.set_difficulty", "a"],
      ["mining.notify", "b"],
    ];
    expect(readSubscribeResult([pairs, "08000002", 4])).toEqual({ extranonce1: e1, extranonce2Bytes: 4, sessionId: "b" });
    expect(readSubscribeResult([["mining.notify", "b"], "08000002", 4])).toEqual({ extranonce1: e1, extranonce2Bytes: 4, sessionId: "b" });
    expect(readSubscribeResult([[["mining.notify", "b"]], "08000002", 4])).toEqual({ extranonce1: e1, extranonce2Bytes: 4, sessionId: "b" });
    for (const odd of [null, [], {}, "x", [[]], [["mining.notify"]], [["mining.notify", 5]]]) {
      expect(readSubscribeResult([odd, "08000002", 4])).toEqual({ extranonce1: e1, extranonce2Bytes: 4, sessionId: null });
    }
    expect(readSubscribeResult([null, "", 8])).toMatchObject({ extranonce1: new Uint8Array(0) });
  });

  for (const [result, reason] of [
    [null, /must be an array/],
    [{}, /must be an array/],
    [[], /^subscribe result, extranonce1/],
    [[[], 5, 4], /extranonce1/],
    [[[], "0", 4], /extranonce1/],
    [[[], "00"], /extranonce2_size/],
    [[[], "00", 0], /extranonce2_size/],
    [[[], "00", 17], /extranonce2_size/],
  ] as [unknown, RegExp][]) {
    test(`subscribe result ${JSON.stringify(result)} is a fault`, () => {
      expect(readSubscribeResult(result)).toMatchObject({ kind: "fault", reason: expect.stringMatching(reason) });
    });
  }

  test("configure: the mask is what both want, none where the pool does not roll", () => {
    const asked = 0x1fffe000;
    expect(readConfigureResult({ "version-rolling": true, "version-rolling.mask": "ffffffff" }, asked)).toEqual({ versionMask: 0x1fffe000 });
    expect(readConfigureResult({ "version-rolling": true, "version-rolling.mask": "00006000" }, asked)).toEqual({ versionMask: 0x6000 });
    expect(readConfigureResult({ "version-rolling": true }, asked)).toEqual({ versionMask: 0x1fffe000 });
    for (const not of [null, true, [], {}, { "version-rolling": false }, { "version-rolling": "no" }])
      expect(readConfigureResult(not, asked)).toEqual({ versionMask: 0 });
    expect(readConfigureResult({ "version-rolling": true, "version-rolling.mask": "xyz" }, asked)).toMatchObject({ kind: "fault" });
  });
});

describe("what we write as a pool", () => {
  const back = (line: string) => {
    expect(line.indexOf("\n")).toBe(line.length - 1);
    return read(line.slice(0, -1));
  };

  test("reads back as it was written", () => {
    const uint32 = fc.integer({ min: 0, max: 0xffffffff });
    const difficulty = fc.double({ min: 1e-12, max: 1e18, noNaN: true });
    fc.assert(
      fc.property(
        uint32,
        difficulty,
        fc.uint8Array({ maxLength: 32 }),
        fc.integer({ min: 1, max: 16 }),
        (versionMask, value, extranonce1, extranonce2Bytes) => {
          expect(back(writeSetVersionMask(versionMask))).toEqual({ kind: "set-version-mask", versionMask });
          expect(back(writeSetDifficulty(value))).toEqual({ kind: "set-difficulty", difficulty: value });
          expect(back(writeSetExtranonce(extranonce1, extranonce2Bytes))).toEqual({ kind: "set-extranonce", extranonce1, extranonce2Bytes });
          const subscription = { extranonce1, extranonce2Bytes, sessionId: "s" };
          const answer = back(writeSubscribeResult(1, subscription));
          expect(answer.kind === "response" && readSubscribeResult(answer.result)).toEqual(subscription);
        },
      ),
    );
    expect(back(writeReconnect())).toEqual({ kind: "reconnect", host: null, port: null, waitS: 0 });
    expect(back(writeShowMessage('say "hi"\n'))).toEqual({ kind: "show-message", text: 'say "hi"\n' });
    expect(back(writeGetVersion(5))).toEqual({ kind: "get-version", id: 5 });
    expect(back(writePing("p"))).toEqual({ kind: "ping", id: "p" });
  });

  test("answers read back, refusals with code and text", () => {
    const id = fc.oneof(fc.integer(), fc.string({ maxLength: 20 }), fc.constant(null));
    fc.assert(
      fc.property(id, fc.integer({ min: -99, max: 99 }), fc.string({ maxLength: 100, minLength: 1 }), (jsonId, code, text) => {
        expect(back(writeResult(jsonId, true))).toEqual({ kind: "response", id: jsonId, result: true, error: null, accepted: true });
        expect(back(writeError(jsonId, code, text))).toEqual({ kind: "response", id: jsonId, result: null, error: { code, text }, accepted: false });
      }),
    );
  });
});
