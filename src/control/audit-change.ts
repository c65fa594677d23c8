import { Secret } from "./secret.ts";

/** Fields of one thing before and after; only those that differ. Null: there was none, there is none. */
export type AuditChange = { kind: string; id: string | null; before: Fields | null; after: Fields | null };
type Fields = Readonly<Record<string, unknown>>;

/** What a table hands over: whole rows. */
export type RowChange = { kind: string; id: string | null; before: object | null; after: object | null };

/** Said by the entry itself, or touched by every change. */
const bookkeeping = new Set(["no", "id", "version", "createdAtMs", "updatedAtMs"]);
const hidden = "(secret)";
const hiddenOther = "(another secret)";

/** What differs between two rows, in words that may be kept for ever: of secrets only that they changed. */
export function auditChange({ kind, id, before, after }: RowChange, unrecorded: readonly string[] = []): AuditChange {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (name) => !bookkeeping.has(name) && !unrecorded.includes(name),
  );
  const old = (before ?? {}) as Fields;
  const fresh = (after ?? {}) as Fields;
  const differing = names.filter((name) => !isSame(old[name], fresh[name]));
  const isOther = before !== null && after !== null;
  return {
    ...{ kind, id },
    before: before === null ? null : pick(old, differing, hidden),
    after: after === null ? null : pick(fresh, differing, isOther ? hiddenOther : hidden),
  };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Secret && other instanceof Secret) return one.reveal() === other.reveal();
  return Bun.deepEquals(one, other);
}

function pick(fields: Fields, names: readonly string[], secretWord: string): Fields {
  const wordOf = (value: unknown) => {
    if (value instanceof Secret) return value.reveal() === "" ? "" : secretWord;
    return value instanceof Uint8Array ? secretWord : (value ?? null);
  };
  return Object.fromEntries(names.map((name) => [snakeCase(name), wordOf(fields[name])]));
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The row as it was before `changes`, with words in place of secrets. */
export function asBefore<Row extends { id: string }>(row: Row, changes: readonly AuditChange[]): Row {
  const own = changes.filter(({ id, before }) => id === row.id && before !== null).toReversed();
  return Object.assign(
    { ...row },
    ...own.map(({ before }) => Object.fromEntries(Object.entries(before ?? {}).map(([name, value]) => [camelCase(name), value]))),
  );
}
