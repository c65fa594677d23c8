import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import { openSideDoor } from "../../src/cli/side-door.ts";
import { controlFile } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import { silentLog } from "../../src/log.ts";
import { aShare } from "../ledger/ledger-folder.ts";
import { fakeConsole } from "./fake-console.ts";

const tight = { commitRecordsMax: 16, slabBytes: 4_096, segmentBytesMax: 8_192, segmentAheadBytes: 1_024, freshBytesMax: 2_048, loadGroupRows: 50 };

let data = "";
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "ledger-cli-"));
  openControl(controlFile(data), { now: Date.now, log: silentLog }).close();
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const edges = fakeConsole("");
  const code = await runCli(argv, {}, { startHub: () => Promise.reject(new Error("no hub")) }, edges);
  return { code, stdout: edges.stdout, stderr: edges.stderr };
}

const open = (dataDir = data) => openLedger({ dataDir, log: silentLog, now: Date.now, limits: { ...tight, loadIntervalMs: 3_600_000 }, onFatal: () => {} });

/** Shares of all fates, late verdicts among them. */
async function filled(ledger: Ledger): Promise<void> {
  for (let no = 0; no < 400; no++) {
    const sequence = ledger.append(aShare({ rigNo: no % 7, difficulty: 1_000.7 + no, poolVerdict: no % 5 === 0 ? "unanswered" : "accepted", answeredMs: no }));
    if (no % 20 === 0) ledger.appendVerdict(sequence, { poolVerdict: "rejected", reason: "stale share", answeredMs: 4_000 });
    if (no % 9 === 0) ledger.append(aShare({ hubVerdict: "stale", algorithm: "scrypt", difficulty: 1e18, poolDifficulty: 1e18 }));
  }
  await ledger.flush();
}

/** As beside a running hub: the ledger is open here and asked through its door. */
async function besideHub(use: (ledger: Ledger) => Promise<void>, dataDir = data): Promise<void> {
  const ledger = await open(dataDir);
  const door = openSideDoor(dataDir, ledger);
  try {
    await use(ledger);
  } finally {
    await door.close();
    await ledger.close();
  }
}

