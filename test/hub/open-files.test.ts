import { expect, test } from "bun:test";
import { limits } from "../../src/hub/limits.ts";
import { openFilesMax, readLimit, sessionsThatFit } from "../../src/hub/open-files.ts";

test("rigs' connections leave open files for pools and pages, and half of a few", () => {
  expect(sessionsThatFit(null)).toBe(limits.sessionsMax);
  expect(sessionsThatFit(1_048_576)).toBe(limits.sessionsMax);
  expect(sessionsThatFit(20_000)).toBe(limits.sessionsMax);
  expect(sessionsThatFit(4_096)).toBe(3_584);
  expect(sessionsThatFit(400)).toBe(200);
});

test("the limit is read as Linux tells it", () => {
  const head =
    "Limit                     Soft Limit           Hard Limit           Units     \nMax file size             unlimited            unlimited            bytes     \n";
  expect(readLimit(`${head}Max open files            1024                 4096                 files     \n`)).toBe(1024);
  expect(readLimit(`${head}Max open files            unlimited            unlimited            files     \n`)).toBeNull();
  expect(readLimit("")).toBeNull();
  const own = openFilesMax();
  if (process.platform === "linux") expect(own === null || own > 64).toBe(true);
});
