import { bytesOfHex, hexOfBytes, hexToUint32, uint32ToHex } from "../stratum/v1/hex.ts";
import type { Work } from "../work/work.ts";

/*
 * A job on the wire, written and read here for the simulated ends alone. That it is not the hub's own code is the point:
 * a mistake made twice by one function would cancel out between a simulated pool and a simulated rig.
 */

/** The parameters of `mining.notify` (stratum-v1 1.3): prevhash goes with each 4-byte word reversed. */
export function notifyParams(work: Omit<Work, "fixed">): unknown[] {
  return [
    work.poolJobId,
    hexOfBytes(swapWords(work.prevHash)),
    hexOfBytes(work.coinb1),
    hexOfBytes(work.coinb2),
    work.merklePath.map(hexOfBytes),
    uint32ToHex(work.version),
    uint32ToHex(work.nbits),
    uint32ToHex(work.ntime),
    work.clean,
  ];
}

/** What a rig knows besides the job when a job comes in. */
export type RigTerms = Pick<Work, "algorithm" | "fixed" | "free" | "versionMask" | "difficulty">;

/** Reads the parameters of `mining.notify`; null when one of them is not what it must be. `clean` is the last one (ESP-Miner reads it so). */
export function workOfNotify(params: readonly unknown[], terms: RigTerms): Work | null {
  const [poolJobId, prevHash, coinb1, coinb2, branches, version, nbits, ntime] = params;
  const words = [version, nbits, ntime].map((text) => (typeof text === "string" ? hexToUint32(text) : -1));
  const bytes = [prevHash, coinb1, coinb2, ...(Array.isArray(branches) ? branches : [null])].map((text) =>
    typeof text === "string" ? bytesOfHex(text) : null,
  );
  const [prevHashBytes, coinb1Bytes, coinb2Bytes, ...merklePath] = bytes.filter((part) => part !== null);
  const [versionWord = -1, nbitsWord = -1, ntimeWord = -1] = words;
  if (typeof poolJobId !== "string" || words.includes(-1) || bytes.includes(null)) return null;
  if (prevHashBytes?.length !== 32 || coinb1Bytes === undefined || coinb2Bytes === undefined || merklePath.some((branch) => branch.length !== 32)) return null;
  return {
    ...terms,
    poolJobId,
    prevHash: swapWords(prevHashBytes),
    coinb1: coinb1Bytes,
    coinb2: coinb2Bytes,
    merklePath,
    version: versionWord,
    nbits: nbitsWord,
    ntime: ntimeWord,
    clean: params.at(-1) === true,
  };
}

/** Reverses the bytes of each 4-byte word, in a copy. */
function swapWords(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (_, at) => bytes[(at & ~3) + 3 - (at & 3)] ?? 0);
}
