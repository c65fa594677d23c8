/**
 * What a submit's version bits mean (stratum-v1 reference 1.5): `replace` is BIP 310, miningcore, para, Lumerin;
 * `or` is ckpool, DATUM, cgminer and the Bitaxe drivers; `xor` is btcpool, public-pool and what ESP-Miner puts on the wire.
 */
export type VersionMeaning = "replace" | "or" | "xor";

/** In the order in which they are tried. */
export const versionMeanings: readonly VersionMeaning[] = Object.freeze(["replace", "or", "xor"]);

/**
 * The nVersion that a rig solved, 32 bits unsigned. Bits outside the mask are cleared first: some firmware sends them as soon as
 * soft-fork signalling appears in the job's version, and no pool could take what they would make.
 */
export function solvedVersion(meaning: VersionMeaning, version: number, mask: number, bits: number): number {
  const rolled = bits & mask;
  if (meaning === "replace") return ((version & ~mask) | rolled) >>> 0;
  return (meaning === "or" ? version | rolled : version ^ rolled) >>> 0;
}

/** The sixth parameter of a submit for a pool that reads it as `meaning`: the bits that make `solved` out of the job's `version`. */
export function bitsForPool(meaning: VersionMeaning, version: number, mask: number, solved: number): number {
  return (meaning === "xor" ? solved ^ version : solved & mask) >>> 0;
}

/** The mask to give a rig for a job: without the bits already set in its version, so that all three meanings agree. */
export function rollableMask(version: number, mask: number): number {
  return (mask & ~version) >>> 0;
}

/**
 * The versions beside the job's own that cgminer solves for (get_vmask in its util.c): with all bits of the mask, with those of its lowest
 * hex digit that has any, and with the others.
 */
export function cgminerVersions(version: number, mask: number): number[] {
  const lowest = mask & -mask;
  const digit = lowest === 0 ? 0 : (0xf << (4 * Math.floor((31 - Math.clz32(lowest)) / 4))) & mask;
  return [mask, mask & ~digit, digit].map((bits) => (version | bits) >>> 0);
}
