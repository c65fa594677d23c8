import { expect, test } from "bun:test";
import { LiveFigures } from "../../../src/web/live-figures.ts";
import { FleetSnapshots } from "../../../src/web/pages/fleet-snapshot.ts";
import { RigRows } from "../../../src/web/pages/rig-rows.ts";
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

test("rigs that come, change or go are seen, whoever wrote them; the others are not read again", async () => {
  const { control, deps } = testWeb();
  const named = (name: string) => ({ fleetNo: 1, name, nominalHps: 1e14 });
  const rigs = control.rigs.enrol(Array.from({ length: 250 }, (_, at) => named(`r${at}`)));
  const rows = new RigRows(deps);
  const first = (await rows.read()).rigs;
  expect(first.map(({ name }) => name).slice(0, 3)).toEqual(["r0", "r1", "r2"]);
  const [one, other, gone, seen] = rigs;
  if (one === undefined || other === undefined || gone === undefined || seen === undefined) throw new Error("no rigs");
  control.rigs.setStatus([{ rigNo: one.no, status: "offline", reason: { code: "test", text: "" } }]);
  control.rigs.setNominal([{ rigNo: other.no, nominalHps: 2e14, source: "learned" }]);
  control.rigs.setSeen([{ rigNo: seen.no, atMs: deps.now() + 60_000 }]);
  control.rigs.remove(gone.id, null);
  control.rigs.enrol([named("r7a")]);
  const { rigs: later } = await rows.read();
  const row = (name: string) => later.find((rig) => rig.name === name);
  expect(row("r0")?.status).toBe("offline");
  expect(row("r1")?.nominalHps).toBe(control.rigs.byNo(other.no)?.nominalHps ?? null);
  expect(row("r3")?.lastSeenMs).toBe(deps.now() + 60_000);
  expect(row("r2")).toBeUndefined();
  expect(later.map(({ name }) => name).slice(5, 8)).toEqual(["r6", "r7", "r7a"]);
  expect(later).toHaveLength(250);
  expect(row("r9")).toBe(first[9]);
});
