import { describe, expect, test } from "bun:test";
import { readHashrate } from "../../src/web/hashrate-text.ts";
import { guessMapping } from "../../src/web/import-heads.ts";
import { inventoryCsv } from "../../src/web/inventory-csv.ts";
import { readHashrate as readPromise } from "../../src/web/pages/hashrate-text.ts";
import { type TestWeb, testWeb } from "./test-web.ts";

describe("heads of columns", () => {
  for (const [language, titles] of [
    ["German", "Gerät;Standort;Gebäude;Reihe;Regal;Fach/Platz;Hersteller;Modell;Seriennummer;Kunde;Bemerkung;Garantie bis"],
    ["Russian", "Имя;Площадка;Здание;Ряд;Стойка;Место;Производитель;Модель;Серийный номер;Клиент;Примечание;Гарантия до"],
    ["Spanish", "NOMBRE;Sitio;Edificio;Fila;Bastidor;Posición;Fabricante;Modelo;Nº de serie;Dueño;Observaciones;Garantía hasta"],
  ] as const) {
    test(`in ${language} are understood; the maker's is no field`, () => {
      const fields = ["name", "site", "building", "row", "rack", "position", "", "model", "serial", "owner", "notes", "warranty_until"];
      expect(guessMapping(titles.split(";"))).toEqual(fields);
    });
  }

  test("that mean one field twice give it to the first; a unit in brackets is not passed over", () => {
    expect(guessMapping(["Worker name", "Miner", "S/N", "asset_code", "Hashrate (TH/s)"])).toEqual(["name", "", "serial", "asset_code", ""]);
  });
});

describe("numbers as countries write them", () => {
  test("with marks between their thousands", () => {
    const same = ["1.100,25 GH/s", "1,100.25 GH/s", "1 100,25 GH/s", "1\u00a0100,25 GH/s", "1'100.25 GH/s", "1100.25G", "1100,25 gh"];
    expect(same.map(readHashrate)).toEqual(same.map(() => 1_100_250_000_000));
    expect(same.map(readPromise)).toEqual(same.map(() => 1_100_250_000_000));
    expect(["1.100.250", "1,100,250 H/s", "1 100 250"].map(readHashrate)).toEqual([1_100_250, 1_100_250, 1_100_250]);
  });

  test("one mark before three digits stays a fraction, and what is neither is refused", () => {
    expect(["1.100 T", "1,100 T", "140.500T"].map(readHashrate)).toEqual([1.1e12, 1.1e12, 1.405e14]);
    const none = ["12.34.56", "1,1,1", "1.1000,2", "12 3456", "1.000.00 T", "1,100.25,5", "1.100,25.5"];
    expect([none.map(readHashrate), none.map(readPromise)]).toEqual([none.map(() => null), none.map(() => null)]);
  });
});

async function rowsOf(web: TestWeb, text: string) {
  const { id, counts } = (await web.post("/imports/rigs", { text })).json;
  return { id, counts, rows: (await web.get(`/imports/${id}/rows`)).json["data"] };
}

test("a German farm's file needs nobody to name its columns", async () => {
  const web = testWeb();
  await web.post("/sites", { name: "Halle Süd", timezone: "Europe/Berlin" });
  await web.post("/customers", { name: "Hashhaus" });
  const { counts, rows, id } = await rowsOf(
    web,
    "Gerät;Standort;Gebäude;Reihe;Regal;Fach/Platz;Modell;Seriennummer;Kunde;Hashleistung;Garantie bis;Bemerkung\r\n" +
      "s19-1;Halle Süd;A;2;7;3;S19;SN1;Hashhaus;1.100,25 GH/s;31.5.2027;Lüfter neu\r\ns19-2;halle süd;A;2;7;4;S19;SN2;;1.100 GH/s;;\r\n",
  );
  expect(counts).toMatchObject({ new: 2, error: 0 });
  expect(rows[1].warnings).toContainEqual({ field: "nominal", rule: "is taken as 1.1 GH/s: where the mark is for thousands, leave it out" });
  await web.post(`/imports/${id}/apply`);
  expect(web.control.rigs.byName(1, "s19-1")).toMatchObject({
    ...{ nominalHps: 1_100_250_000_000, warrantyUntil: "2027-05-31", notes: "Lüfter neu", serial: "SN1", model: "S19" },
    location: { building: "A", row: "2", rack: "7", position: "3" },
  });
});

describe("an export that is imported", () => {
  const withoutIds = (text: string) => text.replace(/rig_\w{26}/g, "");
  const exported = (web: TestWeb) => new Response(inventoryCsv(web.control)).text();

  /** The same places and people in any hub. */
  async function farm(): Promise<TestWeb> {
    const web = testWeb();
    const names = ["house", "Kari, Nordlys", "=cmd", "(none)", "Alfa", "'(none)"];
    const refs: Record<string, string> = { house: "Nordlys", "=cmd": "Alfa", Alfa: "client-7" };
    for (const name of names) await web.post("/customers", { name, external_ref: refs[name] ?? null });
    for (const name of ["Hall Øst", "(none)", "-1"]) await web.post("/sites", { name, timezone: "UTC" });
    for (const name of ["sieben", "+1"]) await web.post("/fleets", { name, algorithm: "sha256d" });
    return web;
  }

  async function enter(web: TestWeb): Promise<void> {
    const { control } = web;
    const owners = control.customers.all();
    const sites = control.sites.all();
    const fleets = control.fleets.all();
    const notes = ["(none)", "'(none)", "=1+1", "'=1", "two\nlines", ' "quoted", and; more ', "@x", "-", "''", " ", "house", "ende\n", ""];
    for (const [at, note] of notes.entries()) {
      const [owner, site, fleet] = [owners[at % owners.length], sites[at % sites.length], fleets[at % fleets.length]];
      const body = {
        ...{ name: `r-${at}`, fleet_id: fleet?.id, owner_customer_id: owner?.id ?? null, site_id: site?.id ?? null, lend: "all" },
        ...{ notes: note, serial: `=SN-${at}`, model: at % 2 === 0 ? "(none)" : "S19, XP", asset_code: `-AC-${at}`, nominal_hps: 140_123_456_789_012 + at },
        ...{ location: { building: "(none)", row: "+2", rack: at % 2 === 0 ? "'7" : null, position: `"${at}"` }, warranty_until: "2027-05-31" },
      };
      const made = await web.post("/rigs", body);
      if (made.status !== 201) throw new Error(`${JSON.stringify(note)}: ${made.text}`);
    }
  }

  test("changes nothing in its own hub, and loses nothing in another one, whatever stands in it", async () => {
    const web = await farm();
    await enter(web);
    const text = await exported(web);
    const own = await rowsOf(web, text);
    const { error, unchanged } = own.counts;
    expect([own.rows.filter(({ outcome }: { outcome: string }) => outcome !== "unchanged"), error, unchanged]).toEqual([[], 0, web.control.rigs.all().length]);
    const other = await farm();
    const foreign = await rowsOf(other, text);
    expect(foreign.rows[0].errors[0].rule).toContain("rigs of another hub come in without this column");
    const moved = await rowsOf(other, text.replace("id,fleet", "number,fleet"));
    expect([moved.rows.filter(({ outcome }: { outcome: string }) => outcome !== "new"), moved.counts.new]).toEqual([[], unchanged]);
    await other.post(`/imports/${moved.id}/apply`);
    expect(withoutIds(await exported(other))).toBe(withoutIds(text));
  });
});
