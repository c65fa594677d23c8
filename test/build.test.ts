import { expect, test } from "bun:test";
import { join } from "node:path";

const script = join(import.meta.dir, "..", "src", "build.ts");

test.each([
  [["--target", "windows-x64"], '--target: "windows-x64" is not built; there are builds for linux-x64, linux-x64-baseline, linux-arm64'],
  [["--traget=linux-x64"], "--traget: the only flag is --target"],
])("%j is refused in words", async (argv, words) => {
  const run = Bun.spawn([process.execPath, script, ...argv], { stdout: "pipe", stderr: "pipe" });
  const [stderr, code] = await Promise.all([run.stderr.text(), run.exited]);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});
