import { expect, test } from "bun:test";
import { Outlet, type Sink } from "../../src/cli/outlet.ts";

/** A sink that keeps what it takes until the test lets it go. */
function standingSink() {
  const taken: string[] = [];
  const waiting: ((error?: Error | null) => void)[] = [];
  const sink: Sink = {
    write: (text, done) => {
      taken.push(text);
      waiting.push(done);
    },
  };
  return { sink, taken, flow: (error?: Error) => waiting.splice(0).forEach((done) => void done(error)) };
}

test("what nobody reads is dropped beyond its bound, and what comes after is written again", async () => {
  const { sink, taken, flow } = standingSink();
  const outlet = new Outlet(sink, 10);
  for (const text of ["12345678", "9", "dropped", "0"]) outlet.write(text);
  expect(taken).toEqual(["12345678", "9", "0"]);
  flow();
  outlet.write("again, and longer than the bound");
  expect(taken.at(-1)).toStartWith("again");
  flow();
  expect((await outlet.finish())?.message).toBe("nobody reads it");
});

test("finish waits for what is under way, and tells the first failure", async () => {
  const { sink, flow } = standingSink();
  const outlet = new Outlet(sink);
  expect(await outlet.finish()).toBeNull();
  outlet.write("a");
  outlet.write("b");
  const finished = outlet.finish();
  flow(new Error("no space left on device"));
  expect((await finished)?.message).toBe("no space left on device");
});
