import type { FarmMember } from "../simulate/farm.ts";

/** Everything the demo makes shorter or smaller than life. Printed at its start. */
export const demoPlan = Object.freeze({
  /** Shares per rig and minute, instead of 12: figures settle and rigs are vetted in a minute. */
  sharesPerMinute: 60,
  /** A rig that is gone for so long is replaced, instead of 15. */
  disconnectGraceS: 5,
  /** After the hub's start nothing is planned for so long, instead of a minute. */
  startGraceMs: 5_000,
  /** A pool must be well for so long before its rigs return to it, instead of 120. */
  returnAfterS: 10,
  jobEveryMs: 5_000,
  /** One share in about 43,000 hashes is what the pools ask for; the hub asks each rig for less, and forwards what the pools want. */
  poolDifficulty: 1e-5,
  /** The story goes on without the last rigs when their vetting takes longer (on a busy machine they do less than they declare). */
  vettingMsMax: 70_000,
  vettedMin: 15,
  betweenMs: 8_000,
  /** Short, because a dead pool is tried again after random times that grow. */
  poolDeadMs: 4_000,
  returnMsMax: 60_000,
  rigs: 20,
});

/** The house's pool, and the customer's two: the second of them gives four bytes of extranonce2 where the others give eight, and rigs notice nothing. */
export const demoPools = Object.freeze({
  house: { name: "demo house", extranonce2Size: 8 },
  first: { name: "customer's first pool", extranonce2Size: 8 },
  next: { name: "customer's next pool", extranonce2Size: 4 },
});

/** What the customer buys. All of it is 38 of the farm's 134 kH/s. */
export const demoContracts = Object.freeze({
  threshold: { external_ref: "demo-threshold", method: "threshold", promised_hps: 20_000 },
  miners: { external_ref: "demo-miners", method: "miners", rig_count: 2, rig_nominal_hps: 9_000 },
});

export const demoCustomer = Object.freeze({ external_ref: "demo-customer", name: "Demo customer", timezone: "UTC" });

const kinds = [
  { model: "s19", hashrateHps: 5_000 },
  { model: "s21", hashrateHps: 9_000 },
  { model: "m50", hashrateHps: 6_000 },
] as const;
const rigsPerRack = 5;

/** One rig of the demo: what it does, and what is written down of it once it has enrolled. */
export type DemoRig = FarmMember & { name: string; asset: { asset_code: string; model: string; location: { row: string; rack: string; position: string } } };

/** Twenty rigs of three kinds, 134 kH/s together, which takes about a tenth of a core. Each declares its hashrate with the password hint `h=`. */
export function demoRigs(): DemoRig[] {
  return Array.from({ length: demoPlan.rigs }, (_, at): DemoRig => {
    const { model, hashrateHps } = kinds[at % kinds.length] ?? kinds[0];
    const number = String(at + 1).padStart(2, "0");
    const location = { row: "1", rack: String(Math.floor(at / rigsPerRack) + 1), position: String((at % rigsPerRack) + 1) };
    const name = `${model}-${number}`;
    return {
      ...{ name, worker: `demo.${name}`, password: `h=${hashrateHps}`, hashrateHps },
      asset: { asset_code: `DEMO-${model.toUpperCase()}-${number}`, model, location },
    };
  });
}

/** What the whole story takes, with some room. */
const storyMinutes = 3;

/** What will happen, and when it ends: after `minutes`, or only at Ctrl-C when that is null. */
export function announcement(minutes: number | null): string {
  const when = minutes === null || minutes >= storyMinutes ? "In the next three minutes" : "In three minutes, of which it plays the beginning";
  const end = minutes === null ? "Ctrl-C ends it." : `It ends after ${minutes} minute${minutes === 1 ? "" : "s"}; Ctrl-C ends it sooner.`;
  return `${when}: rigs enrol and are vetted; a customer buys hashrate and two places for rigs;
a rig of his loses power and a spare steps in; his pool dies, his rigs go on at his next one, and return when it is back. ${end}`;
}
