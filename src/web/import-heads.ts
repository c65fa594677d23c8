import { rigCells } from "./rig-cells.ts";

/** What a column of a file may be. */
export const importFields = Object.freeze(["id", "fleet", ...rigCells, "action"] as const);
export type ImportField = (typeof importFields)[number];

/**
 * What heads of columns call a field, in English, German, Russian and Spanish. A maker's column (manufacturer, Hersteller, производитель, fabricante)
 * is on purpose nobody's: a rig has a model, and the two would fight for it.
 */
const heads: Readonly<Record<string, Partial<Record<ImportField, string>>>> = Object.freeze({
  english: {
    id: "rig id",
    name: "rig, worker, worker name, rig name, miner, hostname",
    asset_code: "asset, asset id, asset tag, tag, code",
    model: "type, miner model",
    serial: "sn, serial number, serial no",
    mac: "mac address",
    owner: "customer, client",
    lifecycle: "state",
    warranty_until: "warranty, warranty end",
    nominal: "hashrate, nominal hashrate, nominal hps, nameplate",
    site: "farm",
    building: "hall, container",
    row: "aisle",
    rack: "shelf",
    position: "slot",
    notes: "note, comment, comments",
  },
  german: {
    name: "Gerät, Gerätename, Rigname, Workername, Miner-Name, Bezeichnung",
    asset_code: "Inventarnummer, Inventarnr, Inventar-Nr., Anlagennummer, Asset-Nr.",
    model: "Modell, Typ, Gerätetyp, Miner-Modell",
    serial: "Seriennummer, Seriennr, Serien-Nr., Ser.-Nr., SNr",
    mac: "MAC-Adresse",
    owner: "Kunde, Kundenname, Eigentümer, Besitzer",
    warranty_until: "Garantie, Garantie bis, Gewährleistung, Gewährleistung bis",
    nominal: "Nennhashrate, Soll-Hashrate, Hashleistung",
    site: "Standort",
    building: "Gebäude, Halle",
    row: "Reihe, Gang",
    rack: "Regal, Schrank",
    position: "Fach, Platz, Fach/Platz, Fachplatz, Steckplatz, Stellplatz",
    notes: "Bemerkung, Bemerkungen, Notiz, Notizen, Anmerkung, Anmerkungen, Kommentar",
  },
  russian: {
    name: "Имя, Название, Наименование, Воркер, Риг, Майнер, Имя воркера, Устройство",
    asset_code: "Инвентарный номер, Инв. номер, Инв. №",
    model: "Модель, Тип",
    serial: "Серийный номер, Серийник, С/Н",
    mac: "MAC-адрес, МАК-адрес",
    owner: "Клиент, Заказчик, Владелец, Собственник",
    warranty_until: "Гарантия, Гарантия до",
    nominal: "Хешрейт, Хэшрейт, Номинал, Номинальный хешрейт",
    site: "Площадка, Объект, Ферма",
    building: "Здание, Корпус, Контейнер, Зал, Цех",
    row: "Ряд, Линия",
    rack: "Стойка, Стеллаж, Шкаф",
    position: "Позиция, Место, Слот, Ячейка",
    notes: "Примечание, Примечания, Комментарий, Заметки",
  },
  spanish: {
    name: "Nombre, Equipo, Minero, Nombre del equipo",
    asset_code: "Código, Código de activo, Activo, Etiqueta",
    model: "Modelo, Tipo",
    serial: "Número de serie, Nº de serie, No. de serie, Serie",
    mac: "Dirección MAC",
    owner: "Cliente, Propietario, Dueño",
    warranty_until: "Garantía, Garantía hasta",
    nominal: "Tasa de hash, Hashrate nominal",
    site: "Sitio, Granja, Sede, Emplazamiento",
    building: "Edificio, Nave, Contenedor, Sala",
    row: "Fila, Pasillo",
    rack: "Bastidor, Estante, Estantería",
    position: "Posición, Ranura, Puesto",
    notes: "Nota, Notas, Observaciones, Comentario, Comentarios",
  },
});

/** A head without blanks, marks, accents and case. */
const wordOf = (title: string): string =>
  title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

const fieldsByWord = new Map(
  Object.values(heads).flatMap((words) =>
    Object.entries(words).flatMap(([field, titles]) => titles.split(", ").map((title) => [wordOf(title), field as ImportField] as const)),
  ),
);

/** The field that a column's head means; our own files call them by their names. */
function fieldOfHead(title: string): ImportField | undefined {
  const word = wordOf(title);
  return importFields.find((field) => wordOf(field) === word) ?? fieldsByWord.get(word);
}

/** The field of each column, "" where none is guessed; each field once. */
export function guessMapping(head: readonly string[]): string[] {
  const taken = new Set<string>();
  return head.map((title) => {
    const field = fieldOfHead(title);
    if (field === undefined || taken.has(field)) return "";
    taken.add(field);
    return field;
  });
}
