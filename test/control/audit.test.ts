import { Database } from "bun:sqlite";
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyAudit } from "../../src/control/audit.ts";
import { canonicalJson } from "../../src/control/canonical-json.ts";
import { type Control, openControl } from "../../src/control/control.ts";
import { checkControl } from "../../src/control/copy.ts";
import { silentLog } from "../../src/log.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-audit-"));
let files = 0;
const open: Control[] = [];
afterEach(() => {
  for (const control of open.splice(0)) control.close();
});
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function freshFile() {
  const path = join(folder, `${++files}.sqlite`);
  const control = openControl(path, { now: () => 1_700_000_000_000, log: silentLog });
  open.push(control);
  return { path, control };
}

const doer = { actor: "token:tok_1", name: "billing", address: "192.0.2.1", action: "POST /pools", subjectId: null };
const pool = { name: "A", host: "a.example", port: 3333, tls: false, username: "u", password: "hunter2" };

function addPool(control: Control, name: string) {
  const made = control.pools.create({ ...pool, name });
  if (!made.ok) throw new Error(made.rule);
  return made.value;
}

function entries(control: Control) {
  const list = control.audit.list({}, 100);
  if (!list.ok) throw new Error(list.rule);
  return list.value;
}

test("a change in somebody's name leaves who, what, before and after, and no password", async () => {
  const { control } = freshFile();
  const made = control.audit.during(doer, () => addPool(control, "A"));
  control.audit.during({ ...doer, action: "PATCH /pools/{id}", subjectId: made.id }, () =>
    control.pools.update(made.id, { host: "b.example", password: "other" }, null),
  );
  control.audit.during(doer, () => control.pools.remove(made.id, null));
  const [added, changed, removed] = entries(control);
  expect(added).toMatchObject({ actor: "token:tok_1", name: "billing", address: "192.0.2.1", action: "POST /pools", subjectId: made.id });
  expect(added?.changes[0]).toMatchObject({ kind: "pool", id: made.id, before: null, after: { host: "a.example", password: "(secret)" } });
  expect(changed?.changes).toEqual([
    { kind: "pool", id: made.id, before: { host: "a.example", password: "(secret)" }, after: { host: "b.example", password: "(another secret)" } },
  ]);
  expect(removed?.changes[0]).toMatchObject({ before: { host: "b.example" }, after: null });
  expect(JSON.stringify(entries(control))).not.toMatch(/hunter2|other"/);
  expect(await control.audit.verify(() => Promise.resolve())).toEqual({ entries: 3, broken: null });
});

test("the chain is counted in pieces, and what is written between them is counted too", async () => {
  const { control } = freshFile();
  for (let at = 0; at < 150; at++) control.audit.during(doer, () => addPool(control, `p${at}`));
  let rests = 0;
  const rest = () => {
    rests += 1;
    if (rests === 1) control.audit.during(doer, () => addPool(control, "meanwhile"));
    return Promise.resolve();
  };
  expect(await control.audit.verify(rest)).toEqual({ entries: 151, broken: null });
  expect(rests).toBe(2);
});

test("what is undone leaves nothing, nor what the hub does itself, nor what changes nothing", () => {
  const { control } = freshFile();
  addPool(control, "own");
  const undo = new Error("undo");
  const fails = () =>
    control.audit.during(doer, () =>
      control.transaction(() => {
        addPool(control, "A");
        throw undo;
      }),
    );
  expect(fails).toThrow(undo);
  control.audit.during(doer, () =>
    control.transaction(() => {
      try {
        control.transaction(() => {
          addPool(control, "inner");
          throw undo;
        });
      } catch {
        // Only the inner part is undone.
      }
      addPool(control, "outer");
    }),
  );
  control.audit.during(doer, () => control.transaction(() => control.pools.all()));
  expect(entries(control).map(({ changes }) => changes.map(({ after }) => after?.["name"]))).toEqual([["outer"]]);
});

test("a change that no table tells of is on record all the same; what a timer does later is not", async () => {
  const { control } = freshFile();
  const event = { type: "pool.tested", subjectKind: "pool", subjectId: "pol_1", text: "tested" };
  control.audit.during(doer, () => control.events.append(event));
  expect(entries(control)).toMatchObject([{ told: ["tested"], changes: [], subjectId: "pol_1" }]);
  let late: Promise<void> = Promise.resolve();
  await control.audit.during(doer, async () => {
    await Promise.resolve();
    late = new Promise((resolve) => {
      setTimeout(() => {
        addPool(control, "late");
        resolve();
      });
    });
  });
  await late;
  expect(entries(control)).toHaveLength(1);
});

test("lists by time, subject and actor, onwards and backwards", () => {
  const { control } = freshFile();
  const one = control.audit.during(doer, () => addPool(control, "A"));
  control.audit.during({ ...doer, actor: "user:usr_1" }, () => addPool(control, "B"));
  const [first, second] = entries(control);
  const found = (query: object) => {
    const list = control.audit.latest(query, 10);
    return list.ok ? list.value.map(({ id }) => id) : list.rule;
  };
  expect(found({})).toEqual([second?.id, first?.id] as never);
  expect(found({ subject: one.id })).toEqual([first?.id] as never);
  expect(found({ actor: "user:usr_1" })).toEqual([second?.id] as never);
  expect(found({ after: first?.id })).toEqual([second?.id] as never);
  expect(found({ toMs: 1_700_000_000_000 })).toEqual([]);
  expect(found({ after: "aud_none" })).toBe("must be the id of an entry of the audit log");
});

test("the table takes no change and no removal; one made behind its back is found, with the entry", () => {
  const forge = (sql: string) => {
    const { path, control } = freshFile();
    for (const name of ["A", "B", "C"]) control.audit.during(doer, () => addPool(control, name));
    const ids = entries(control).map(({ id }) => id);
    const file = new Database(path);
    expect(() => file.run(sql)).toThrow("the audit log is only added to");
    file.run("DROP TRIGGER audit_keeps_rows; DROP TRIGGER audit_keeps_all_rows;");
    file.run(`PRAGMA foreign_keys = OFF; ${sql}`);
    const { broken } = verifyAudit(file);
    file.close();
    expect(checkControl(path).audit.broken).toEqual(broken);
    return [ids.indexOf(broken?.id ?? ""), broken?.text];
  };
  expect(forge("UPDATE audit SET entry = replace(entry, 'a.example', 'z.example') WHERE no = 2")).toEqual([1, "entry 2 is not what was written"]);
  expect(forge("UPDATE audit SET actor = 'user:usr_2' WHERE no = 3")).toEqual([2, "the columns of entry 3 are not what was written"]);
  expect(forge("DELETE FROM audit WHERE no = 1")).toEqual([1, "entry 1 is gone"]);
  expect(forge("DELETE FROM audit WHERE no = 3")).toEqual([-1, "entries 3 to 3 are gone"]);
});

test("canonical JSON has one text for one value", () => {
  expect(canonicalJson({ b: 1, a: [{ d: null, c: 2n }] })).toBe('{"a":[{"c":"2","d":null}],"b":1}');
});

test("what is kept of a thing in a table of its own is part of the record: a profile's pools, a contract's places", () => {
  const { control } = freshFile();
  const must = <T>(made: { ok: true; value: T } | { ok: false; rule: string }): T => {
    if (!made.ok) throw new Error(made.rule);
    return made.value;
  };
  const [a, b] = [addPool(control, "A"), addPool(control, "B")];
  const customer = must(control.customers.create({ name: "Hashhaus" }));
  const fleet = control.fleets.ensureMain();
  const changesOf = (work: () => unknown) => {
    control.audit.during(doer, work);
    return entries(control).at(-1)?.changes[0];
  };
  expect(changesOf(() => control.profiles.create({ name: "P", poolNos: [a.no, b.no] }))).toMatchObject({
    before: null,
    after: { pool_nos: [a.no, b.no], algorithm: "sha256d" },
  });
  const profile = control.profiles.all()[0];
  const turned = changesOf(() => control.profiles.update(profile?.id ?? "", { poolNos: [b.no, a.no] }, null));
  expect(turned).toMatchObject({ before: { pool_nos: [a.no, b.no] }, after: { pool_nos: [b.no, a.no] } });
  const terms = { customerNo: customer.no, fleetNo: fleet.no, profileNo: profile?.no ?? 0, method: "miners", by: "token:tok_1" } as const;
  const sold = changesOf(() => control.contracts.create({ ...terms, promise: { rigCount: 2, rigNominalHps: 100 } }));
  expect(sold?.after?.["places"]).toHaveLength(2);
  const contract = control.contracts.all()[0];
  const fewer = changesOf(() => control.contracts.change(contract?.id ?? "", { promise: { rigCount: 1 } }, { by: "token:tok_1" }));
  expect(fewer?.before?.["places"]).toHaveLength(2);
  expect(fewer?.after?.["places"]).toHaveLength(1);
});
