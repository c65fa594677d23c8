import {
  type ContractHealth,
  contractSettingsOf,
  newContractHealth,
  newPlaceHealth,
  type PlaceHealth,
  placeSettingsOf,
  stepContract,
  stepPlace,
} from "../health/contract-detector.ts";
import type { Counted } from "../health/cusum.ts";
import type { Period } from "../health/health-settings.ts";

/** What the detectors need to know of a contract in force. */
export type WatchedContract = { no: number; method: "threshold" | "miners"; toleranceBp: number; promisedHps: number; sharesPerMinute: number; period: Period };

/** What its rigs' shares say of a contract: whether together they send what is promised, and which places have lost too much. */
export class ContractWatch {
  private readonly contracts = new Map<number, ContractHealth>();
  private readonly pooled = new Map<number, { counted: Counted; rigs: number }>();
  private readonly places = new Map<number, { contractNo: number; health: PlaceHealth }>();
  private readonly shortOf = new Map<number, string>();
  private readonly rules: (contractNo: number) => WatchedContract | null;
  private readonly placeLost: (rigNo: number, contractNo: number, text: string) => void;

  /** `placeLost`: a rig of a `miners` contract has fallen more than the tolerance below its nominal. */
  constructor(rules: (contractNo: number) => WatchedContract | null, placeLost: (rigNo: number, contractNo: number, text: string) => void) {
    this.rules = rules;
    this.placeLost = placeLost;
  }

  /** Why the contract's rigs together are short, in words; null while they are not. */
  short(contractNo: number): string | null {
    return this.shortOf.get(contractNo) ?? null;
  }

  /** One rig's part of this round. */
  note(rigNo: number, contractNo: number, counted: Counted): void {
    const sum = this.pooled.get(contractNo) ?? { counted: { expected: 0, accepted: 0, ms: 0 }, rigs: 0 };
    sum.counted.expected += counted.expected;
    sum.counted.accepted += counted.accepted;
    sum.counted.ms = Math.max(sum.counted.ms, counted.ms);
    sum.rigs += 1;
    this.pooled.set(contractNo, sum);
    const contract = this.rules(contractNo);
    if (contract?.method === "miners") this.stepPlace(rigNo, contract, counted);
  }

  /** Ends the round: takes what was noted into the contracts' detectors. `nominals`: of each contract's rigs together, H/s. */
  settle(nominals: ReadonlyMap<number, number>): void {
    for (const [no, { counted, rigs }] of this.pooled) {
      const contract = this.rules(no);
      if (contract === null) continue;
      const health = this.contracts.get(no) ?? newContractHealth();
      this.contracts.set(no, health);
      const settings = contractSettingsOf({ sharesPerMinute: contract.sharesPerMinute * rigs, period: contract.period });
      const verdict = stepContract(health, { ...counted, expected: counted.expected / Math.max(1, (nominals.get(no) ?? 0) / contract.promisedHps) }, settings);
      if (verdict === null) continue;
      if (verdict.short) this.shortOf.set(no, verdict.reason.text);
      else this.shortOf.delete(no);
    }
    this.pooled.clear();
  }

  /** The rig serves another contract, or none: what was counted for its place says nothing of the next. */
  left(rigNo: number): void {
    this.places.delete(rigNo);
  }

  /** Contracts that are over are forgotten. */
  keep(exists: (contractNo: number) => boolean): void {
    for (const no of this.contracts.keys()) {
      if (exists(no)) continue;
      this.contracts.delete(no);
      this.shortOf.delete(no);
    }
  }

  private stepPlace(rigNo: number, { no, toleranceBp, sharesPerMinute, period }: WatchedContract, counted: Counted): void {
    let place = this.places.get(rigNo);
    if (place?.contractNo !== no) {
      place = { contractNo: no, health: newPlaceHealth() };
      this.places.set(rigNo, place);
    }
    const reason = stepPlace(place.health, counted, placeSettingsOf({ toleranceBp, sharesPerMinute, period }));
    if (reason !== null) this.placeLost(rigNo, no, reason.text);
  }
}
