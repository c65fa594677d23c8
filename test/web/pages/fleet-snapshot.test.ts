import { expect, test } from "bun:test";
import { LiveFigures } from "../../../src/web/live-figures.ts";
import { FleetSnapshots } from "../../../src/web/pages/fleet-snapshot.ts";
import { testWeb } from "../test-web.ts";

test("a change of ours is seen at once, though the rigs were being read when it was made", async () => {
  const { control, deps } = testWeb();
  const rigs = control.rigs.enrol(Array.from({ length: 300 }, (_, at) => ({ fleetNo: 1, name: `r${at}`, nominalHps: 1e14 })));
  const snapshots = new FleetSnapshots(deps, new LiveFigures(deps));
  const reading = snapshots.current();
  control.rigs.update(rigs[0]?.id ?? "", { name: "changed" }, null);
  snapshots.forget();
  await reading;
  expect((await snapshots.current()).rigs.map(({ rig }) => rig.name)).toContain("changed");
});
