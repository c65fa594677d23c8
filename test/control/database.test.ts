import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";
import { ControlOpenError } from "../../src/control/migrations.ts";
import { silentLog } from "../../src/log.ts";
import { inFolder, must, startMs, testControl } from "./test-control.ts";

const options = { now: () => startMs, log: silentLog };

describe("opening", () => {
  test("makes a file that only its owner may read, with the fleet main, and finds everything again", () =>
    inFolder((folder) => {
      const path = join(folder, "control.sqlite");
      const first = openControl(path, options);
      const main = first.fleets.byName("main");
      must(first.pools.create({ name: "p", host: "pool.example", port: 1, username: "u", password: "pw" }));
      for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
      first.close();
      const second = openControl(path, options);
      expect(second.fleets.all()).toEqual(main === null ? [] : [main]);
      expect(second.fleets.byName("main")).toMatchObject({ algorithm: "sha256d", method: "threshold", toleranceBp: 1_000, disconnectGraceS: 15, held: null });
      expect(second.pools.all()[0]?.password.reveal()).toBe("pw");
      second.close();
    }));

  test("refuses a file of a newer version, and says what to do", () =>
    inFolder((folder) => {
      const path = join(folder, "control.sqlite");
      openControl(path, options).close();
      const newer = new Database(path);
      newer.run("INSERT INTO migrations (version, name, applied_at_ms) VALUES (4711, 'future', 0)");
      newer.close();
      expect(() => openControl(path, options)).toThrow(ControlOpenError);
      expect(() => openControl(path, options)).toThrow(/newer version \(schema 4711; this one knows \d+\): install that version/);
    }));

  test("refuses a SQLite file of another program and leaves it as it is", () =>
    inFolder((folder) => {
      const path = join(folder, "other.sqlite");
      const other = new Database(path);
      other.run("CREATE TABLE songs (title TEXT)");
      other.close();
      expect(() => openControl(path, options)).toThrow(/another program/);
      const tables = new Database(path).query("SELECT name FROM sqlite_schema").all();
      expect(tables).toEqual([{ name: "songs" }]);
    }));
});

describe("a transaction", () => {
  test("leaves nothing behind when it throws, and tells nobody", () => {
    const { control } = testControl();
    let told = 0;
    control.events.onAppend(() => {
      told += 1;
    });
    const failing = () =>
      control.transaction(() => {
        must(control.fleets.create({ name: "second" }));
        control.events.append({ type: "fleet.created", subjectKind: "fleet", subjectId: null, text: "second" });
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect(control.fleets.all().map(({ name }) => name)).toEqual(["main"]);
    expect(control.events.latest(10)).toEqual([]);
    expect(told).toBe(0);
  });

  test("an inner one that throws takes back only its own part", () => {
    const { control } = testControl();
    control.transaction(() => {
      must(control.fleets.create({ name: "outer" }));
      expect(() =>
        control.transaction(() => {
          must(control.fleets.create({ name: "inner" }));
          throw new Error("no");
        }),
      ).toThrow("no");
    });
    expect(control.fleets.all().map(({ name }) => name)).toEqual(["main", "outer"]);
  });

  test("must not be asynchronous", () => {
    const { control } = testControl();
    expect(() => void control.transaction(() => Promise.resolve(1))).toThrow(/asynchronous/);
  });
});

test("a second process adds a user while this one has the file open, and its event wakes those who wait here", () =>
  inFolder(async (folder) => {
    const path = join(folder, "control.sqlite");
    const control = openControl(path, options);
    let told = 0;
    control.events.onAppend(() => {
      told += 1;
    });
    const script = `
      import { openControl } from ${JSON.stringify(join(import.meta.dir, "../../src/control/control.ts"))};
      import { silentLog } from ${JSON.stringify(join(import.meta.dir, "../../src/log.ts"))};
      const control = openControl(${JSON.stringify(path)}, { now: () => ${startMs}, log: silentLog });
      const added = await control.users.add({ email: "Second@Example.org", role: "viewer", password: "a long password" });
      control.events.append({ type: "user.added", subjectKind: "user", subjectId: added.value.id, text: "added" });
      control.close();`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
    // Meanwhile this process writes, too: neither may fail because the other holds the lock.
    for (let turn = 0; turn < 20; turn += 1) control.rigs.enrol([{ fleetNo: 1, name: `rig-${turn}`, nominalHps: null }]);
    expect(await child.exited, await new Response(child.stderr).text()).toBe(0);
    expect(control.users.byEmail("second@example.org")).toMatchObject({ role: "viewer", name: "second" });
    told = 0;
    control.events.flush();
    control.events.flush();
    expect(told).toBe(1);
    expect(must(control.events.after(null, 1_000)).some(({ type }) => type === "user.added")).toBe(true);
    control.close();
  }));
