import { expect, test } from "bun:test";
import { Curtain, Stage } from "../../src/cli/demo-stage.ts";

const never = new Promise<void>(() => {});

test("a line begins with the seconds since the start", () => {
  const lines: string[] = [];
  new Stage((text) => lines.push(text), never).say("a rig dies");
  expect(lines[0]).toMatch(/^\[ +\d+\.\d s\] a rig dies\n$/);
});

test("waiting ends as soon as it is so, and tells how long it took", async () => {
  let asked = 0;
  const holds = () => {
    asked += 1;
    return asked === 3;
  };
  const waited = await new Stage(() => {}, never).until(holds, { everyMs: 1, patienceMs: 10_000 });
  expect(asked).toBe(3);
  expect(waited).toBeGreaterThan(0);
});

test("waiting for what never happens ends with its patience", async () => {
  expect(await new Stage(() => {}, never).until(() => false, { everyMs: 1, patienceMs: 5 })).toBeNull();
});

test("when the demo ends, whoever waits is told so", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = new Stage(() => {}, promise).pause(1_000_000);
  resolve();
  expect(await waiting.catch((error: unknown) => error)).toBeInstanceOf(Curtain);
});
