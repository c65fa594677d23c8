import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { yieldToShares } from "../../src/ledger/question-threads.ts";

const tasks = "/proc/self/task";
/** Of `/proc/PID/stat`, counted behind the name in brackets, which may hold blanks. */
const nicenessField = 16;

function threads(): { name: string; niceness: number }[] {
  return readdirSync(tasks).map((thread) => {
    const text = readFileSync(`${tasks}/${thread}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { name: readFileSync(`${tasks}/${thread}/comm`, "utf8").trim(), niceness: Number(fields[nicenessField]) };
  });
}

const isHelper = ({ name }: { name: string }) => /^(?:Bun Pool|JITWorker|JSCWarmUp|mi-scavenger)/.test(name);

test("the threads that questions run on yield, as those of the compiler and the allocator, and no other does", async () => {
  // Something for the pool to do, so that it has threads.
  await Promise.all(Array.from({ length: 4 }, () => stat(import.meta.path)));
  const before = threads().filter((thread) => !isHelper(thread));
  yieldToShares();
  const after = threads();
  const pool = after.filter(({ name }) => name.startsWith("Bun Pool"));
  expect(pool.length).toBeGreaterThan(0);
  expect(new Set(pool.map(({ niceness }) => niceness))).toEqual(new Set([10]));
  const raised = (all: typeof after) => all.filter((thread) => !isHelper(thread)).map(({ niceness }) => niceness);
  expect(Math.max(...raised(after))).toBe(Math.max(...raised(before)));
});
