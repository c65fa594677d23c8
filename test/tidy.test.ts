import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { rooms } from "./support/house-rules.ts";
import { importsOf, type SourceFile, tidyFaults } from "./support/tidy.ts";

const root = join(import.meta.dir, "..");

function readTree(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|sql)$/.test(entry.name))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: relative(root, path), text: readFileSync(path, "utf8") };
      }),
  );
}

const tree = readTree("src", "views", "migrations");

test("the house is tidy", () => {
  expect(tidyFaults(tree)).toEqual([]);
});

test("every room that there is has files to hold against the table", () => {
  const found = new Set(tree.map(({ path }) => path.split("/")[1]?.replace(/\.tsx?$/, "")));
  const built = ["work", "stratum", "control", "ledger", "hub", "web", "simulate", "cli", "main", "config", "log"];
  expect(built.filter((room) => !found.has(room))).toEqual([]);
  expect(built.filter((room) => rooms[room] === undefined)).toEqual([]);
});

describe("one planted fault of each kind is named", () => {
  const plant = (path: string, text: string) => tidyFaults([{ path, text }]);

  test.each([
    ["src/work/x.ts", 'import { a } from "../hub/a.ts";', "work must not import hub"],
    ["src/work/x.ts", 'import type { A } from "../control/a.ts";', "work must not import control"],
    ["src/stratum/v1/x.ts", 'import { a } from "../../ledger/a.ts";', "stratum must not import ledger"],
    ["src/hub/x.ts", 'import { a } from "../web/a.ts";', "hub must not import web"],
    ["src/web/x.ts", 'export { a } from "../hub/a.ts";', "web must not import hub"],
    ["src/control/x.ts", 'import { a } from "../ledger/a.ts";', "control must not import ledger"],
    ["src/simulate/x.ts", 'const a = await import("../control/a.ts");', "simulate must not import control"],
    ["src/cli/x.ts", 'import {\n  a,\n} from "../hub/a.ts";', "cli must not import hub"],
    ["views/x.tsx", 'import { a } from "../src/web/a.ts";', "views must not import web"],
    ["src/hub/x.ts", 'import "../main.ts";', "hub must not import main"],
    ["src/work/x.ts", 'import { a } from "node:crypto";', "work must not import the package node:crypto"],
    ["src/hub/x.ts", 'import { Elysia } from "elysia";', "hub must not import the package elysia"],
    ["src/work/hash.ts", 'import { a } from "node:fs";', "work must not import the package node:fs"],
    ["src/unheard/x.ts", "", "belongs to no room"],
    ["src/health/x.ts", "const at = Date.now();", "must not use a clock"],
    ["src/schedule/x.ts", "const at = new Date();", "must not use a clock"],
    ["src/work/x.ts", "setTimeout(() => {}, 1);", "must not use a clock"],
    ["src/work/x.ts", "const a = Math.random();", "must not use randomness"],
    ["src/work/x.ts", "const a = crypto.getRandomValues(b);", "must not use randomness"],
    ["src/stratum/x.ts", "const a = process.pid;", "must not use the process"],
    ["src/work/x.ts", "const a = Bun.hash(b);", "must not use the runtime"],
    ["src/hub/x.ts", "this.socket.write(line);", "only src/hub/line-writer.ts writes to sockets"],
    ["src/hub/x.ts", "socket?.end(line);", "only src/hub/line-writer.ts writes to sockets"],
    ["src/web/x.ts", 'const a = process.env["A"];', "only src/config.ts reads the environment"],
    ["src/web/utils.ts", "", "a file is named after the thing"],
    ["src/web/x.ts", `// ${"TO"}${"DO"}: later`, "src/web/x.ts:1: unfinished work"],
    ["migrations/control/0009_x.sql", "SELECT 1;", "no source embeds this migration"],
  ])("%s: %s", (path, text, words) => {
    const faults = plant(path, text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });

  test("a migration that a source imports is claimed", () => {
    const source = { path: "src/control/migrations.ts", text: 'import one from "../../migrations/control/0001_a.sql" with { type: "text" };' };
    expect(tidyFaults([source, { path: "migrations/control/0001_a.sql", text: "" }])).toEqual([]);
  });

  test("what is allowed is not named", () => {
    expect(plant("src/work/x.ts", '// Date.now() is not ours\nimport { a } from "./b.ts";\nconst url = "stratum+tcp://pool.example";')).toHaveLength(0);
    expect(plant("src/work/hash.ts", 'import { scrypt } from "node:crypto";\nBun.SHA256.hash(a, b);')).toEqual([]);
    expect(plant("src/hub/line-writer.ts", "this.sink.write(bytes); socket.write(bytes);")).toEqual([]);
  });
});

test("an exported function that mentions a text is no import", () => {
  expect(importsOf('export function a() {\n  return "from";\n}\nexport const b = "x";')).toEqual([]);
});
