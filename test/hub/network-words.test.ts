import { expect, test } from "bun:test";
import { networkWords } from "../../src/hub/network-words.ts";

const withCode = (code: string): Error => Object.assign(new Error(`${code}: as the runtime says it`), { code });

const cases: [code: string, words: RegExp][] = [
  ["ECONNRESET", /reset/],
  ["ETIMEDOUT", /lost.*line/],
  ["ECONNREFUSED", /refused/],
  ["ENOTFOUND", /no host named pool\.example/],
  ["EAI_AGAIN", /pool\.example.*name server/],
  ["EPIPE", /^the pool closed the connection$/],
];

for (const [code, words] of cases) {
  test(`${code} is said in words, without the code`, () => {
    const text = networkWords("pool.example", withCode(code));
    expect(text).toMatch(words);
    expect(text).not.toContain(code);
  });
}

test("an end without an error is the pool's own; an unknown error is told as it came", () => {
  expect(networkWords("pool.example", undefined)).toBe("the pool closed the connection");
  expect(networkWords("pool.example", withCode("EODD"))).toBe("EODD: as the runtime says it");
});
