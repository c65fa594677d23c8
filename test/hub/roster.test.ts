import { expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import { limits } from "../../src/hub/limits.ts";
import { Roster } from "../../src/hub/roster.ts";
import { silentLog } from "../../src/log.ts";

test("names cost nothing, so that rigs enrol themselves only up to a bound", () => {
  const control = openControl(":memory:", { now: Date.now, log: silentLog });
  const fleetNo = control.fleets.ensureMain().no;
  const [row] = control.rigs.enrol([{ fleetNo, name: "r", nominalHps: null }]);
  if (row === undefined) throw new Error("not enrolled");
  let known = limits.selfEnrolledMax - 1;
  const rigs = {
    all: () => Array.from({ length: known }, (_, at) => ({ ...row, no: at + 1, name: `r${at}` })),
    aliases: () => [],
    merged: () => new Map(),
    enrol: () => [],
  };
  const roster = new Roster({ control: { rigs, fleets: control.fleets, profiles: control.profiles }, now: Date.now, failed: () => {} });
  expect(roster.noRoom).toBeNull();
  known += 1;
  roster.reload();
  expect(roster.noRoom).toBe("50000 rigs are known, and more do not enrol themselves: enter it by hand, or remove some");
});
