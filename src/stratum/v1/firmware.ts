/** What an agent string tells before anything else is known of a rig. */
export type Firmware = {
  name: string;
  /** Extranonce layout it needs; null = the listener's default. */
  layout: { e1Bytes: number; e2Bytes: number } | null;
  /** Takes difficulties that are not whole; others get integers of at least 1 where the pool allows. */
  fractionalDifficulty: boolean;
  /** Follows mining.set_extranonce without having asked for it. */
  followsExtranonce: boolean;
  /** Many workers behind one connection, no single rig. Wants an upstream of its own with its native layout: btcagent exactly 8 bytes of extranonce2, ckproxy 3 or more. */
  aggregator: boolean;
  /** Longest coinbase in bytes it is known to digest; null = not known to be short. */
  coinbaseBytesMax: number | null;
  /** Lowest difficulty it accepts. */
  difficultyMin: number;
};

const plain: Firmware = Object.freeze({
  name: "unknown",
  layout: null,
  fractionalDifficulty: false,
  followsExtranonce: false,
  aggregator: false,
  coinbaseBytesMax: null,
  difficultyMin: 0,
});

/** First match wins. Coinbase sizes and NiceHash's floor: OCEAN-xyz/datum_gateway src/datum_stratum.c; the rest as noted. */
const known: readonly (readonly [RegExp, Partial<Firmware> & { name: string }])[] = [
  // Leaves e2 constant and takes only 2, 4 or 8 bytes of it (BitMaker-hub/NerdMiner_v2 src/utils.cpp): it must be told apart by e1.
  [/^(NerdMinerV2|HAN_SOLOminer)\b/i, { name: "nerdminer", layout: { e1Bytes: 2, e2Bytes: 2 }, fractionalDifficulty: true, coinbaseBytesMax: 256 }],
  // Keeps difficulty as uint32 (shufps/ESP-Miner-NerdQAxePlus components/stratum): 0.5 would be 0.
  [/^Nerd(Q|Oct|Eko|Hax)?Axe/i, { name: "nerdqaxe", followsExtranonce: true, coinbaseBytesMax: 6500 }],
  [/^bitaxe\b/i, { name: "bitaxe", fractionalDifficulty: true, coinbaseBytesMax: 6500 }],
  [/^NiceHash\//i, { name: "nicehash", aggregator: true, coinbaseBytesMax: 500, difficultyMin: 524_288 }],
  [/^(btccom-agent|btcagent|ckproxy|stratum-proxy|stratumproxy|xnproxy)\b/i, { name: "proxy", aggregator: true }],
  [/bosminer|^braiins/i, { name: "braiins", coinbaseBytesMax: 2250 }],
  [/^Antminer S21/i, { name: "antminer-s21", coinbaseBytesMax: 2250 }],
  [/^Antminer S19/i, { name: "antminer-s19", coinbaseBytesMax: 750 }],
  // Swaps extranonce1 at once whether it asked or not (bitmaintech/bmminer-mix util.c).
  [/^(bmminer|Antminer)/i, { name: "antminer", followsExtranonce: true }],
  [/^whatsminer/i, { name: "whatsminer", coinbaseBytesMax: 6500 }],
  [/^(PowerPlay-BM|xminer-1\.)/i, { name: "xminer", coinbaseBytesMax: 16_000 }],
  [/^cpuminer/i, { name: "cpuminer", fractionalDifficulty: true }],
  [/^bfgminer/i, { name: "bfgminer", fractionalDifficulty: true }],
  [/^cgminer/i, { name: "cgminer", fractionalDifficulty: true }],
];

/** What is known of the firmware that calls itself `agent`. */
export function firmwareOf(agent: string): Firmware {
  for (const [pattern, facts] of known) if (pattern.test(agent)) return { ...plain, ...facts };
  return plain;
}