describe("doctor", () => {
  test("tells of both copies beside a running hub and without one, and that all is well", async () => {
    await besideHub(async (ledger) => {
      await filled(ledger);
      expect(statSync(join(data, "hub.sock")).mode & 0o777).toBe(0o600);
      const { code, stdout } = await run("doctor", "--data", data, "--json");
      const found = JSON.parse(stdout);
      expect(code).toBe(0);
      expect(found).toMatchObject({ hub_runs: true, problems: [], control: { problems: [] }, ledger: { lag: 0, database: { problem: null } } });
      expect(found.ledger.journal.last_sequence).toBe(ledger.durableThrough);
      expect(found.ledger.database.shares).toBe(445);
    });
    const alone = await run("doctor", "--data", data);
    expect(alone.code).toBe(0);
    expect(alone.stdout).toContain("hub       does not run\n");
    expect(alone.stdout).toMatch(/journal {3}\d+ segments \(0 compressed\), .* of 64\.0 GiB; records 1 to \d+, on disk to \d+\n/);
    expect(alone.stdout).toContain("445 shares");
    expect(alone.stdout).toContain("repairs   none\n");
  });

  test("names damage, ends with 1, and leaves everything as it was", async () => {
    const ledger = await open();
    await filled(ledger);
    await ledger.close();
    await Bun.write(join(data, "ledger.duckdb"), new Uint8Array(20_000).fill(7));
    for (const ending of ["", "-wal", "-shm"]) rmSync(`${controlFile(data)}${ending}`, { force: true });
    await Bun.write(controlFile(data), "x".repeat(8_000));
    const before = (await readdir(data)).sort();
    const { code, stdout } = await run("doctor", "--data", data);
    expect(code).toBe(1);
    expect(stdout).toMatch(/PROBLEM {3}the database of shares can't be opened/);
    expect(stdout).toMatch(/PROBLEM {3}control database: /);
    expect((await readdir(data)).sort()).toEqual(before);
  });

  test("says which folder has nothing of a hub", async () => {
    const { code, stderr } = await run("doctor", "--data", join(data, "nowhere"));
    expect(code).toBe(1);
    expect(stderr).toContain(`--data: ${join(data, "nowhere")} holds no data of a hub`);
    expect((await readdir(data)).includes("nowhere")).toBe(false);
  });

  test("works where the folder's path is too long for a socket", async () => {
    const long = join(data, "x".repeat(120));
    await mkdir(long);
    await besideHub(async () => {
      expect((await run("doctor", "--data", long)).stdout).toContain("hub       runs\n");
    }, long);
  });
});

describe("export", () => {
  const window = ["--from", "2025-01-01", "--to", "2026-01-01T00:00:00Z"];

  test("shares as CSV beside a running hub, work as Parquet without one: the sums are those of the shares, ids those of the API", async () => {
    const control = openControl(controlFile(data), { now: Date.now, log: silentLog });
    const fleet = control.fleets.all()[0];
    const [enrolled] = control.rigs.enrol([{ fleetNo: fleet?.no ?? 0, name: "one", nominalHps: 0 }]);
    control.close();
    const [csv, parquet] = [join(data, "out", "shares.csv"), join(data, "work.parquet")];
    await besideHub(async (ledger) => {
      await filled(ledger);
      expect(await run("export", "shares", ...window, "--out", csv, "--data", data)).toEqual({ code: 0, stdout: "", stderr: `wrote 445 rows to ${csv}\n` });
    });
    const lines = (await Bun.file(csv).text()).trimEnd().split("\n");
    expect(lines[0]).toBe(
      "sequence,at,rig_id,contract_id,pool_id,algorithm,difficulty,work_hashes,pool_difficulty,pool_work_hashes,hub_verdict,pool_verdict,reason,answered_ms",
    );
    expect(lines).toHaveLength(446);
    expect(lines.filter((line) => line.includes(enrolled?.id ?? "?")).length).toBeGreaterThan(50);
    expect(lines.filter((line) => line.includes("rejected,stale share,4000"))).toHaveLength(20);
    expect((await run("export", "work", ...window, "--format", "parquet", "--out", parquet, "--data", data)).code).toBe(0);
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll(`SELECT sum(accepted_shares)::INTEGER, count(DISTINCT rig_id)::INTEGER FROM '${parquet}'`);
    expect(rows.getRows()).toEqual([[400, 1]]);
    connection.closeSync();
    instance.closeSync();
    expect((await readdir(join(data, "exports"))).filter((name) => /csv|parquet/.test(name))).toEqual([]);
  });

  test.each([
    [["export", "--from", "2025-01-01"], "must be one of shares, work"],
    [["export", "shares", "--to", "2025-01-01"], "--from: must be given"],
    [["export", "shares", "--from", "yesterday", "--to", "2025-01-01"], "--from: must be a day or a time"],
    [["export", "shares", "--from", "2025-02-01", "--to", "2025-01-01"], "--to: must be after --from"],
    [["export", "work", ...window, "--format", "xls", "--out", "x"], "--format: must be one of csv, parquet"],
    [["export", "work", ...window, "--out", "/etc/hostname"], "--out: /etc/hostname must not exist"],
  ])("wrong usage names the flag: %p", async (argv, words) => {
    const { code, stderr } = await run(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe("ledger verify", () => {
  test("the copies agree beside a running hub and without one, segments compressed or not", async () => {
    await besideHub(async (ledger) => {
      await filled(ledger);
      const { code, stdout } = await run("ledger", "verify", "--data", data);
      expect(stdout).toContain("they agree");
      expect(stdout).toContain("journal   445 shares");
      expect(stdout).toContain("accepted, rejected: 20,");
      expect(code).toBe(0);
    });
    expect((await run("ledger", "verify", "--data", data)).code).toBe(0);
  });

  test.each([
    ["a row is gone", "DELETE FROM shares WHERE sequence = 200", 200],
    ["a row is there twice", "INSERT INTO shares SELECT * FROM shares WHERE sequence = 201", 201],
    ["a share is another rig's", "UPDATE shares SET rig_no = rig_no + 1 WHERE sequence = 202", 202],
    ["a verdict is another", "UPDATE shares SET pool_verdict = 2 WHERE sequence = 203", 203],
    ["work is off by one", "UPDATE shares SET work = work + 1 WHERE sequence = 204", 204],
  ])("where %s it ends with 1 and names the sequence", async (_, sql, sequence) => {
    const ledger = await open();
    await filled(ledger);
    await ledger.close();
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(join(data, "ledger.duckdb"));
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    const { code, stdout } = await run("ledger", "verify", "--data", data);
    expect(stdout).toContain(`DIFFERENT first at records ${sequence} to ${sequence}\n`);
    expect(code).toBe(1);
    expect(JSON.parse((await run("ledger", "verify", "--data", data, "--json")).stdout).difference).toEqual({ from_sequence: sequence, to_sequence: sequence });
  });

  test("a hole in the journal is named, and what both hold is compared all the same", async () => {
    const ledger = await open();
    await filled(ledger);
    await ledger.close();
    const names = (await readdir(join(data, "journal"))).filter((name) => name.endsWith(".seg")).sort();
    await Bun.file(join(data, "journal", names[1] ?? "")).delete();
    const [from, to] = [Number(names[1]?.slice(0, 16)), Number(names[2]?.slice(0, 16)) - 1];
    const { code, stdout } = await run("ledger", "verify", "--data", data);
    expect(stdout).toContain(`MISSING   the journal has no whole record ${from} to ${to}\n`);
    expect(stdout).toContain("they agree");
    expect(code).toBe(1);
  });
});
