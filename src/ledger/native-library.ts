import { dlopen, FFIType } from "bun:ffi";
import { mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

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
  if (embedded !== null) openLibrary(await placeLibrary(embedded, join(dataDir, "lib")));
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

/** The embedded name carries a hash of the content, so a newer hub writes its own copy beside an older one. */
async function placeLibrary(embedded: string, folder: string): Promise<string> {
  const path = join(folder, basename(embedded));
  const library = Bun.file(embedded);
  if (statSync(path, { throwIfNoEntry: false })?.size === library.size) return path;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const half = `${path}.${process.pid}`;
  writeFileSync(half, await library.bytes(), { mode: 0o700 });
  renameSync(half, path);
  return path;
}

function openLibrary(path: string): void {
  // Never closed: the binding uses it until the process ends.
  dlopen(path, { duckdb_library_version: { args: [], returns: FFIType.cstring } });
}
