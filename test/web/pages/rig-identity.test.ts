import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let technician: Person;

beforeAll(async () => {
  farm = await openFarm();
  [owner, technician] = await Promise.all([signInAs(farm, "owner"), signInAs(farm, "technician")]);
}, 30_000);
afterAll(() => farm.stop());

const send = (who: Person, path: string, fields: Record<string, string>) => who.post(path, { _csrf: who.csrf, ...fields });
const html = async (path: string) => (await owner.get(path)).text();

function enrol(name: string, address: string) {
  const { control } = farm.deps;
  const [rig] = control.rigs.enrol([{ fleetNo: 1, name, nominalHps: 1e14 }]);
  if (rig === undefined) throw new Error("not enrolled");
  control.connections.note([{ rigNo: rig.no, connection: { address, agent: "bmminer" } }]);
  return rig;
}

/** A rig that went, and one that came instead. */
function swap(code: string, address: string) {
  const { rigs } = farm.deps.control;
  const old = enrol(`old-${code}`, address);
  rigs.update(old.id, { assetCode: code, location: { building: "B1", row: null, rack: "R3", position: null } }, null);
  rigs.setStatus([{ rigNo: old.no, status: "offline", reason: { code: "x", text: "x" } }]);
  const fresh = enrol(`fresh-${code}`, address);
  // Pages look again after ten seconds.
  farm.clock.aheadMs += 11_000;
  return { old, fresh };
}

describe("a new rig that looks like a known one", () => {
  test("is said with its reasons on its page, the list and the overview; merged, the known one stays with its place", async () => {
    const { old, fresh } = swap("AM-1", "10.0.0.1");
    const page = await html(`/rigs/${fresh.id}`);
    expect(page).toContain("same address 10.0.0.1, same agent, same size, went when this one came");
    expect(page).toContain("fresh-AM-1 goes, AM-1 stays");
    expect(await html("/rigs")).toContain("A new rig looks like a known one");
    expect(await html("/")).toContain("1 new rig looks like a known one (fresh-AM-1 like AM-1)");
    const merged = await send(owner, `/rigs/${fresh.id}/merge`, { into: old.id });
    expect([merged.status, merged.headers.get("location")]).toEqual([303, `/rigs/${old.id}#identity`]);
    const { rigs } = farm.deps.control;
    expect([rigs.byId(fresh.id), rigs.byId(old.id)?.location.rack, rigs.workerNames(old.no)]).toEqual([null, "R3", ["fresh-AM-1"]]);
    expect(await html("/rigs")).not.toContain("looks like a known one");
    expect(await html(`/rigs/${old.id}`)).toContain("fresh-AM-1");
  });

  test("may be merged by asset code or name too; what cannot be is said beside the field, and nothing changes", async () => {
    const { old, fresh } = swap("AM-2", "10.0.0.2");
    for (const [into, words] of [
      ["AM-nobody", "Must be the asset code of a rig"],
      [fresh.id, "Must be another rig"],
    ] as const) {
      const refused = await send(owner, `/rigs/${fresh.id}/merge`, { into });
      expect([refused.status, (await refused.text()).includes(words)]).toEqual([422, true]);
    }
    expect((await send(technician, `/rigs/${fresh.id}/merge`, { into: "AM-2" })).status).toBe(403);
    expect((await technician.get(`/rigs/${fresh.id}`)).status).toBe(200);
    expect(farm.deps.control.rigs.byId(fresh.id)).not.toBeNull();
    expect((await send(owner, `/rigs/${fresh.id}/merge`, { into: "AM-2" })).headers.get("location")).toBe(`/rigs/${old.id}#identity`);
  });
});

test("a worker name is claimed on the rig's page; one that another rig bears is refused beside the field", async () => {
  const rig = enrol("claimer", "10.0.0.3");
  enrol("taken", "10.0.0.4");
  const refused = await send(owner, `/rigs/${rig.id}/claim-worker`, { worker: "taken" });
  const page = await refused.text();
  expect([refused.status, page.includes('id="worker-error"'), page.includes("merge that one into this")]).toEqual([422, true, true]);
  expect((await send(owner, `/rigs/${rig.id}/claim-worker`, { worker: "claimer-2" })).status).toBe(303);
  expect(farm.deps.control.rigs.workerNames(rig.no)).toEqual(["claimer-2"]);
});
