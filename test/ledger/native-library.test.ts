import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/ledger/native-library.ts";

let root = "";
let lib = "";
let embedded = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "native-library-"));
  lib = join(root, "lib");
  embedded = join(root, "libduckdb-1.so");
  writeFileSync(embedded, "a library");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Stands in for the linker: takes nothing but the library's own bytes. */
const open = (path: string) => {
  if (readFileSync(path, "utf8") !== "a library") throw new Error(`${path}: invalid ELF header`);
};

test("a library that a power cut left unreadable is written again; halves and those of other versions go", async () => {
  mkdirSync(lib);
  for (const name of ["libduckdb-0.so", "libduckdb-1.so.4711"]) writeFileSync(join(lib, name), "old");
  await openEmbedded(embedded, lib, open);
  expect(readdirSync(lib)).toEqual(["libduckdb-1.so"]);
  writeFileSync(join(lib, "libduckdb-1.so"), "\0".repeat(9));
  await openEmbedded(embedded, lib, open);
  expect(readFileSync(join(lib, "libduckdb-1.so"), "utf8")).toBe("a library");
});

test("one that cannot be mapped says what may be wrong with the folder", async () => {
  const refuse = (path: string) => {
    throw new Error(`${path}: failed to map segment from shared object`);
  };
  const words = `DuckDB's library cannot be loaded from ${join(lib, "libduckdb-1.so")} (failed to map segment from shared object); its file system must not be mounted noexec`;
  await expect(openEmbedded(embedded, lib, refuse)).rejects.toThrow(words);
});
