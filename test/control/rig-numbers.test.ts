import { expect, test } from "bun:test";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";
import { blockNumbers } from "../../src/control/rig-numbers.ts";
import { blockRigs, blocksOf } from "../../src/ledger/rig-blocks.ts";
import { silentLog } from "../../src/log.ts";
import { inFolder, must, testControl } from "./test-control.ts";

const everyone = (control: ReturnType<typeof testControl>["control"]) => control.rigs.all().map(({ no }) => no);

test("rigs of two fleets that come in turns do not share the blocks that the ledger counts together", () => {
  expect(blockNumbers).toBe(blockRigs);
  const { control } = testControl();
  const fleetNos = [control.fleets.all()[0]?.no ?? 0, must(control.fleets.create({ name: "other" })).no];
  for (let batch = 0; batch < 20; batch++) {
    control.rigs.enrol(Array.from({ length: 60 }, (_, at) => ({ fleetNo: fleetNos[(at + batch) % 2] as number, name: `r${batch}-${at}`, nominalHps: null })));
    must(control.rigs.create({ fleetNo: fleetNos[batch % 2] as number, name: `entered${batch}` }, "user:usr_1"));
  }
  expect(new Set(everyone(control)).size).toBe(20 * 61);
  for (const fleetNo of fleetNos) expect(blocksOf(control.rigs.numbersOfFleet(fleetNo), everyone(control).join(","))?.rest).toEqual([]);
});

test("the numbers of one fleet follow each other from 1 on", () => {
  const { control } = testControl();
  const fleetNo = control.fleets.all()[0]?.no ?? 0;
  for (let at = 0; at < 600; at++) control.rigs.enrol([{ fleetNo, name: `r${at}`, nominalHps: null }]);
  expect(everyone(control)).toEqual(Array.from({ length: 600 }, (_, at) => at + 1));
});

test("where fleets were mixed before, and after a removal, a number is never dealt twice", () => {
  const { control } = testControl();
  const fleetNo = control.fleets.all()[0]?.no ?? 0;
  const other = must(control.fleets.create({ name: "other" })).no;
  const [a, b] = control.rigs.enrol([
    { fleetNo, name: "a", nominalHps: null },
    { fleetNo, name: "b", nominalHps: null },
  ]);
  must(control.rigs.update(b?.id ?? "", { fleetNo: other }, null));
  must(control.rigs.remove(a?.id ?? "", null));
  const later = control.rigs.enrol([fleetNo, other, fleetNo].map((no, at) => ({ fleetNo: no, name: `later${at}`, nominalHps: null })));
  expect(new Set([a, b, ...later].map((rig) => rig?.no)).size).toBe(5);
});

test("after a restart a block that one rig was moved out of is still its former fleet's", () =>
  inFolder((folder) => {
    const open = () => openControl(join(folder, "control.db"), { now: Date.now, log: silentLog });
    const before = open();
    const fleetNo = before.fleets.all()[0]?.no ?? 0;
    const other = must(before.fleets.create({ name: "other" })).no;
    const [, moved] = before.rigs.enrol(["a", "b"].map((name) => ({ fleetNo, name, nominalHps: null })));
    must(before.rigs.update(moved?.id ?? "", { fleetNo: other }, null));
    before.close();
    const after = open();
    const [rig] = after.rigs.enrol([{ fleetNo: other, name: "c", nominalHps: null }]);
    expect(rig?.no).toBe(blockNumbers);
    after.close();
  }));
