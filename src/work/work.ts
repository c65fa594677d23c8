import type { AlgorithmName } from "./algorithm.ts";

/**
 * One pool job in no language's words, so that any rig can work for any pool. Every dialect is an adapter to this.
 * Byte fields are as they are hashed; `prevHash` is in header order (the wire's word swap is undone).
 */
export type Work = {
  algorithm: AlgorithmName;
  /** 32 bytes in header order. */
  prevHash: Uint8Array;
  /** The block version as the pool sent it, 32 bits unsigned. */
  version: number;
  /** Compact network target, 32 bits unsigned. */
  nbits: number;
  /** Seconds since 1970, 32 bits unsigned. */
  ntime: number;
  coinb1: Uint8Array;
  coinb2: Uint8Array;
  /** Each 32 bytes, in hashing order. */
  merklePath: readonly Uint8Array[];
  /** The pool's extranonce1: bytes the hub must not touch. */
  fixed: Uint8Array;
  /** Bytes between `fixed` and `coinb2` that the hub fills (the pool's extranonce2 size, 1..16). */
  free: number;
  /** Version bits that may be rolled, 32 bits unsigned; 0 = none. */
  versionMask: number;
  /** The pool's share difficulty that goes with this job (> 0). */
  difficulty: number;
  /** As the pool wrote it; it wants the same JSON value back. */
  poolJobId: string | number;
  /** The pool wants earlier jobs dropped. */
  clean: boolean;
};
