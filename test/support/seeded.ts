/** Numbers in [0, 1) that come again with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: always the same, so that a red run is somebody's doing and not chance; `HUB_TEST_SEED` tries others. */
export function seedOfRun(): number {
  return Number(process.env["HUB_TEST_SEED"] ?? 20_261_122) >>> 0;
}

export function oneOf<T>(random: () => number, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}
