import { describe, expect, test } from "bun:test";
import type { Import } from "../../src/control/imports.ts";
import { testWeb } from "./test-web.ts";

const csv = "name,serial,nominal,rack\nimp-1,S1,110T,3\nimp-2,S2,lots,4\n";

describe("POST /imports/rigs", () => {
  test("counts what the file would do and writes nothing; applied, each row has its result, and the undo file takes it back", async () => {
    const web = testWeb();
    expect((await web.post("/imports/rigs", { text: csv, file_name: "a\nb" })).json["errors"]).toMatchObject([{ pointer: "/file_name" }]);
    const made = await web.post("/imports/rigs", { text: csv, file_name: "rigs.csv", give_codes: false });
    expect([made.status, made.headers.get("location")]).toEqual([201, `/api/v1/imports/${made.json["id"]}`]);
    expect(made.json).toMatchObject({ state: "ready", total: 2, done: 0, counts: { new: 1, error: 1 }, file_name: "rigs.csv" });
    expect(web.control.rigs.all()).toEqual([]);
    const path = `/imports/${made.json["id"]}`;
    const rows = (await web.get(`${path}/rows?outcome=error`)).json["data"];
    expect(rows).toEqual([
      {
        line: 3,
        outcome: "error",
        name: "imp-2",
        rig_id: null,
        changes: [],
        errors: [{ field: "nominal", rule: expect.stringContaining("hashrate") }],
        warnings: [],
      },
    ]);
    const applied = await web.post(`${path}/apply`);
    expect([applied.status, applied.json["state"], applied.json["done"]]).toEqual([200, "done", 2]);
    expect(web.control.rigs.byName(1, "imp-1")).toMatchObject({ serial: "S1", nominalHps: 1.1e14, location: { rack: "3" } });
    expect(web.hub.configChanges).toBeGreaterThan(0);
    expect((await web.get(path)).json).toMatchObject({ state: "done", running: false, counts: { new: 1, error: 1 } });
    const first = await web.get(`${path}/rows?limit=1`);
    expect(first.json["data"]).toMatchObject([{ line: 2, outcome: "new", rig_id: web.control.rigs.byName(1, "imp-1")?.id }]);
    expect((await web.get(`${path}/rows?cursor=${first.json["page"].next}`)).json["data"]).toMatchObject([{ line: 3 }]);
    const undo = await web.get(`${path}/undo`);
    expect(undo.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const back = await web.post("/imports/rigs", undo.text, { headers: { "content-type": "text/csv" } });
    expect(back.json["counts"]).toMatchObject({ removed: 1, error: 0 });
    await web.post(`/imports/${back.json["id"]}/apply`);
    expect(web.control.rigs.all()).toEqual([]);
    expect((await web.get("/imports")).json["data"]).toHaveLength(2);
  });

  test("a file that was undone can be applied again, mended: its asset codes went with the rigs; that of a rig that came stays taken", async () => {
    const web = testWeb();
    const apply = async (text: string) => {
      const { id } = (await web.post("/imports/rigs", { text })).json;
      const { counts } = (await web.post(`/imports/${id}/apply`)).json;
      return { counts, undo: (await web.get(`/imports/${id}/undo`)).text };
    };
    const head = "name,asset_code\n";
    const { undo } = await apply(`${head}SN-1,AM-1\nSN-2,AM-2\n`);
    const came = web.control.rigs.byName(1, "SN-2");
    web.control.rigs.setSeen([{ rigNo: came?.no ?? 0, atMs: web.clock.nowMs }]);
    expect((await apply(undo)).counts).toMatchObject({ removed: 2 });
    expect((await apply(`${head}s19-1,AM-1\ns19-2,AM-2\n`)).counts).toMatchObject({ new: 1, error: 1 });
    expect(web.control.rigs.all()).toMatchObject([{ name: "s19-1", assetCode: "AM-1" }]);
    // Somebody who deletes it means the machine, not the entry.
    const { id } = web.control.rigs.byName(1, "s19-1") ?? { id: "" };
    await web.remove(`/rigs/${id}`, "*");
    expect((await apply(`${head}s19-1,AM-1\n`)).counts).toMatchObject({ error: 1 });
  });

  test("what a file would do follows what is changed meanwhile: a rig that enrols, its owner's word, its going", async () => {
    const web = testWeb();
    const { json } = await web.post("/imports/rigs", { text: "name,serial\nimp-1,S1\n" });
    const outcome = async () => (await web.get(`/imports/${json["id"]}/rows`)).json["data"][0].outcome as string;
    expect(await outcome()).toBe("new");
    const [rig] = web.control.rigs.enrol([{ fleetNo: 1, name: "imp-1", nominalHps: null }]);
    expect(await outcome()).toBe("changed");
    web.control.rigs.update(rig?.id ?? "", { serial: "S1" }, null);
    expect(await outcome()).toBe("unchanged");
    web.control.rigs.remove(rig?.id ?? "", null);
    expect(await outcome()).toBe("new");
  });

  test("columns may be named; a file as text/csv may be in any encoding", async () => {
    const web = testWeb();
    const fleet = (await web.post("/fleets", { name: "two", algorithm: "sha256d" })).json["id"];
    const named = await web.post("/imports/rigs", { text: "a;b;c\nx-1;junk;M50\n", mapping: ["name", "", "model"], fleet_id: fleet });
    await web.post(`/imports/${named.json["id"]}/apply`);
    expect(web.control.rigs.all()).toMatchObject([{ name: "x-1", model: "M50", fleetNo: 2 }]);
    const latin = new Uint8Array([...new TextEncoder().encode("name,notes\nx-2,"), 0xfc, 0x0a]);
    const request = new Request("http://localhost/api/v1/imports/rigs", {
      method: "POST",
      headers: { authorization: `Bearer ${web.admin}`, "idempotency-key": "latin", "content-type": "text/csv" },
      body: latin,
    });
    const { id } = (await (await web.app.handle(request)).json()) as { id: string };
    expect((await web.get(`/imports/${id}/rows`)).json["data"][0].changes).toContainEqual({ field: "notes", from: "", to: "ü" });
  });

  test.each([
    [{ text: "" }, "/text"],
    [{ text: "name\n" }, "/text"],
    [{ text: 'name\n"broken\nfine' }, "/text"],
    [{ text: '"name' }, "/text"],
    [{ text: csv, mapping: ["name", "name"] }, "/mapping"],
    [{ text: csv, mapping: ["colour"] }, "/mapping/0"],
    [{ text: csv, mapping: ["name", "serial", "nominal", "rack", "notes"] }, "/mapping"],
    [{ text: csv, fleet_id: "flt_01kake8m3k5w9v2t7d4q6r1xyz" }, "/fleet_id"],
    [{ text: csv, speed: 1 }, "/speed"],
  ])("%j is refused at %s, and leaves nothing", async (body, pointer) => {
    const web = testWeb();
    const { status, json } = await web.post("/imports/rigs", body);
    expect([status, json["errors"]?.[0]?.pointer]).toEqual([422, pointer]);
    expect(web.control.imports.latest()).toEqual([]);
  });

  test("needs fleet:write, a key, and no more than four megabytes", async () => {
    const web = testWeb();
    expect((await web.post("/imports/rigs", { text: csv }, { token: web.token("fleet:read") })).status).toBe(403);
    expect((await web.post("/imports/rigs", { text: csv }, { key: "" })).status).toBe(400);
    expect((await web.post("/imports/rigs", "x".repeat(4_000_001), { headers: { "content-type": "text/csv" } })).status).toBe(413);
    const once = await web.post("/imports/rigs", { text: csv }, { key: "once" });
    expect((await web.post("/imports/rigs", { text: csv }, { key: "once" })).json).toEqual(once.json);
    expect(web.control.imports.latest()).toHaveLength(1);
  });

  test("the list of files reads none of their texts", async () => {
    const web = testWeb();
    await web.post("/imports/rigs", { text: csv, mapping: ["name", "serial", "", ""] });
    const [head] = web.control.imports.latest();
    expect(head).not.toHaveProperty("text");
    expect(web.control.imports.byId(head?.id ?? "")).toEqual({ ...head, text: csv } as Import);
  });
});

describe("a line that is not as long as the head", () => {
  const head = "name,serial,rack,notes";
  const rowsOf = async (text: string) => {
    const web = testWeb();
    const { json } = await web.post("/imports/rigs", { text });
    return (await web.get(`/imports/${json["id"]}/rows`)).json["data"] as {
      line: number;
      name: string;
      outcome: string;
      errors: unknown[];
      warnings: unknown[];
    }[];
  };
  const cut = (rule: string) => [{ field: "line", rule: expect.stringContaining(rule) }];

  test.each([
    ["ends in the middle of its line", `${head}\na,S1,3,x\nb,S2`, "ends after 2 of 4 cells"],
    ["ends before the line above does", `${head}\na,S1,3,x\nb,S2\n`, "ends after 2 of 4 cells"],
    ["ends inside a quote", `${head}\na,S1,3,x\nb,"S2`, "a quote that is never closed"],
    ["ends inside a quote, with empty lines after it", `${head}\r\na,S1,3,"x ""z"""\r\nb,"S2,4\r\n\r\n`, "a quote that is never closed"],
  ])("is refused as cut off where it is the last one and %s", async (_how, text, rule) => {
    const rows = await rowsOf(text);
    expect(rows.at(-1)).toMatchObject({ line: text.trimEnd().split("\n").length, name: "b", outcome: "error", errors: cut(rule) });
    expect(rows[0]).toMatchObject({ name: "a", outcome: "new", errors: [] });
  });

  test("is not the last one: a quote that swallows other lines refuses the file, and says where it opens", async () => {
    const { status, json } = await testWeb().post("/imports/rigs", { text: `${head}\na,S1,3,"x\ny"\nb,"S2,4\nc,S3,5,""\nd,S4\n` });
    expect([status, json["errors"][0]]).toMatchObject([
      422,
      { pointer: "/text", detail: expect.stringContaining("a quote that opens in line 4 is never closed") },
    ]);
  });

  test("is warned of by the columns that it lacks; a file whose lines all end early is whole", async () => {
    const lacking = [{ field: "line", rule: "ends before rack, notes: nothing is set there" }];
    for (const end of ["\n", ""])
      expect(await rowsOf(`${head}\na,S1\nb,S2${end}`)).toMatchObject([
        { outcome: "new", errors: [], warnings: lacking },
        { outcome: "new", errors: [], warnings: lacking },
      ]);
    expect(await rowsOf(`${head}\na,S1`)).toMatchObject([{ outcome: "new", errors: [], warnings: lacking }]);
    expect(await rowsOf(`name,nobody knows,\na\nb,\n`)).toMatchObject([{ warnings: [] }, { outcome: "new", warnings: [] }]);
  });

  test("is none where every cell is empty, as spreadsheets leave them at the end", async () => {
    expect(await rowsOf(`${head}\r\na,S1,3,x\r\n,,,\r\n , ,,\r\n`)).toMatchObject([{ outcome: "new", errors: [], warnings: [] }]);
  });

  test("is warned of where it has more cells than the head, which moves what stands in it", async () => {
    const [row, empty] = await rowsOf(`${head}\na,S1,3,hello, world\nb,S2,4,x,,\n`);
    expect(row).toMatchObject({ outcome: "new", warnings: cut("has 5 cells and the head 4") });
    expect(empty).toMatchObject({ warnings: [] });
  });
});

test("a model that the catalogue does not have is warned of, and kept as it is written", async () => {
  const web = testWeb();
  web.control.models.create({ name: "M50", algorithm: "sha256d", nominalHps: 1.1e14, watts: null });
  const { json } = await web.post("/imports/rigs", { text: "name,model\na,m50\nb,M5O\nc,(none)\n" });
  const { json: rows } = await web.get(`/imports/${json["id"]}/rows`);
  const unknown = [{ field: "model", rule: "is not in the catalogue: it is kept as written, and brings no nominal hashrate" }];
  expect(rows["data"]).toMatchObject([{ warnings: [] }, { outcome: "new", warnings: unknown }, { warnings: [] }]);
  await web.post(`/imports/${json["id"]}/apply`);
  expect(web.control.rigs.byName(1, "b")).toMatchObject({ model: "M5O", nominalHps: null });
  expect(web.control.rigs.byName(1, "a")).toMatchObject({ nominalHps: 1.1e14 });
});

test("a file that goes on after an interruption still refuses what earlier lines took", async () => {
  const web = testWeb();
  const first = await web.post("/imports/rigs", { text: "name\ngone\n" });
  await web.post(`/imports/${first.json["id"]}/apply`);
  const gone = web.control.rigs.byName(1, "gone")?.id;
  const text = `id,name,action,serial\n${gone},gone,remove,\n,a,,S1\n,b,,\n,c,,\n,d,,\n,a,,S2\n,gone,,\n,e,,\n`;
  const { json: made } = await web.post("/imports/rigs", { text });
  const { imports } = web.control;
  const note = imports.note.bind(imports);
  imports.note = (no, noted) => {
    if (noted.done > 5) throw new Error("the power goes");
    note(no, noted);
  };
  const cut = await web.post(`/imports/${made["id"]}/apply`);
  expect(cut.json).toMatchObject({ state: "applying", running: false, done: 5 });
  imports.note = note;
  const { json } = await web.post(`/imports/${made["id"]}/apply`);
  expect(json).toMatchObject({ state: "done", counts: { removed: 1, new: 5, error: 2, changed: 0 } });
  const { json: refused } = await web.get(`/imports/${made["id"]}/rows?outcome=error`);
  expect(refused["data"]).toMatchObject([
    { line: 7, errors: [{ field: "name", rule: "is in line 3 already" }] },
    { line: 8, errors: [{ field: "name", rule: "is in line 2 already" }] },
  ]);
  expect(web.control.rigs.byName(1, "a")?.serial).toBe("S1");
});

test("three thousand rows come in a few at a time", async () => {
  const web = testWeb();
  const text = `name,serial,nominal,building,row,rack,position\n${Array.from({ length: 3_000 }, (_, at) => `m${at},S${at},110T,B1,${at % 10},${at % 50},${at}`).join("\n")}\n`;
  const made = await web.post("/imports/rigs", { text });
  expect(made.json["counts"]).toMatchObject({ new: 3_000 });
  let inTurn = 0;
  let most = 0;
  const note = web.control.imports.note.bind(web.control.imports);
  web.control.imports.note = (no, noted) => {
    inTurn += noted.rows.length;
    most = Math.max(most, inTurn);
    note(no, noted);
  };
  let isOver = false;
  const turn = () => {
    inTurn = 0;
    if (!isOver) setImmediate(turn);
  };
  turn();
  await web.post(`/imports/${made.json["id"]}/apply`);
  // A busy machine answers before it is through, and goes on.
  while (web.control.imports.byId(made.json["id"])?.state !== "done") await new Promise((resolve) => setImmediate(resolve));
  isOver = true;
  const { json } = await web.get(`/imports/${made.json["id"]}`);
  expect([json["state"], json["counts"]["new"], web.control.rigs.all().length]).toEqual(["done", 3_000, 3_000]);
  expect(most).toBeLessThanOrEqual(10);
}, 60_000);
