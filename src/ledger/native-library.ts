import { dlopen, FFIType } from "bun:ffi";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** `linux-x64` or `linux-arm64` in a compiled binary (`--define hubTarget`); not defined in a checkout. */
declare const hubTarget: string | undefined;

export type DuckDb = { api: typeof import("@duckdb/node-api"); bindings: typeof import("@duckdb/node-bindings") };

/**
 * Loads DuckDB. A checkout finds its native library beside the binding in node_modules; the compiled binary carries it, writes it
 * once to `<dataDir>/lib` and opens it before the binding asks for it by its soname (style.md 3.7).
 *
 * What `bun build --compile` needs for a target T (`linux-x64`, `linux-arm64`; its package `@duckdb/node-bindings-T` installed):
 * `--define hubTarget='"T"'`, and `--external '@duckdb/node-bindings-P/duckdb.node'` for every other platform P that
 * `@duckdb/node-bindings/duckdb.js` names, which are linux-x64, linux-x64-musl, linux-arm64, linux-arm64-musl, darwin-arm64,
 * darwin-x64, win32-arm64 and win32-x64 without T.
 */
export async function loadDuckDb(dataDir: string): Promise<DuckDb> {
  const embedded = await embeddedLibrary();
  if (embedded !== null) await openEmbedded(embedded, join(dataDir, "lib"));
  const api = await import("@duckdb/node-api");
  const bindings = (await import("@duckdb/node-bindings")).default;
  return { api, bindings };
}

async function embeddedLibrary(): Promise<string | null> {
  if (typeof hubTarget === "undefined") return null;
  // @ts-expect-error: a library has no types
  // biome-ignore lint/correctness/noUndeclaredDependencies: the platform's part of @duckdb/node-bindings
  if (hubTarget === "linux-x64") return (await import("@duckdb/node-bindings-linux-x64/libduckdb.so", { with: { type: "file" } })).default;
  // @ts-expect-error: the same, and installed only where the arm64 binary is built
  // biome-ignore lint/correctness/noUndeclaredDependencies: the platform's part of @duckdb/node-bindings
  if (hubTarget === "linux-arm64") return (await import("@duckdb/node-bindings-linux-arm64/libduckdb.so", { with: { type: "file" } })).default;
  throw new Error(`this binary was built for ${hubTarget}, which has no DuckDB library`);
}

/** The embedded name carries a hash of the content, so a newer hub writes its own copy; those of other versions, and halves that a full disk left, go. */
export async function openEmbedded(embedded: string, folder: string, open: (path: string) => void = openLibrary): Promise<void> {
  const path = join(folder, basename(embedded));
  const library = Bun.file(embedded);
  const isThere = statSync(path, { throwIfNoEntry: false })?.size === library.size;
  if (isThere && isOpened(path, open)) return;
  // Of the right length and yet no library: what a power cut or a bad sector leaves.
  await placeLibrary(library, path);
  try {
    open(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = reason.includes("failed to map segment") ? "; its file system must not be mounted noexec" : "";
    throw new LibraryUnusable(`DuckDB's library cannot be loaded from ${path} (${reason.split(": ").at(-1)})${hint}`);
  }
}

function isOpened(path: string, open: (path: string) => void): boolean {
  try {
    open(path);
    return true;
  } catch {
    return false;
  }
}

async function placeLibrary(library: Blob, path: string): Promise<void> {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
  const half = `${path}.${process.pid}`;
  try {
    writeFileSync(half, await library.bytes(), { mode: 0o700, flush: true });
    renameSync(half, path);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
}

/** The library that the binary carries cannot be opened where it was put. */
export class LibraryUnusable extends Error {
  override name = "LibraryUnusable";
}

function openLibrary(path: string): void {
  // Never closed: the binding uses it until the process ends.
  dlopen(path, { duckdb_library_version: { args: [], returns: FFIType.cstring } });
}
