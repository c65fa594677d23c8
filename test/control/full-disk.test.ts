import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import { inFolder, must, startMs } from "./test-control.ts";

test("a full disk keeps nobody out: tokens and sessions hold although their use cannot be noted, and it is noted later", () =>
  inFolder(async (folder) => {
    const path = join(folder, "control.db");
    let nowMs = startMs;
    const control = openControl(path, { now: () => nowMs, log: silentLog });
    const { text } = must(control.tokens.create({ name: "monitoring", scopes: ["metrics:read"] }));
    const user = must(await control.users.add({ email: "a@farm.example", role: "owner", password: "long enough for anybody" }));
    const { token } = control.sessions.create({ userNo: user.no, address: "", agent: "" });
    // Another program's hand on the file stands for the full disk.
    const other = new Database(path);
    const tables = ["tokens", "browser_sessions"];
    for (const table of tables) other.run(`CREATE TRIGGER full_${table} BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END`);
    nowMs += 120_000;
    expect(control.tokens.verify(text.reveal(), nowMs)?.name).toBe("monitoring");
    expect(control.sessions.verify(token.reveal(), nowMs)?.userNo).toBe(user.no);
    for (const table of tables) other.run(`DROP TRIGGER full_${table}`);
    other.close();
    control.tokens.verify(text.reveal(), nowMs);
    expect(control.tokens.all()[0]?.lastUsedAtMs).toBe(nowMs);
    control.close();
  }));
