import type { Control } from "../control/control.ts";
import { type Lend, type Lifecycle, lends, lifecycles, type Rig, type RigLocation, type RigPatch } from "../control/rig-row.ts";
import { hashrateInput, readHashrate } from "./hashrate-text.ts";

/** What people write about a rig, field by field, in a form or in a row of a file. */
export const rigCells = Object.freeze([
  ...(["name", "asset_code", "model", "serial", "mac", "owner", "lend", "lifecycle", "warranty_until", "nominal"] as const),
  ...(["site", "building", "row", "rack", "position", "notes"] as const),
]);
export type RigCell = (typeof rigCells)[number];
export type CellTexts = Partial<Record<RigCell, string>>;

/** What was read: a change of the rig, and the rule that each refused text breaks. */
export type ReadCells = { patch: RigPatch; errors: Partial<Record<RigCell, string>> };

type Named = { id: string; name: string; externalRef?: string | null };

/** Customers and sites by what people call them: read once for many rows. */
export class NameBook {
  readonly #owners: Map<string, string | null>;
  readonly #sites: Map<string, string | null>;
  readonly #ownerNames: Map<string, string>;
  readonly #siteNames: Map<string, string>;

  constructor({ customers, sites }: Pick<Control, "customers" | "sites">) {
    const people = customers.all();
    this.#owners = idsByName(people);
    for (const { id, externalRef } of people) if (externalRef !== null) this.#owners.set(externalRef, id);
    this.#sites = idsByName(sites.all());
    this.#ownerNames = namesById(people, this.#owners);
    this.#siteNames = namesById(sites.all(), this.#sites);
  }

