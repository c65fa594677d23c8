import { expect, test } from "bun:test";
import { openControl } from "../../src/control/control.ts";
import type { EventInput } from "../../src/control/events.ts";
import { NominalHints } from "../../src/hub/nominal-hints.ts";
import { RosterRig } from "../../src/hub/roster.ts";
import { silentLog } from "../../src/log.ts";
import { passwordHints } from "../../src/stratum/v1/worker-names.ts";

test("a hint that cannot be read changes nothing and is told once, without repeating the password", () => {
  const control = openControl(":memory:", { now: Date.now, log: silentLog });
  const fleetNo = control.fleets.ensureMain().no;
  const [enrolled] = control.rigs.enrol([{ fleetNo, name: "s19-1", nominalHps: 1e14 }]);
  if (enrolled === undefined) throw new Error("not enrolled");
  const made = { value: enrolled };
  const events: EventInput[] = [];
  const hints = new NominalHints(control.rigs, (event) => events.push(event));
  const rig = new RosterRig(made.value);
  const login = (password: string) => hints.note(rig, passwordHints(password));
  login("h=12 bananas");
  login("h=12 bananas");
  hints.write();
  expect(control.rigs.byNo(rig.no)?.nominalHps).toBe(1e14);
  expect(events.map(({ type, subjectId }) => [type, subjectId])).toEqual([["rig.hint-unread", made.value.id]]);
  expect(events[0]?.text).toBe("s19-1 has a hint in its password that is ignored: h= must be a hashrate above 0, such as 100T or 100 TH/s");
  expect(rig.unreadHints).toHaveLength(1);
  login("h=120T");
  hints.write();
  expect([control.rigs.byNo(rig.no)?.nominalHps, rig.unreadHints]).toEqual([1.2e14, []]);
  // A rig whose passwords take turns does not fill the list of events.
  login("h=lots");
  expect([events.length, rig.unreadHints.length]).toEqual([1, 1]);
});

test("who logs in by the name of a rig that is out of vetting does not say what it is reckoned at", () => {
  const control = openControl(":memory:", { now: Date.now, log: silentLog });
  const fleetNo = control.fleets.ensureMain().no;
  const [enrolled] = control.rigs.enrol([{ fleetNo, name: "s19-1", nominalHps: 1e14 }]);
  if (enrolled === undefined) throw new Error("not enrolled");
  control.rigs.setStatus([{ rigNo: enrolled.no, status: "online", reason: { code: "vetted", text: "" } }]);
  const events: EventInput[] = [];
  const hints = new NominalHints(control.rigs, (event) => events.push(event));
  const rig = new RosterRig(enrolled);
  for (const password of ["h=900P", "h=1", "h=100T"]) {
    hints.note(rig, passwordHints(password));
    hints.write();
    expect([rig.nominalHps, control.rigs.byNo(rig.no)?.nominalHps]).toEqual([1e14, 1e14]);
  }
  expect(events.map(({ text }) => text)).toEqual([
    "s19-1 has a hint in its password that is ignored: h= counts until its rig is out of vetting; after that its nominal is changed on its page",
  ]);
  expect(rig.unreadHints).toEqual([]);
});
