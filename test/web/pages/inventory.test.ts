import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, hostile, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let owner: Person;
let technician: Person;

beforeAll(async () => {
  farm = await openFarm();
  owner = await signInAs(farm, "owner");
  technician = await signInAs(farm, "technician");
}, 30_000);
afterAll(() => farm.stop());

const must = <T>(result: { ok: true; value: T } | { ok: false; rule: string }): T => {
  if (!result.ok) throw new Error(result.rule);
  return result.value;
};
const enter = (name: string, more = {}) => must(farm.deps.control.rigs.create({ name, fleetNo: 1, ...more }, "user:x"));
const rigNamed = (name: string) => farm.deps.control.rigs.byName(1, name);
const send = (who: Person, path: string, fields: Record<string, string>) => who.post(path, { _csrf: who.csrf, ...fields });

describe("editing a rig", () => {
  test("a model of the catalogue fills the nominal; what is wrong stands beside its field and what was typed stays", async () => {
    const rig = enter("edit-1");
    await send(owner, "/models", { name: "S19 XP", nominal: "141 TH/s", watts: "3010", algorithm: "sha256d" });
    const refused = await send(owner, `/rigs/${rig.id}/edit`, { version: "1", name: "edit-1", model: "S19 XP", nominal: "much", notes: `typed ${hostile}` });
    const html = await refused.text();
    expect(refused.status).toBe(422);
    expect(html).toContain('id="nominal-error"');
    expect(html).toContain('value="much"');
    expect(html).not.toContain(hostile);
    expect(rigNamed("edit-1")?.version).toBe(1);
    expect(
      (await send(owner, `/rigs/${rig.id}/edit`, { version: "1", name: "edit-1", model: "S19 XP", nominal: "", warranty_until: "2027-05-31" })).status,
    ).toBe(303);
    expect(rigNamed("edit-1")).toMatchObject({ model: "S19 XP", nominalHps: 1.41e14, warrantyUntil: "2027-05-31" });
  });

  test("somebody who was slower sees what it is now, and may save again", async () => {
    const rig = enter("edit-2", { serial: "A" });
    farm.deps.control.rigs.update(rig.id, { serial: "B" }, null);
    const stale = await send(owner, `/rigs/${rig.id}/edit`, { version: "1", name: "edit-2", serial: "C" });
    const html = await stale.text();
    expect(stale.status).toBe(412);
    expect([html.includes("It is now: B."), html.includes("Also changed")]).toEqual([true, false]);
    expect(html).toContain('value="C"');
    expect(html).toContain('name="version" value="2"');
    expect(rigNamed("edit-2")?.serial).toBe("B");
  });

  test("a technician places and notes repairs, and changes nothing else", async () => {
    const rig = enter("edit-3", { serial: "A" });
    const edit = `/rigs/${rig.id}/edit`;
    for (const [field, words] of [
      ["serial", "serial"],
      ["owner", "owner"],
      ["nominal", "nominal"],
      ["asset_code", "asset code"],
    ] as const) {
      const refused = await send(technician, edit, { version: "1", [field]: "1", rack: "7" });
      expect([refused.status, (await refused.text()).includes(`${words} needs the role operator or owner`)]).toEqual([403, true]);
    }
    expect(rigNamed("edit-3")).toMatchObject({ version: 1, location: { rack: null } });
    expect((await send(technician, `/rigs/${rig.id}/give-asset-code`, {})).status).toBe(403);
    expect((await send(technician, `/rigs/${rig.id}/park`, {})).status).toBe(403);
    expect((await send(technician, edit, { version: "1", rack: "7", lifecycle: "maintenance", notes: "fan" })).status).toBe(303);
    expect(rigNamed("edit-3")).toMatchObject({ serial: "A", location: { rack: "7" }, lifecycle: "maintenance" });
    expect((await send(technician, `/rigs/${rig.id}/repairs`, { text: hostile })).status).toBe(303);
    const html = await (await technician.get(`/rigs/${rig.id}/edit`)).text();
    expect(html).toContain("technician@nordlys.example");
    expect(html).not.toContain(hostile);
    const viewer = await signInAs(farm, "viewer");
    expect((await viewer.get(`/rigs/${rig.id}/edit`)).status).toBe(403);
    expect((await send(viewer, `/rigs/${rig.id}/repairs`, { text: "x" })).status).toBe(403);
  });
});

