import type { Work } from "../../work/work.ts";
import { hexCodes, hexOfBytes, uint32ToHex } from "./hex.ts";
import { swapWords } from "./notify.ts";

/** What differs between the notify lines of one Work. */
export type NotifyLine = {
  /** The hub's job id: exactly eight characters of printable ASCII without quote and backslash (lower-case hex). */
  jobId: string;
  /** The filler P between the pool's extranonce1 and the rig's. */
  prefix: Uint8Array;
  /** Seconds since 1970; not always the Work's own (a job handed out again may bump it). */
  ntime: number;
  clean: boolean;
};

/** One line with holes; the offsets are where they lie. */
type Blank = { bytes: Buffer; prefixAt: number; ntimeAt: number };

const jobIdChars = 8;
const head = '{"id":null,"method":"mining.notify","params":["';
const cleanTail = Buffer.from("true]}\n");
const keepTail = Buffer.from("false]}\n");

/**
 * The notify of one Work for many blocks of rigs: hex of everything alike is made once, a line costs one copy and the
 * few digits that differ. The pool's extranonce1 is folded into coinb1, so what rigs see is coinb1 | fixed | P.
 */
export class NotifyTemplate {
  readonly #work: Work;
  /** By length of P, as rigs of different extranonce layouts get different ones. */
  readonly #blanks = new Map<number, Blank>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** A new Buffer with the line and its newline; it may be kept and written to many rigs. */
  line({ jobId, prefix, ntime, clean }: NotifyLine): Buffer {
    if (jobId.length !== jobIdChars) throw new RangeError(`jobId: must be ${jobIdChars} characters`);
    const blank = this.#blankFor(prefix.length);
    const tail = clean ? cleanTail : keepTail;
    const bytes = Buffer.allocUnsafeSlow(blank.bytes.length + tail.length);
    bytes.set(blank.bytes);
    bytes.set(tail, blank.bytes.length);
    for (let index = 0; index < jobIdChars; index++) bytes[head.length + index] = jobId.charCodeAt(index);
    patchHex(bytes, blank.prefixAt, prefix);
    for (let index = 0; index < 4; index++) patchByte(bytes, blank.ntimeAt + 2 * index, (ntime >>> (24 - 8 * index)) & 255);
    return bytes;
  }

  #blankFor(prefixBytes: number): Blank {
    const known = this.#blanks.get(prefixBytes);
    if (known !== undefined) return known;
    const blank = makeBlank(this.#work, prefixBytes);
    this.#blanks.set(prefixBytes, blank);
    return blank;
  }
}

function makeBlank(work: Work, prefixBytes: number): Blank {
  const coinb1 = `${hexOfBytes(work.coinb1)}${hexOfBytes(work.fixed)}`;
  const beforePrefix = `${head}${"0".repeat(jobIdChars)}","${hexOfBytes(swapWords(work.prevHash))}","${coinb1}`;
  const branches = work.merklePath.map((branch) => `"${hexOfBytes(branch)}"`).join(",");
  const afterPrefix = `","${hexOfBytes(work.coinb2)}",[${branches}],"${uint32ToHex(work.version)}","${uint32ToHex(work.nbits)}","`;
  const text = `${beforePrefix}${"0".repeat(2 * prefixBytes)}${afterPrefix}`;
  return { bytes: Buffer.from(`${text}00000000",`, "latin1"), prefixAt: beforePrefix.length, ntimeAt: text.length };
}

function patchHex(bytes: Buffer, at: number, values: Uint8Array): void {
  for (let index = 0; index < values.length; index++) patchByte(bytes, at + 2 * index, values[index] ?? 0);
}

function patchByte(bytes: Buffer, at: number, value: number): void {
  bytes[at] = hexCodes[2 * value] ?? 0;
  bytes[at + 1] = hexCodes[2 * value + 1] ?? 0;
}
