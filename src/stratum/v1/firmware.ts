/** What an agent string tells before anything else is known of a rig. */
export type Firmware = {
  /** Extranonce layout it needs; null = the listener's default. */
  layout: { e1Bytes: number; e2Bytes: number } | null;
  /** Takes difficulties that are not whole; others get integers of at least 1 where the pool allows. */
  fractionalDifficulty: boolean;
  /** Follows mining.set_extranonce without having asked for it. */
  followsExtranonce: boolean;
  /** Lowest difficulty it accepts. */
  difficultyMin: number;
};

const plain: Firmware = Object.freeze({ layout: null, fractionalDifficulty: false, followsExtranonce: false, difficultyMin: 0 });

/** First match wins. */
const known: readonly (readonly [RegExp, Partial<Firmware>])[] = [
  // Leaves e2 constant and takes only 2, 4 or 8 bytes of it (BitMaker-hub/NerdMiner_v2 src/utils.cpp): it must be told apart by e1.
  [/^(NerdMinerV2|HAN_SOLOminer)\b/i, { layout: { e1Bytes: 2, e2Bytes: 2 }, fractionalDifficulty: true }],
  // Keeps difficulty as uint32 (shufps/ESP-Miner-NerdQAxePlus components/stratum): 0.5 would be 0.
  [/^Nerd(Q|Oct|Eko|Hax)?Axe/i, { followsExtranonce: true }],
  [/^bitaxe\b/i, { fractionalDifficulty: true }],
  // OCEAN-xyz/datum_gateway src/datum_stratum.c.
  [/^NiceHash\//i, { difficultyMin: 524_288 }],
  // Swaps extranonce1 at once whether it asked or not (bitmaintech/bmminer-mix util.c); of the closed firmware of S19 and S21 nobody has shown it.
  [/^(bmminer|Antminer(?! S(19|21)))/i, { followsExtranonce: true }],
  [/^(cpuminer|bfgminer|cgminer)/i, { fractionalDifficulty: true }],
];

/** What is known of the firmware that calls itself `agent`. */
export function firmwareOf(agent: string): Firmware {
  for (const [pattern, facts] of known) if (pattern.test(agent)) return { ...plain, ...facts };
  return plain;
}