const upload = async (text: string): Promise<string> => {
  const answer = await send(owner, "/imports", { text });
  if (answer.status !== 303) throw new Error(await answer.text());
  return answer.headers.get("location") ?? "";
};
const apply = async (path: string): Promise<void> => {
  expect((await send(owner, `${path}/apply`, {})).status).toBe(303);
  const id = path.split("/").at(-1) ?? "";
  while (farm.deps.control.imports.byId(id)?.state !== "done") await new Promise((resolve) => setImmediate(resolve));
};
const pageOf = async (path: string) => (await owner.get(path)).text();
const chips = (html: string) =>
  [...html.matchAll(/<b>(new|changed|unchanged|removed|error)<\/b><\/span> <span>(\d+)/g)].map(([, word, count]) => `${word} ${count}`);

describe("importing", () => {
  test("a page that is read while the last rows are applied does not say that the hub was restarted", async () => {
    const text = `name;serial\n${Array.from({ length: 200 }, (_, at) => `turn-${at};TURN-${at}`).join("\n")}\n`;
    const path = await upload(text);
    const id = path.split("/").at(-1) ?? "";
    expect((await send(owner, `${path}/apply`, {})).status).toBe(303);
    // Several at once, so that some have begun and are not through when the job ends.
    const reader = async (): Promise<string[]> => {
      const told: string[] = [];
      while (farm.deps.control.imports.byId(id)?.state !== "done") told.push(await pageOf(path));
      return told;
    };
    const told = (await Promise.all(Array.from({ length: 8 }, reader))).flat();
    expect(told.length).toBeGreaterThan(8);
    expect(told.filter((html) => html.includes("restarted meanwhile"))).toHaveLength(0);
  });

  test("columns that are all known are closed, and what is wrong with rows comes first; one that is not is asked about", async () => {
    const known = await pageOf(await upload("name;serial\ncol-1;COLUMN-1\n"));
    expect([known.includes("<details open"), known.includes("Which column is what")]).toEqual([false, true]);
    const asked = await pageOf(await upload("name;serial;colour of the lid\ncol-1;COLUMN-1;red\n"));
    expect([asked.includes("<details open"), asked.includes("Columns, 1 not used")]).toEqual([true, true]);
  });

  test("says what a file would do and writes nothing; applied, it does just that; the way back shows itself first and takes it back", async () => {
    const known = enter("imp-1", { serial: "OLD", notes: "=keep" });
    enter("imp-2", { serial: "SAME" });
    const path = await upload(
      "\ufeffWorker name;S/N;Hashrate;Aisle;Comment\r\nimp-1;NEW;110,5 TH/s;3;(none)\r\nimp-2;SAME;;;\r\nimp-3;S3;95T;4;\r\nimp-3;S4;;;\r\nbad name;S5;lots;;\r\n",
    );
    const before = farm.deps.control.rigs.all();
    const html = await pageOf(path);
    expect(chips(html)).toEqual(["error 2", "new 1", "changed 1", "removed 0", "unchanged 1"]);
    expect(html).toContain("is in line 4 already");
    // One line for each row: what it does stands in its summary, and the rest opens.
    const bodies = [...html.slice(html.indexOf('id="rows"')).matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) => row).slice(1);
    expect(bodies.map((row) => (row.match(/<summary>/g) ?? []).length).sort()).toEqual([0, 1, 1, 1, 1]);
    expect(bodies.map((row) => row.replace(/<details>.*?<\/details>/s, "").match(/<p[ >]/))).toEqual([null, null, null, null, null]);
    expect(html).toContain("nominal: must be a hashrate");
    expect(farm.deps.control.rigs.all()).toEqual(before);
    await apply(path);
    expect(chips(await pageOf(path))).toEqual(["error 2", "new 1", "changed 1", "removed 0", "unchanged 1"]);
    expect(rigNamed("imp-1")).toMatchObject({ serial: "NEW", nominalHps: 1.105e14, location: { row: "3" }, notes: "" });
    expect(rigNamed("imp-3")).toMatchObject({ serial: "S3", nominalHps: 9.5e13, location: { row: "4" } });
    const undo = (await send(owner, `${path}/undo`, {})).headers.get("location") ?? "";
    const back = await pageOf(undo);
    expect(chips(back)).toEqual(["error 0", "new 0", "changed 1", "removed 1", "unchanged 0"]);
    expect(back.match(/<th scope="row">imp-\d/g)).toEqual(['<th scope="row">imp-1', '<th scope="row">imp-3']);
    expect(back).not.toContain("<h2>Columns</h2>");
    await apply(undo);
    expect(rigNamed("imp-1")).toMatchObject({ id: known.id, serial: "OLD", nominalHps: null, notes: "=keep", location: { row: null } });
    expect(rigNamed("imp-3")).toBeNull();
    const inList = (text: string, of: string) => /<td>([^<]*)<\/td>/.exec(text.slice(text.indexOf(`<tr id="${of.split("/").at(-1)}"`)))?.[1];
    const list = await pageOf("/imports");
    expect([inList(list, path), inList(list, undo)]).toEqual(["applied, then undone", "applied"]);
    const taken = await pageOf(path);
    expect([taken.includes("Undo…"), taken.includes("Nothing of it is left to take back.")]).toEqual([false, true]);
    const { status } = await send(owner, `${path}/undo`, {});
    expect(status).toBe(409);
    const again = await upload("name;serial\nimp-2;SAME\n");
    await apply(again);
    expect((await send(owner, `${again}/undo`, {})).status).toBe(409);
  });

  test("of what an undo removed its page says how it comes back, and offers no undo", async () => {
    const path = await upload("name\nback-1\nback-2\n");
    await apply(path);
    expect(await pageOf(path)).toContain("Undo…");
    const undo = (await send(owner, `${path}/undo`, {})).headers.get("location") ?? "";
    await apply(undo);
    const html = await pageOf(undo);
    expect([html.includes("Undo…"), html.includes("Rigs that it removed come back when they are imported again.")]).toEqual([false, true]);
    const refused = await send(owner, `${undo}/undo`, {});
    expect([refused.status, (await refused.text()).includes("come back when they are imported again")]).toEqual([409, true]);
    await apply(await upload("name\nback-1\nback-2\n"));
    expect(rigNamed("back-2")).not.toBeNull();
  });

  test("warns of what may not be meant: a place of two rigs, a nominal without a unit; a rig that leaves is in nobody's way", async () => {
    const place = { building: "W", row: "1", rack: "9" };
    farm.deps.control.racks.create({ siteId: null, building: "W", row: "1", name: "9", levels: 4, slots: 10 });
    for (const position of ["1", "5"]) enter(`stands-${position}`, { location: { ...place, position } });
    const lines = ["warn-1,1-1,110", "warn-2,7,110T", "warn-3,1-7,", "warn-4,5,", "stands-5,6,", "warn-5,8,"];
    const path = await upload(`name,building,row,rack,position,nominal\n${lines.map((line) => line.replace(",", ",W,1,9,")).join("\n")}\n`);
    const html = await pageOf(path);
    expect(chips(html)).toEqual(["error 0", "new 5", "changed 1", "removed 0", "unchanged 0"]);
    expect([...html.matchAll(/>(warning: [^<]+)</g)].map(([, text]) => text)).toEqual([
      "warning: nominal has no unit, so it is taken as 110.0 H/s",
      "warning: position is also the place of stands-1",
      "warning: position is also the place of warn-3 (line 4)",
      "warning: position is also the place of warn-2 (line 3)",
    ]);
    expect(html).toContain("3 lines have warnings: look there first.");
    await apply(path);
    expect(rigNamed("warn-1")).toMatchObject({ nominalHps: 110, location: { position: "1-1" } });
  });

  test("the export goes back in as unchanged, formulas are text in it", async () => {
    enter("exp-1", { serial: "=1+1", notes: `'@x\n"q", ${hostile}`, model: "+cmd|' /C calc'!A0" });
    const csv = await pageOf("/inventory.csv");
    expect(csv).toContain("'=1+1");
    expect(csv).not.toMatch(/(?:^|,)"?[=+@]/m);
    const html = await pageOf(await upload(csv));
    const rigs = farm.deps.control.rigs.all().length;
    expect(chips(html)).toEqual(["error 0", "new 0", "changed 0", "removed 0", `unchanged ${rigs}`]);
  });

  test("hostile cells are text or a named error, whatever they hold", async () => {
    const cells = [hostile, "\u202egnp.exe", "x".repeat(10_000), "=HYPERLINK(1)", "a\u0000b"];
    const html = await pageOf(await upload(`name,serial\n${cells.map((cell, at) => `hostile-${at},"${cell.replaceAll('"', '""')}"`).join("\n")}\n`));
    expect(html).not.toContain(hostile);
    expect(html).not.toContain("x".repeat(200));
    expect(chips(html)[0]).toBe("error 3");
  });

  test("columns can be named by hand, and codes be given", async () => {
    const path = await upload("a,b\nmap-1,M50\n");
    expect(chips(await pageOf(path))[0]).toBe("error 1");
    await send(owner, path, { c0: "name", c1: "model", codes: "1" });
    await apply(path);
    expect(rigNamed("map-1")?.assetCode).toMatch(/^AM-M50-0+1$/);
  });

  test("a serial or a MAC that another line or another rig has is an error; MACs are kept in one spelling", async () => {
    enter("twin-1", { serial: "TWIN", mac: "00-1A-2B-3C-4D-5E" });
    expect(rigNamed("twin-1")?.mac).toBe("00:1a:2b:3c:4d:5e");
    const text =
      "name,serial,mac\ntwin-2,twin,\ntwin-3,T3,001a.2b3c.4d5e\ntwin-4,T4,wrong\ntwin-5,T5,0000.0000.0005\ntwin-6,t5,\ntwin-7,T7,00:00:00:00:00:05\n";
    const html = await pageOf(await upload(text));
    expect(chips(html)).toEqual(["error 5", "new 1", "changed 0", "removed 0", "unchanged 0"]);
    expect(html).toContain("serial: is the serial of rig twin-1; merge the two where they are one machine");
    expect(html).toContain("mac: is the MAC of rig twin-1");
    expect(html).toContain("mac: must be a MAC address such as");
    expect(html.match(/(serial|mac): is in line 5 already/g)).toHaveLength(2);
  });

  test("leads to what a file lacks: its columns, and sites that do not exist yet", async () => {
    const template = await owner.get("/imports/template.csv");
    expect(template.headers.get("content-disposition")).toContain("rigs.csv");
    expect(await template.text()).toStartWith("fleet,name,asset_code,model,serial,mac,");
    const path = await upload("name,site\nsite-1,Fjord & Sons\nsite-2,Fjord & Sons\nsite-3,\n");
    expect((await pageOf(path)).match(/href="\/settings\?site=Fjord\+%26\+Sons#sites"/g)).toHaveLength(1);
    expect(await pageOf("/settings?site=Fjord+%26+Sons")).toMatch(/value="Fjord &(amp;)? Sons"/);
  });

  test("says how much of a file is left out, and asks before it applies the rest; rows with a warning can be looked at alone", async () => {
    const path = await upload(`name,nominal,model\n${"x y,110T,\n".repeat(3)}part-1,110,\npart-2,110T,nobody's\npart-3,110T,\n`);
    const html = await pageOf(path);
    expect(html).toContain("Applies 3 of 6 rows; 3 with errors are left out.");
    expect(html).toMatch(/commandfor="([^"]+)"[^>]*>Apply 3 of 6 rows…<.*<dialog id="\1".*action="\/imports\/[^"]+\/apply".*Apply, and leave out 3</s);
    const warned = await pageOf(`${path}?show=warning`);
    expect(warned).toMatch(/aria-current="true"[^>]*>.*?with a warning<\/b><\/span> <span>2</s);
    expect([...new Set(warned.split('id="rows"')[1]?.match(/part-\d/g))]).toEqual(["part-1", "part-2"]);
    await apply(path);
    expect([await pageOf(path), rigNamed("part-3")?.nominalHps]).toEqual([expect.not.stringContaining("with a warning"), 1.1e14]);
    expect(await pageOf(await upload("name\nwhole-1\n"))).toMatch(
      /1 rig comes in, 0 are changed, 0 are removed\.<\/p><p><button type="submit" class="primary">Apply</,
    );
  });

  test("all rows can be reached, a hundred on a page, those with errors first; before and after it is applied", async () => {
    const lines = Array.from({ length: 150 }, (_, at) => `many-${at},${at === 140 ? "much" : ""}`);
    const path = await upload(`name,nominal\n${lines.join("\n")}\n`);
    const namesOf = (html: string) => [...new Set(html.split('id="rows"')[1]?.match(/many-\d+/g))];
    const all = lines.map((line) => line.split(",")[0] ?? "");
    const expected = ["many-140", ...all.filter((name) => name !== "many-140")];
    for (const act of [() => Promise.resolve(), () => apply(path)]) {
      await act();
      const first = await pageOf(path);
      expect(namesOf(first)).toEqual(expected.slice(0, 100));
      expect(first).toContain(`href="${path}?page=2#rows"`);
      expect(namesOf(await pageOf(`${path}?page=2`))).toEqual(expected.slice(100));
      expect(namesOf(await pageOf(`${path}?show=new&page=9`))).toEqual(expected.slice(101));
    }
  });

  test("shows what a changed column comes to where it was changed", async () => {
    const path = await upload("a,b\nhere-1,M50\n");
    const answer = await owner.post(path, { _csrf: owner.csrf, c0: "name", c1: "model" }, { "hx-request": "true", "hx-current-url": `${farm.url}${path}` });
    expect([answer.status, chips(await answer.text())[1]]).toEqual([200, "new 1"]);
  });

  test("what is no file of rigs is refused beside the field, and others may not", async () => {
    expect((await send(owner, "/imports", { text: "" })).status).toBe(422);
    expect((await send(owner, "/imports", { text: 'name\n"broken\nfine' })).status).toBe(422);
    expect((await technician.get("/imports")).status).toBe(403);
    const kept = farm.deps.control.imports.latest().length;
    expect((await owner.post("/imports", { text: "name\nx\n" })).status).toBe(422);
    expect(farm.deps.control.imports.latest()).toHaveLength(kept);
  });
});

test("the catalogue names the models that rigs have and it lacks, each with the way to add it", async () => {
  for (const [name, model] of [
    ["cat-1", "Whats & M60"],
    ["cat-2", "whats & m60"],
    ["cat-3", "Known"],
    ["cat-4", "Gone"],
  ] as const)
    enter(name, { model });
  enter("cat-5", { model: "Retired", lifecycle: "retired" });
  const { models } = farm.deps.control;
  const gone = models.create({ name: "Gone", algorithm: "sha256d", nominalHps: 1e14, watts: null });
  models.create({ name: "KNOWN", algorithm: "sha256d", nominalHps: 1e14, watts: null });
  if (gone.ok) models.remove(gone.value.id, null);
  const notice = /id="unlisted">(.*?)<\/p>/s.exec(await pageOf("/models"))?.[1] ?? "";
  expect(notice).toContain('<a href="/models?name=Whats+%26+M60#name">Whats &amp; M60 (2 rigs)</a>');
  expect([notice.includes("Gone (1 rig)"), notice.includes("Known"), notice.includes("Retired")]).toEqual([true, false, false]);
  expect(await pageOf("/models?name=Whats+%26+M60")).toMatch(/name="name"[^>]*value="Whats &(amp;)? M60"/);
});

test("the pages of the inventory show rigs and models with nothing unescaped", async () => {
  enter("page-1", { model: hostile, location: { building: hostile, row: null, rack: null, position: null } });
  for (const path of ["/inventory", "/inventory?q=page-1", "/models", "/imports"]) {
    const answer = await owner.get(path);
    expect(answer.status, path).toBe(200);
    expect(await answer.text()).not.toContain(hostile);
  }
});
