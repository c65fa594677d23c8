import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import { controlFile } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import { verifyLedger } from "../../src/ledger/verify.ts";
import { silentLog } from "../../src/log.ts";
import { aShare, startMs } from "../ledger/ledger-folder.ts";
import { fakeConsole } from "./fake-console.ts";

const tight = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 8_192, segmentAheadBytes: 1_024, freshBytesMax: 2_048, loadGroupRows: 50 };

let root = "";
let data = "";
let copy = "";
let other = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "backup-"));
  [data, copy, other] = ["data", "copy", "other"].map((name) => join(root, name)) as [string, string, string];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const edges = fakeConsole("");
  const code = await runCli(argv, {}, { startHub: () => Promise.reject(new Error("no hub")) }, edges);
  return { code, stdout: edges.stdout, stderr: edges.stderr };
}

const open = (dataDir: string) => openLedger({ dataDir, log: silentLog, now: Date.now, limits: { ...tight, loadIntervalMs: 3_600_000 }, onFatal: () => {} });
const counted = async (ledger: Ledger) => (await ledger.summary({ kind: "pool", no: 2 }, 0, startMs * 2)).hubAccepted.count;

/** A folder with a fleet of its own and shares, its ledger open as a hub's. */
async function inUse(shares: number): Promise<Ledger> {
  const ledger = await open(data);
  const control = openControl(controlFile(data), { now: Date.now, log: silentLog });
  control.pools.create({ name: "kept", host: "pool.example", port: 3333, username: "acct" });
  control.close();
  for (let no = 0; no < shares; no++) ledger.append(aShare({ rigNo: no % 5 }));
  await ledger.flush();
  return ledger;
}

describe("backup and restore", () => {
  test("beside a running hub, while shares come: the copy holds all that was on disk before, once, and the control database", async () => {
    const ledger = await inUse(300);
    let more = 0;
    const coming = setInterval(() => {
      for (let no = 0; no < 20; no++) if (ledger.append(aShare()) > 0) more += 1;
    }, 1);
    const { code, stderr } = await run("backup", copy, "--data", data);
    clearInterval(coming);
    expect(stderr).toMatch(/^copied \d+ files, .* to /);
    expect(code).toBe(0);
    await ledger.close();
    expect((await run("restore", copy, "--data", other)).code).toBe(0);
    const restored = await open(other);
    await restored.flush();
    const count = await counted(restored);
    expect(count).toBeGreaterThanOrEqual(300);
    expect(count).toBeLessThanOrEqual(300 + more);
    expect(await verifyLedger(join(other, "journal"), restored)).toMatchObject({ difference: null, holes: [] });
    await restored.close();
    const control = openControl(controlFile(other), { now: Date.now, log: silentLog });
    expect(control.pools.all().map(({ name }) => name)).toEqual(["kept"]);
    control.close();
  });

  test("a backup goes to a new or empty folder, and needs a hub's data", async () => {
    await (await inUse(10)).close();
    expect(await run("backup", data, "--data", data)).toMatchObject({ code: 1, stderr: `stratum-hub: DIR: ${data} must be new or empty\n` });
    const nothing = await run("backup", copy, "--data", other);
    expect(nothing).toMatchObject({ code: 1, stderr: `stratum-hub: --data: ${other} holds no data of a hub\n` });
    expect(existsSync(copy)).toBe(false);
    expect((await run("backup")).code).toBe(2);
  });

  test("a restore is refused while a hub runs there, into a folder with anything in it, and of anything that is no backup", async () => {
    const ledger = await inUse(10);
    await run("backup", copy, "--data", data);
    const running = await run("restore", copy, "--data", data);
    expect(running.code).toBe(1);
    expect(running.stderr).toContain("in use by a hub");
    await ledger.close();
    const before = await readdir(data);
    expect((await run("restore", copy, "--data", data)).stderr).toContain(`--data: ${data} must be new or empty`);
    expect(await readdir(data)).toEqual(before);
    expect((await run("restore", data, "--data", other)).stderr).toContain(`DIR: ${data} is no backup`);
    expect(existsSync(other)).toBe(false);
  });

  test("a backup that has changed is refused, and nothing of it is left in place", async () => {
    await (await inUse(100)).close();
    await run("backup", copy, "--data", data);
    const name = (await readdir(join(copy, "journal"))).sort()[0] ?? "";
    const bytes = await Bun.file(join(copy, "journal", name)).bytes();
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    await Bun.write(join(copy, "journal", name), bytes);
    const { code, stderr } = await run("restore", copy, "--data", other);
    expect(code).toBe(1);
    expect(stderr).toContain(`${name} is not what was backed up`);
    expect(existsSync(other)).toBe(false);
    expect((await readdir(root)).sort()).toEqual(["copy", "data"]);
  });

  test("a restore fills the folder that is there, be it a link or all that one may write to, and keeps it where it fails", async () => {
    await (await inUse(20)).close();
    await run("backup", copy, "--data", data);
    mkdirSync(join(other, "lost+found"), { recursive: true });
    const before = statSync(other).ino;
    symlinkSync(other, join(root, "link"));
    const list = join(copy, "backup.json");
    const text = readFileSync(list, "utf8");
    writeFileSync(list, text.replace(/"sha256": "../, '"sha256": "zz'));
    expect((await run("restore", copy, "--data", join(root, "link"))).stderr).toContain("is not what was backed up");
    expect(readdirSync(other)).toEqual(["lost+found"]);
    writeFileSync(list, text);
    expect((await run("restore", copy, "--data", join(root, "link"))).code).toBe(0);
    expect(readdirSync(other).sort()).toEqual(["control.db", "journal", "lost+found"]);
    expect([statSync(other).ino, lstatSync(join(root, "link")).isSymbolicLink()]).toEqual([before, true]);
    rmSync(join(copy, "control.db"));
    expect((await run("restore", copy, "--data", join(root, "new"))).stderr).toContain(`DIR: ${join(copy, "control.db")} could not be copied`);
    expect(existsSync(join(root, "new"))).toBe(false);
  });

  test("a backup that fails leaves an empty folder empty, so that it can be tried again", async () => {
    await (await inUse(20)).close();
    mkdirSync(copy);
    for (const ending of ["-wal", "-shm"]) rmSync(`${controlFile(data)}${ending}`, { force: true });
    writeFileSync(controlFile(data), "x".repeat(9_000));
    expect((await run("backup", copy, "--data", data)).stderr).toContain(`--data: ${controlFile(data)} cannot be used`);
    expect(readdirSync(copy)).toEqual([]);
  });
});
