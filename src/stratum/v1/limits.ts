/** Everything the language bounds, unit last. Longer or larger is a fault, never a slow path. */
export const v1Limits = Object.freeze({
  /** A rig's line, without its newline. The longest honest one seen is about 400 bytes. */
  rigLineBytesMax: 32 * 1024,
  /** A pool's line: a notify with 32 branches and two 100 kB coinbase parts stays below. */
  poolLineBytesMax: 1024 * 1024,
  /** Brackets within brackets; the deepest message, a subscribe answer, has four. */
  nestingMax: 32,
  idCharsMax: 256,
  jobIdCharsMax: 256,
  /** Users, passwords, agents, session ids: ckpool refuses whole lines over 1,024 bytes. */
  textCharsMax: 1024,
  /** What a rig may send as extranonce2; ESP-Miner's own bound. */
  rigExtranonce2BytesMax: 32,
  poolExtranonce1BytesMax: 32,
  poolExtranonce2BytesMax: 16,
  merkleBranchesMax: 32,
  coinbasePartBytesMax: 100_000,
  extensionsMax: 16,
  /** At 1e18 all of Bitcoin's rigs together (1e21 H/s) find one share in fifty days; below 1e-6 only test pools go. */
  difficultyMin: 1e-12,
  difficultyMax: 1e18,
});
