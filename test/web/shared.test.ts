import { describe, expect, test } from "bun:test";
import { Shared } from "../../src/web/shared.ts";

/** Questions that the test answers, one after the other. */
function asking() {
  const clock = { nowMs: 1_000_000 };
  const asked: PromiseWithResolvers<string>[] = [];
  const shared = new Shared(
    () => clock.nowMs,
    () => {
      const question = Promise.withResolvers<string>();
      asked.push(question);
      return question.promise;
    },
    { freshMs: () => 2_000, overdueMs: 8_000 },
  );
  const answer = (text: string) => asked.at(-1)?.resolve(text);
  return { clock, asked, shared, answer };
}

/** With one answer known, of now. */
async function knowing(text: string) {
  const world = asking();
  const first = world.shared.value();
  world.answer(text);
  await first;
  return world;
}

describe("a question that many ask", () => {
  test("is asked once for all who come while it runs, and while its answer is fresh", async () => {
    const { clock, asked, shared, answer } = asking();
    const both = [shared.value(), shared.newest()];
    answer("a");
    expect(await Promise.all(both)).toEqual(["a", "a"]);
    clock.nowMs += 1_999;
    expect([await shared.value(), await shared.newest(), asked.length]).toEqual(["a", "a", 1]);
  });

  test("is asked again behind whoever takes an answer that is overdue; who wants the newest waits", async () => {
    const { clock, asked, shared, answer } = await knowing("a");
    clock.nowMs += 2_000;
    expect([await shared.value(), asked.length]).toEqual(["a", 2]);
    const newest = shared.newest();
    answer("b");
    expect([await newest, await shared.value(), asked.length]).toEqual(["b", "b", 2]);
  });

  test("makes all wait once its answer is too old, or of a time that has not come", async () => {
    for (const byMs of [10_000, -1]) {
      const { clock, shared, answer } = await knowing("a");
      clock.nowMs += byMs;
      const waiting = shared.value();
      answer("b");
      expect(await waiting).toBe("b");
    }
  });

  test("is asked anew after a change; what was asked before it is told to who asked then, and to nobody later", async () => {
    const { asked, shared, answer } = asking();
    const before = shared.value();
    shared.forget();
    const after = shared.value();
    answer("new");
    expect(await after).toBe("new");
    asked[0]?.resolve("old");
    expect([await before, await shared.value(), asked.length]).toEqual(["old", "new", 2]);
  });

  test("that fails is told to those who wait, leaves the last answer to the others, and is asked again", async () => {
    const { clock, asked, shared, answer } = await knowing("a");
    clock.nowMs += 2_000;
    expect(await shared.value()).toBe("a");
    const waiting = shared.newest();
    asked.at(-1)?.reject(new Error("the ledger is closed"));
    await expect(waiting).rejects.toThrow("the ledger is closed");
    expect([await shared.value(), asked.length]).toEqual(["a", 3]);
    answer("b");
    expect(await shared.newest()).toBe("b");
  });
});
