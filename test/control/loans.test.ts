import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import { addProfile, inFolder, must, startMs, testControl } from "./test-control.ts";

const whole = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, afterNo: 0, limit: 100 };

type Control = ReturnType<typeof testControl>["control"];

/** A contract of Anna's, served by a house rig that stands in and by one of Bert's. */
function lending(control: Control) {
  const anna = must(control.customers.create({ name: "Anna" }));
  const bert = must(control.customers.create({ name: "Bert" }));
  const { profile } = addProfile(control);
  const terms = { fleetNo: 1, method: "threshold", promise: { promisedHps: 1e14 }, profileNo: profile.no, by: "user:x" } as const;
  const contract = must(control.contracts.create({ ...terms, customerNo: anna.no }));
  const rig = (name: string, ownerCustomerId: string | null) => must(control.rigs.create({ name, fleetNo: 1, ownerCustomerId }, "user:x"));
  const [house, berts] = [rig("house", null), rig("berts", bert.id)];
  const reason = { code: "replaces", text: "replaces another" };
  const serve = (rigNo: number) => control.allocations.assign([{ rigNo, contractNo: contract.no, profileNo: profile.no, reason, decidedBy: "planner" }]);
  for (const { no } of [house, berts]) serve(no);
  const free = () =>
    control.allocations.assign([house, berts].map(({ no }) => ({ rigNo: no, reason: { code: "given-back", text: "x" }, decidedBy: "planner" })));
  return { anna, bert, house, berts, serve, free };
}

const lenders = (control: Control) => control.loans.range(whole).map(({ rigNo, kind, ownerCustomerId }) => [rigNo, kind, ownerCustomerId]);

test("who lent stays who lent when the rig changes hands, while the loan goes on and after it", () => {
  const { control, clock } = testControl();
  const { anna, bert, house, berts, serve, free } = lending(control);
  const before = [
    [house.no, "stand-in", null],
    [berts.no, "lent", bert.id],
  ];
  expect(lenders(control)).toEqual(before);
  clock.nowMs += 1_000;
  must(control.rigs.update(house.id, { ownerCustomerId: bert.id }, null));
  must(control.rigs.update(berts.id, { ownerCustomerId: anna.id }, null));
  expect(lenders(control)).toEqual(before);
  free();
  expect(lenders(control)).toEqual(before);
  clock.nowMs += 1_000;
  for (const { no } of [house, berts]) serve(no);
  // What begins now is lent by the new owner, and what a customer has of his own is no loan.
  expect(lenders(control)).toEqual([...before, [house.no, "lent", bert.id]]);
});

test("loans from before owners were kept take the owner that the rig has by now", async () => {
  await inFolder((folder) => {
    const path = join(folder, "control.sqlite");
    const open = () => openControl(path, { now: () => startMs, log: silentLog });
    const control = open();
    const { bert, house, berts } = lending(control);
    control.close();
    const older = new Database(path);
    older.run("ALTER TABLE allocations DROP COLUMN owner_customer_id");
    older.run("ALTER TABLE imports DROP COLUMN undo_of");
    older.run("DROP TABLE saved_views");
    for (const index of ["events_by_contract", "customers_by_name", "pools_by_name", "rigs_draining", "rigs_parked"]) older.run(`DROP INDEX ${index}`);
    older.run("DELETE FROM migrations WHERE name >= '0018'");
    older.close();
    const again = open();
    expect(lenders(again)).toEqual([
      [house.no, "stand-in", null],
      [berts.no, "lent", bert.id],
    ]);
    again.close();
  });
});
