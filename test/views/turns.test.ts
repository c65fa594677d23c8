import { expect, test } from "bun:test";
import { breathe, inPieces } from "../../views/turns.ts";

/** Takes the present turn to its end, so that the next breath waits for another. */
function spent(): void {
  const startedMs = performance.now();
  while (performance.now() - startedMs < 1);
}

test("whoever waits gets a turn of his own, in the order of asking, and sockets are served between two of them", async () => {
  spent();
  const seen: string[] = [];
  const page = async (name: string) => {
    await breathe();
    seen.push(name);
    spent();
  };
  const pages = ["one", "two", "three"].map(page);
  // Comes after the pages, as bytes of a rig do: served before the second of them.
  setImmediate(() => seen.push("rig"));
  await Promise.all(pages);
  expect(seen.filter((name) => name !== "rig")).toEqual(["one", "two", "three"]);
  expect(seen.indexOf("rig")).toBeLessThan(seen.indexOf("two"));
});

test("a young turn goes on without waiting", async () => {
  // A busy machine may end a turn at any time, but not each of a hundred.
  let goesOn = 0;
  for (let turn = 0; turn < 100; turn++) {
    spent();
    await breathe();
    if (breathe() === undefined) goesOn += 1;
  }
  expect(goesOn).toBeGreaterThan(0);
});

test("a long list comes in pieces, all of it, with a breath before each", async () => {
  const pieces: number[][] = [];
  for await (const piece of inPieces([1, 2, 3, 4, 5], 2)) {
    pieces.push([...piece]);
    spent();
    expect(breathe()).toBeInstanceOf(Promise);
  }
  expect(pieces).toEqual([[1, 2], [3, 4], [5]]);
});
