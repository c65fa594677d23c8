/** The algorithms whose shares the hub checks itself. Others are passed through and belong to their own dialects. */
export type AlgorithmName = "sha256d" | "scrypt";

export type Algorithm = {
  name: AlgorithmName;
  /** Expected hashes per share of difficulty 1, by the pools' convention (not the exact 2^256 / (target + 1)). */
  hashesPerDifficulty: bigint;
  /** The same as a double, which holds it exactly. */
  hashesPerDifficultyDouble: number;
  /** The target that difficulty 1 stands for: a hash, read as a little-endian number, must not exceed it. */
  difficultyOneTarget: bigint;
};

/** SHA-256d counts from 0xffff * 2^208; scrypt pools scale by 65,536, as pooler/cpuminer and node-stratum-pool do. */
export const algorithms: Readonly<Record<AlgorithmName, Algorithm>> = Object.freeze({
  sha256d: { name: "sha256d", hashesPerDifficulty: 1n << 32n, hashesPerDifficultyDouble: 2 ** 32, difficultyOneTarget: 0xffffn << 208n },
  scrypt: { name: "scrypt", hashesPerDifficulty: 1n << 16n, hashesPerDifficultyDouble: 2 ** 16, difficultyOneTarget: 0xffffn << 224n },
});

export const algorithmNames = Object.freeze(Object.keys(algorithms)) as readonly AlgorithmName[];
