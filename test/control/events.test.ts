import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import { inFolder, must, refused, startMs, testControl } from "./test-control.ts";

const event = (text: string) => ({ type: "test.said", subjectKind: "hub", subjectId: null, text });

describe("events", () => {
  test("what bears on a contract: its own, its pools', rigs that stepped in, and what became of rigs while they served it", () => {
    const { control, clock } = testControl();
    const contract = { no: 7, id: "ctr_7" };
    const [a, b] = control.rigs.enrol(["a", "b"].map((name) => ({ fleetNo: 1, name, nominalHps: null })));
    const say = (type: string, subjectId: string | null, data: object = {}) =>
      control.events.append({ type, subjectKind: type.split(".")[0] ?? "", subjectId, text: `${type} ${clock.nowMs - startMs}`, data: { ...data } });
    const serve = (contractNo: number | null) =>
      control.allocations.assign([{ rigNo: a?.no ?? 0, contractNo, reason: { code: "test", text: "" }, decidedBy: "planner" }]);
    say("rig.status-changed", a?.id ?? "", { to: "online" });
    clock.nowMs += 10;
    serve(contract.no);
    say("contract.changed", contract.id);
    say("pool.failover", "pol_1", { contract_id: contract.id });
    say("pool.state-changed", "pol_1", { contract_id: contract.id });
    say("pool.failover", "pol_1", { contract_id: "ctr_8" });
    say("rig.moved", b?.id ?? "", { contract_id: contract.id, code: "replaces" });
    say("rig.moved", b?.id ?? "", { contract_id: contract.id, code: "fills" });
    say("rig.status-changed", b?.id ?? "", { to: "offline" });
    say("rig.status-changed", a?.id ?? "", { to: "offline" });
    clock.nowMs += 10;
    serve(null);
    clock.nowMs += 10;
    say("rig.status-changed", a?.id ?? "", { to: "online" });
    say("contract.degraded", contract.id);
    const told = (fromMs: number, toMs: number, limit = 100) => control.events.ofContract({ contract, fromMs, toMs, limit }).map(({ text }) => text);
    const first = ["rig.status-changed 10", "rig.moved 10", "pool.failover 10", "contract.changed 10"];
    expect(told(startMs, startMs + 1_000)).toEqual(["contract.degraded 30", ...first]);
    expect(told(startMs + 10, startMs + 30)).toEqual(first);
    expect(told(startMs + 11, startMs + 30)).toEqual([]);
    expect(told(startMs, startMs + 1_000, 2)).toEqual(["contract.degraded 30", "rig.status-changed 10"]);
  });

  test("are read in order after a cursor, which is an id", () => {
    const { control } = testControl();
    control.events.append(event("1"), event("2"), { ...event("3"), atMs: 5, data: { a: [1, null, "ü\u2028"] } });
    const all = must(control.events.after(null, 10));
    expect(all.map(({ text }) => text)).toEqual(["1", "2", "3"]);
    expect(all[0]).toMatchObject({ atMs: startMs, data: {} });
    expect(all[2]).toMatchObject({ atMs: 5, data: { a: [1, null, "ü\u2028"] } });
    expect(must(control.events.after(all[0]?.id ?? "", 1)).map(({ text }) => text)).toEqual(["2"]);
    expect(must(control.events.after(all[2]?.id ?? "", 1))).toEqual([]);
    expect(refused(control.events.after("evt_nobody", 1))).toBe("invalid after");
  });

  test("recorded ones wait for the flush, keep their own time, and survive the end", () => {
    const { control, clock } = testControl();
    let told = 0;
    const stop = control.events.onAppend(() => {
      told += 1;
    });
    control.events.record(event("noted"));
    clock.nowMs += 150;
    expect(control.events.latest(1)).toEqual([]);
    control.events.flush();
    expect(control.events.latest(1)).toMatchObject([{ text: "noted", atMs: startMs }]);
    expect(told).toBe(1);
    control.events.flush();
    expect(told).toBe(1);
    stop();
    control.events.append(event("unheard"));
    expect(told).toBe(1);
  });

  test("listeners hear of a transaction's events once it is on disk", () => {
    const { control } = testControl();
    const heard: string[] = [];
    control.events.onAppend(() => heard.push(control.events.latest(1)[0]?.text ?? ""));
    control.transaction(() => {
      control.events.append(event("1"));
      control.events.append(event("2"));
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(["2"]);
  });

  test("the buffer is bounded: more than it holds is written at once", () => {
    const { control } = testControl();
    for (let count = 0; count < 2_001; count += 1) control.events.record(event(String(count)));
    expect(control.events.latest(1)).toMatchObject([{ text: "2000" }]);
  });
});

describe("while the disk takes no events", () => {
  /** Another program's hand on the file stands for the full disk: every row is refused until `recover`. */
  const refuse = (path: string) => {
    const other = new Database(path);
    other.run("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    return () => {
      other.run("DROP TRIGGER full");
      other.close();
    };
  };

  test("recorded ones wait, in order, and are written once when it takes them again", () =>
    inFolder((folder) => {
      const path = join(folder, "control.db");
      const control = openControl(path, { now: () => startMs, log: silentLog });
      const recover = refuse(path);
      control.events.record(event("1"));
      expect(() => control.events.flush()).toThrow("disk is full");
      expect(control.events.refusedSinceMs).toBe(startMs);
      control.events.record(event("2"));
      expect(() => control.events.flush()).toThrow("disk is full");
      recover();
      control.events.flush();
      control.events.flush();
      const [told, ...kept] = must(control.events.after(null, 10));
      expect(told).toMatchObject({ type: "hub.disk-refused", text: expect.stringContaining("took no changes for 1 s") });
      expect(kept.map(({ text }) => text)).toEqual(["1", "2"]);
      expect(control.events.refusedSinceMs).toBeNull();
      control.close();
    }));

  test("recording goes on without an error and within bounds, and what was lost is told", () =>
    inFolder((folder) => {
      const path = join(folder, "control.db");
      const control = openControl(path, { now: () => startMs, log: silentLog });
      const recover = refuse(path);
      for (let count = 0; count < 20_007; count += 1) control.events.record(event(String(count)));
      recover();
      control.events.flush();
      expect(control.events.latest(2)).toMatchObject([{ type: "hub.events-lost", data: { count: 7 } }, { text: "19999" }]);
      control.close();
    }));

  test("the file is closed all the same", () =>
    inFolder((folder) => {
      const path = join(folder, "control.db");
      const control = openControl(path, { now: () => startMs, log: silentLog });
      const recover = refuse(path);
      control.events.record(event("1"));
      expect(() => control.close()).toThrow("disk is full");
      expect(() => control.transaction(() => 0)).toThrow("closed");
      recover();
    }));
});

describe("idempotent requests", () => {
  const request = { principal: "tok_a", key: "k", fingerprint: "POST /pools {}" };
  const answer = { status: 201, body: "{}" };

  test("are done once and answered again, for their principal and for seven days", () => {
    const { control, clock } = testControl();
    expect(control.idempotency.begin(request)).toEqual({ state: "new" });
    expect(control.idempotency.begin(request)).toEqual({ state: "running" });
    expect(control.idempotency.begin({ ...request, fingerprint: "other" })).toEqual({ state: "mismatch" });
    expect(control.idempotency.begin({ ...request, principal: "tok_b" })).toEqual({ state: "new" });
    control.transaction(() => control.idempotency.finish(request, answer));
    expect(control.idempotency.begin(request)).toEqual({ state: "done", answer });
    expect(control.idempotency.begin({ ...request, fingerprint: "other" })).toEqual({ state: "mismatch" });
    clock.nowMs += 7 * 24 * 3_600_000;
    control.prune();
    expect(control.idempotency.begin(request)).toEqual({ state: "new" });
  });

  test("have left nothing when their transaction failed, and may be tried again after abandon", () => {
    const { control } = testControl();
    control.idempotency.begin(request);
    const failing = () =>
      control.transaction(() => {
        control.idempotency.finish(request, answer);
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect(control.idempotency.begin(request)).toEqual({ state: "running" });
    control.idempotency.abandon(request);
    expect(control.idempotency.begin(request)).toEqual({ state: "new" });
  });

  test.each(["", "x".repeat(256), "a\nb"])("refuse the key %j", (key) => {
    expect(testControl().control.idempotency.begin({ ...request, key })).toMatchObject({ state: "invalid" });
  });
});