  /** The id; null where nobody is called so; undefined where more than one is. */
  owner(text: string): string | null | undefined {
    return lookedUp(this.#owners, text);
  }

  site(text: string): string | null | undefined {
    return lookedUp(this.#sites, text);
  }

  /** The name where it is one customer's alone, else the reference, else the id. */
  ownerText(id: string | null): string {
    return id === null ? "" : (this.#ownerNames.get(id) ?? id);
  }

  siteText(id: string | null): string {
    return id === null ? "" : (this.#siteNames.get(id) ?? id);
  }
}

/** Null stands for a name that several have. */
function idsByName(rows: readonly Named[]): Map<string, string | null> {
  const ids = new Map<string, string | null>();
  for (const { id, name } of rows) ids.set(name.toLowerCase(), ids.has(name.toLowerCase()) ? null : id);
  for (const { id } of rows) ids.set(id, id);
  return ids;
}

/** In a file it stands for nobody. */
const isHouseWord = (text: string): boolean => text.toLowerCase() === "house";

/** Names, or else references, that lead back to their rows; a name that is another one's reference, or that means the house, does not. */
function namesById(rows: readonly Named[], ids: ReadonlyMap<string, string | null>): Map<string, string> {
  const leadsBack = (text: string | null, id: string) => text !== null && lookedUp(ids, text) === id && !isHouseWord(text);
  return new Map(
    rows.flatMap(({ id, name, externalRef = null }) => {
      const text = [name, externalRef].find((one) => leadsBack(one, id));
      return text == null ? [] : [[id, text] as const];
    }),
  );
}

function lookedUp(ids: ReadonlyMap<string, string | null>, text: string): string | null | undefined {
  const exact = ids.get(text) ?? ids.get(text.toLowerCase());
  if (exact === undefined) return null;
  return exact ?? undefined;
}

const places: readonly (keyof RigLocation & RigCell)[] = ["building", "row", "rack", "position"];
const texts = { asset_code: "assetCode", model: "model", serial: "serial", mac: "mac" } as const;

/** `31.05.2027`, as spreadsheets of many countries write a day, as `2027-05-31`. What is none stays as it is. */
const dayText = (text: string): string =>
  text.replace(/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, (_, day: string, month: string, year: string) => `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);

/** Cells that are absent leave the rig as it is; an empty text clears the field. Rules of the rig itself are checked when it is written. */
export function readCells(book: NameBook, cells: CellTexts, current: Rig | null): ReadCells {
  const read: ReadCells = { patch: {}, errors: {} };
  if (cells.name !== undefined) read.patch.name = cells.name;
  if (cells.notes !== undefined) read.patch.notes = cells.notes;
  for (const [cell, field] of Object.entries(texts) as [keyof typeof texts, (typeof texts)[keyof typeof texts]][]) {
    const text = cells[cell];
    if (text !== undefined) read.patch[field] = text || null;
  }
  if (cells.warranty_until !== undefined) read.patch.warrantyUntil = dayText(cells.warranty_until) || null;
  readNominal(cells, read);
  readWords(cells, read);
  readNames(book, cells, read);
  const given = places.filter((part) => cells[part] !== undefined);
  if (given.length > 0) {
    const location: RigLocation = { ...(current?.location ?? { building: null, row: null, rack: null, position: null }) };
    for (const part of given) location[part] = cells[part] || null;
    read.patch.location = location;
  }
  return read;
}

function readNominal({ nominal }: CellTexts, read: ReadCells): void {
  if (nominal === undefined) return;
  const hps = nominal === "" ? null : readHashrate(nominal);
  if (nominal !== "" && hps === null) read.errors.nominal = "must be a hashrate such as 110T or 110 TH/s";
  else read.patch.nominalHps = hps;
}

/** Both have a value always, so an empty text leaves them as they are. */
function readWords({ lend, lifecycle }: CellTexts, read: ReadCells): void {
  if (lend !== undefined && lend !== "") read.patch.lend = lend.toLowerCase() as Lend;
  if (lifecycle !== undefined && lifecycle !== "") read.patch.lifecycle = lifecycle.toLowerCase() as Lifecycle;
  if (read.patch.lend !== undefined && !lends.includes(read.patch.lend)) read.errors.lend = `must be one of ${lends.join(", ")}`;
  if (read.patch.lifecycle !== undefined && !lifecycles.includes(read.patch.lifecycle)) read.errors.lifecycle = `must be one of ${lifecycles.join(", ")}`;
}

function readNames(book: NameBook, { owner, site }: CellTexts, read: ReadCells): void {
  if (owner !== undefined) readOwner(book, owner, read);
  if (site === undefined) return;
  const id = site === "" ? null : book.site(site);
  if (site === "" || id) read.patch.siteId = id ?? null;
  else read.errors.site = "must be the name or id of a site that exists";
}

function readOwner(book: NameBook, owner: string, read: ReadCells): void {
  const isHouse = owner === "" || isHouseWord(owner);
  const id = isHouse ? null : book.owner(owner);
  if (isHouse || id) read.patch.ownerCustomerId = id ?? null;
  else
    read.errors.owner =
      id === null ? "must be a customer's name, reference or id, or house" : "is the name of more than one customer: give the reference or the id";
}

/** What `readCells` would read back: the rig as texts. */
export function cellsOf(book: NameBook, rig: Rig): Record<RigCell, string> {
  const { building, row, rack, position } = rig.location;
  return {
    name: rig.name,
    asset_code: rig.assetCode ?? "",
    model: rig.model ?? "",
    serial: rig.serial ?? "",
    mac: rig.mac ?? "",
    owner: book.ownerText(rig.ownerCustomerId),
    lend: rig.lend,
    lifecycle: rig.lifecycle,
    warranty_until: rig.warrantyUntil ?? "",
    nominal: rig.nominalSource === "declared" ? hashrateInput(rig.nominalHps) : "",
    site: book.siteText(rig.siteId),
    ...{ building: building ?? "", row: row ?? "", rack: rack ?? "", position: position ?? "" },
    notes: rig.notes,
  };
}

const cellOfField: Readonly<Record<string, RigCell>> = Object.freeze({
  assetCode: "asset_code",
  asset_code: "asset_code",
  warrantyUntil: "warranty_until",
  ownerCustomerId: "owner",
  owner_customer_id: "owner",
  siteId: "site",
  site_id: "site",
  nominalHps: "nominal",
  nominal_hps: "nominal",
});

/** The cell that a rule's field means; the field itself where it is none. */
export function cellOf(field: string): string {
  const last = field.split(/[./]/).at(-1) ?? "";
  return cellOfField[last] ?? last;
}
