import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import product from "../package.json" with { type: "json" };

/*
 * `bun run build [--target T]`: the whole product as one file, dist/stratum-hub (dist/stratum-hub-T when T is asked for).
 * How DuckDB's native library gets into it is told in ledger/native-library.ts.
 */

type Target = {
  /** What Bun calls it. */
  bun: "bun-linux-x64" | "bun-linux-x64-baseline" | "bun-linux-arm64";
  /** What DuckDB's packages call it. */
  library: "linux-x64" | "linux-arm64";
};

const targets: Readonly<Record<string, Target>> = Object.freeze({
  "linux-x64": { bun: "bun-linux-x64", library: "linux-x64" },
  "linux-x64-baseline": { bun: "bun-linux-x64-baseline", library: "linux-x64" },
  "linux-arm64": { bun: "bun-linux-arm64", library: "linux-arm64" },
});

/** All platforms that `@duckdb/node-bindings` chooses from at run time; those not built for must not be looked for at build time. */
const libraries = ["linux-x64", "linux-x64-musl", "linux-arm64", "linux-arm64-musl", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

const root = join(import.meta.dir, "..");

class Refusal extends Error {
  override name = "Refusal";
}

/** @returns the target by name, and where the result goes */
function readTarget(argv: readonly string[]): { target: Target; outfile: string } {
  const [flag, value, ...rest] = argv.flatMap((word) => word.split("="));
  const own = `${process.platform}-${process.arch}`;
  if (rest.length > 0 || (flag !== undefined && flag !== "--target"))
    throw new Refusal(`${rest[0] ?? flag}: the only flag is --target ${Object.keys(targets).join("|")}`);
  const name = flag === undefined ? own : (value ?? "");
  const target = targets[name];
  if (target !== undefined) return { target, outfile: join(root, "dist", flag === undefined ? "stratum-hub" : `stratum-hub-${name}`) };
  const asked = flag === undefined ? `this machine is ${own}` : `--target: ${JSON.stringify(name)} is not built`;
  throw new Refusal(`${asked}; there are builds for ${Object.keys(targets).join(", ")}. Elsewhere run it from a checkout: bun run start`);
}

/**
 * The folder of DuckDB's native package for a target. That of this machine is in node_modules; another's is installed beside, from the same
 * lockfile, so that version and checksum are the ones everybody has.
 */
async function nativePackage(library: Target["library"], scratch: string): Promise<string> {
  const name = `@duckdb/node-bindings-${library}`;
  const own = join(root, "node_modules", name);
  if (existsSync(own)) return own;
  for (const file of ["package.json", "bun.lock", "bunfig.toml"]) cpSync(join(root, file), join(scratch, file));
  const cpu = library.endsWith("arm64") ? "arm64" : "x64";
  const install = Bun.spawn([process.execPath, "install", "--frozen-lockfile", "--production", "--ignore-scripts", "--os=linux", `--cpu=${cpu}`], {
    cwd: scratch,
    stdout: "ignore",
    stderr: "inherit",
  });
  const folder = join(scratch, "node_modules", name);
  if ((await install.exited) !== 0 || !existsSync(folder)) throw new Refusal(`${name} could not be installed; the build needs its libduckdb.so`);
  return folder;
}

async function build(argv: readonly string[]): Promise<void> {
  const { target, outfile } = readTarget(argv);
  const scratch = mkdtempSync(join(tmpdir(), "stratum-hub-build-"));
  try {
    const folder = await nativePackage(target.library, scratch);
    const name = `@duckdb/node-bindings-${target.library}`;
    mkdirSync(join(root, "dist"), { recursive: true });
    const result = await Bun.build({
      entrypoints: [join(root, "src", "main.ts")],
      target: "bun",
      compile: { target: target.bun, outfile, autoloadDotenv: false, autoloadBunfig: false },
      minify: { syntax: true, whitespace: true, identifiers: false },
      sourcemap: "none",
      define: { hubTarget: JSON.stringify(target.library) },
      external: libraries.filter((library) => library !== target.library).map((library) => `@duckdb/node-bindings-${library}/duckdb.node`),
      plugins: [
        {
          name: "native-package",
          setup(builder) {
            builder.onResolve({ filter: new RegExp(`^${name}/`) }, ({ path }) => ({ path: join(folder, path.slice(name.length + 1)) }));
          },
        },
      ],
      throw: false,
    });
    if (!result.success) throw new Refusal(result.logs.map(String).join("\n"));
    const mib = (statSync(outfile).size / 2 ** 20).toFixed(0);
    process.stdout.write(`${outfile} (${product.name} ${product.version}, ${target.bun.slice(4)}, ${mib} MiB)\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

try {
  await build(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 2;
}
