/** Rigs that enrolled one after the other and are counted together, beside each on its own. */
export const blockRigs = 256;

/** Rigs as whole blocks, and those that are left. */
export type Blocks = { blocks: number[]; rest: number[] };

/** With more rigs left than one in so many, blocks do not pay. */
const restPartMax = 8;

/**
 * The rigs given as blocks of which each counted rig is among them; null where that does not pay.
 * @param counted numbers of all rigs that were ever counted, as text with commas
 */
export function blocksOf(rigNos: readonly number[], counted: string): Blocks | null {
  const asked = new Set(rigNos);
  const broken = new Set<number>();
  const withRows: number[] = [];
  for (const no of counted === "" ? [] : counted.split(",").map(Number)) {
    if (asked.has(no)) withRows.push(no);
    else broken.add(blockOf(no));
  }
  const blocks = new Set(withRows.map(blockOf).filter((block) => !broken.has(block)));
  const rest = withRows.filter((no) => !blocks.has(blockOf(no)));
  return blocks.size === 0 || rest.length * restPartMax > withRows.length ? null : { blocks: [...blocks], rest };
}

const blockOf = (rigNo: number): number => Math.floor(rigNo / blockRigs);
