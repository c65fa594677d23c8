import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import { giveToOwner } from "../../src/cli/data-folder.ts";
import { controlFile } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { ControlDatabase } from "../../src/control/database.ts";
import { lockFolder } from "../../src/ledger/folder-lock.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { silentLog } from "../../src/log.ts";
import { startHub } from "../../src/main.ts";
import { fakeConsole } from "./fake-console.ts";

let data = "";
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), "data-folder-"));
  openControl(controlFile(data), { now: Date.now, log: silentLog }).close();
  await (await openLedger({ dataDir: data, log: silentLog, now: Date.now, onFatal: () => {} })).close();
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

/** Runs a command that is to be refused; a hub it starts would be a real one. */
async function refusal(line: string): Promise<string> {
  const edges = fakeConsole();
  edges.signal();
  const code = await runCli([...line.split(" "), "--data", data], {}, { startHub }, edges);
  expect({ code, stdout: edges.stdout }).toEqual({ code: 1, stdout: "" });
  return edges.stderr;
}

const commands = ["serve --http 127.0.0.1:0 --stratum 127.0.0.1:0", "user add a@example.org --role owner", "token create --name x --scopes admin"];

/** What SQLite still has in its log goes into the file itself, so that a damaged file is all there is. */
function intoOneFile(): void {
  const sql = new Database(controlFile(data));
  sql.run("PRAGMA wal_checkpoint(TRUNCATE)");
  sql.close();
  for (const ending of ["-wal", "-shm"]) rmSync(`${controlFile(data)}${ending}`, { force: true });
}

test.each(commands)("%s: no new control database is begun beside a journal that names rigs of another one", async (line) => {
  for (const lose of [() => rmSync(controlFile(data)), () => writeFileSync(controlFile(data), "")]) {
    lose();
    expect(await refusal(line)).toContain(`--data: ${controlFile(data)} is missing or empty although ${data} holds a journal`);
  }
  expect(statSync(controlFile(data)).size).toBe(0);
});

test.each(commands)("%s: a folder that a restore has half filled is refused", async (line) => {
  mkdirSync(join(data, "restoring"));
  expect(await refusal(line)).toContain(`--data: a restore to ${data} was broken off`);
});

test("a folder written by a newer version is refused in words, and not a byte of it is changed", async () => {
  const control = new ControlDatabase(controlFile(data), { now: Date.now, log: silentLog });
  control.sql.run("INSERT INTO migrations VALUES (999, '0999_to_come', 1)");
  control.sql.close();
  intoOneFile();
  const files = () =>
    readdirSync(data, { recursive: true, encoding: "utf8" })
      .filter((name) => !/lock$|-wal$|-shm$/.test(name) && statSync(join(data, name)).isFile())
      .sort()
      .map((name) => [name, Bun.hash(readFileSync(join(data, name)))]);
  const before = files();
  for (const line of commands) expect(await refusal(line)).toMatch(/--data: .*control\.db was written by a newer version \(schema 999/);
  expect(files()).toEqual(before);
});

test("the schema is not changed under a hub of an older version", async () => {
  const control = new ControlDatabase(controlFile(data), { now: Date.now, log: silentLog });
  control.sql.run("DELETE FROM migrations WHERE version > 20");
  control.sql.close();
  const lock = lockFolder(data);
  const words = await refusal("user add a@example.org --role owner");
  lock.release();
  expect(words).toMatch(/is of an older version \(schema 20; this one knows \d+\), and a hub of that version runs on it/);
});

test("what the system or a database says of a file is said with the flag", async () => {
  const lock = lockFolder(data);
  expect(await refusal(commands[0] ?? "")).toContain(`--data: the data folder ${data} is in use by process`);
  lock.release();
  intoOneFile();
  writeFileSync(controlFile(data), "x".repeat(10_000));
  expect(await refusal(commands[0] ?? "")).toBe(`stratum-hub: --data: ${controlFile(data)} cannot be used (file is not a database)\n`);
  rmSync(join(data, "ledger.lock"));
  mkdirSync(join(data, "ledger.lock"));
  expect(await refusal(commands[0] ?? "")).toContain(`--data: ${join(data, "ledger.lock")} cannot be used (illegal operation on a directory)`);
});

test("what root makes in somebody else's folder becomes his, and nothing else changes hands", () => {
  const isRoot = process.geteuid?.() === 0;
  const [owner, own, other] = isRoot ? [1_234, 0, 77] : [process.getuid?.() ?? 0, process.getuid?.() ?? 0, process.getuid?.() ?? 0];
  chownSync(data, owner, owner);
  mkdirSync(join(data, "lib"));
  writeFileSync(join(data, "lib", "a"), "");
  writeFileSync(join(data, "theirs"), "");
  chownSync(join(data, "theirs"), other, other);
  expect(statSync(join(data, "lib", "a")).uid).toBe(own);
  giveToOwner(data);
  expect(["lib", join("lib", "a"), "control.db"].map((name) => statSync(join(data, name)).uid)).toEqual([owner, owner, owner]);
  expect(statSync(join(data, "theirs")).uid).toBe(other);
  chownSync(data, own, own);
});

test("doctor finds a control database that is empty, and a hole in the journal; verify a journal that ends too early", async () => {
  const said = async (line: string) => {
    const edges = fakeConsole();
    const code = await runCli([...line.split(" "), "--data", data], {}, { startHub }, edges);
    return { code, text: edges.stdout };
  };
  expect((await said("doctor")).code).toBe(0);
  const [segment = ""] = readdirSync(join(data, "journal")).filter((name) => name.endsWith(".seg"));
  const path = join(data, "journal", segment);
  const whole = readFileSync(path);
  const broken = Buffer.from(whole);
  broken[20] = (broken[20] ?? 0) ^ 1;
  writeFileSync(path, broken);
  const hole = await said("doctor");
  expect(hole).toMatchObject({ code: 1, text: expect.stringContaining("PROBLEM   the journal is damaged: it has no whole record 1 to 1") });
  rmSync(path);
  const gone = await said("ledger verify");
  expect(gone).toMatchObject({ code: 1, text: expect.stringMatching(/MISSING {3}the journal has no whole record 1 to \d/) });
  writeFileSync(path, whole);
  intoOneFile();
  truncateSync(controlFile(data), 0);
  expect(await said("doctor")).toMatchObject({
    code: 1,
    text: expect.stringContaining(`PROBLEM   control database: ${controlFile(data)} is empty, or of another program`),
  });
  expect(existsSync(`${controlFile(data)}-wal`)).toBe(false);
});
