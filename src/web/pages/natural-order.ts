const naturalKeys = new Map<string, string>();
const naturalKeysMax = 50_000;

/** A text that sorts `rig-2` before `rig-10`. Kept, because ten thousand names are sorted again and again. */
function naturalKey(name: string): string {
  const kept = naturalKeys.get(name);
  if (kept !== undefined) return kept;
  if (naturalKeys.size >= naturalKeysMax) naturalKeys.clear();
  const key = name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, "0"));
  naturalKeys.set(name, key);
  return key;
}

/** Rigs in the order in which people count: `rig-2` before `rig-10`. */
export function byName<T extends { name: string }>(things: readonly T[]): T[] {
  const keyed = things.map((thing) => ({ thing, key: naturalKey(thing.name) }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
  return keyed.map(({ thing }) => thing);
}
