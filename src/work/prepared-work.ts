import { targetOf, targetOfBits } from "./difficulty.ts";
import type { Work } from "./work.ts";

const nodeBytes = 32;
const slotBytes = 2 * nodeBytes;
const headerBytes = 80;

/** Where the fields of an 80-byte header lie, as 32-bit word indices. */
export const headerWord = Object.freeze({ version: 0, prevHash: 1, merkleRoot: 9, ntime: 17, nbits: 18, nonce: 19 });

/**
 * All that the shares of one pool job have in common, laid out so that checking one allocates nothing.
 * The buffers are scratch: `share-check.ts` writes the free bytes, the nodes and the header in place, one share at a time.
 */
export type PreparedWork = {
  readonly work: Work;
  /** `coinb1 | fixed | free | coinb2`. */
  readonly coinbase: Uint8Array;
  /** Where the free bytes begin inside `coinbase`. */
  readonly freeOffset: number;
  readonly freeBytes: number;
  /** Per branch 64 bytes `node | branch`; the node half is written by the level below. */
  readonly slots: readonly Uint8Array[];
  /** Where the hash of level i goes: the node half of slot i, and at last the merkle root inside the header. Always one more than `slots`. */
  readonly nodes: readonly Uint8Array[];
  readonly header: Uint8Array;
  /** The same 80 bytes as words; typed arrays are little-endian on every machine that Bun runs on, as headers are. */
  readonly headerWords: Uint32Array;
  /** A hash at or below it is worth sending to the pool. */
  readonly upstreamTarget: Uint32Array;
  /** A hash at or below it is a block. */
  readonly blockTarget: Uint32Array;
  /** The merkle root inside `header` belongs to the free bytes inside `coinbase`. */
  rootIsCurrent: boolean;
};

/** Lays a pool job out for `checkShare`: once per job, for all rigs. Throws RangeError where a byte field has the wrong length, which the reader of the dialect has to have refused. */
export function prepareWork(work: Work): PreparedWork {
  if (work.prevHash.length !== nodeBytes) throw new RangeError(`prevHash: must have 32 bytes, has ${work.prevHash.length}`);
  if (work.merklePath.some((branch) => branch.length !== nodeBytes)) throw new RangeError("merklePath: every branch must have 32 bytes");
  const freeOffset = work.coinb1.length + work.fixed.length;
  const coinbase = new Uint8Array(freeOffset + work.free + work.coinb2.length);
  coinbase.set(work.coinb1);
  coinbase.set(work.fixed, work.coinb1.length);
  coinbase.set(work.coinb2, freeOffset + work.free);
  const header = headerTemplate(work);
  const slots = merkleSlots(work.merklePath);
  const root = header.subarray(4 * headerWord.merkleRoot, 4 * headerWord.merkleRoot + nodeBytes);
  return {
    work,
    coinbase,
    freeOffset,
    freeBytes: work.free,
    slots,
    nodes: [...slots.map((slot) => slot.subarray(0, nodeBytes)), root],
    header,
    headerWords: new Uint32Array(header.buffer),
    upstreamTarget: targetOf(work.algorithm, work.difficulty),
    blockTarget: targetOfBits(work.nbits),
    rootIsCurrent: false,
  };
}

function headerTemplate(work: Work): Uint8Array {
  const words = new Uint32Array(headerBytes / 4);
  const header = new Uint8Array(words.buffer);
  header.set(work.prevHash, 4 * headerWord.prevHash);
  words[headerWord.version] = work.version;
  words[headerWord.ntime] = work.ntime;
  words[headerWord.nbits] = work.nbits;
  return header;
}

/** One stretch of memory, so that the levels of a check lie side by side in the cache. */
function merkleSlots(merklePath: readonly Uint8Array[]): Uint8Array[] {
  const memory = new Uint8Array(slotBytes * merklePath.length);
  return merklePath.map((branch, level) => {
    const slot = memory.subarray(slotBytes * level, slotBytes * (level + 1));
    slot.set(branch, nodeBytes);
    return slot;
  });
}
