import type { Contract } from "../../control/contract-row.ts";
import type { ServingRig } from "../../control/contracts.ts";
import { holdAt } from "../../control/fleets.ts";
import type { Pool } from "../../control/pools.ts";
import type { ContractHealth } from "../deps.ts";
import type { ApiParts } from "../endpoint.ts";
import { type ContractNow, contractJson } from "../present-contracts.ts";
import { profileWarnings } from "../profile-warnings.ts";
import { timeText } from "../times.ts";
import { probeUnproven } from "./pools.ts";

/** Contracts as they are now: rows, the rigs that serve them, what they delivered, what the hub sees. A few questions for all together. */
export async function presentContracts(parts: ApiParts, contracts: readonly Contract[]) {
  const { deps, figures, ids } = parts;
  const delivered = await figures.deliveredByContract();
  const serving = Map.groupBy(deps.control.contracts.rigsOf(contracts.map(({ no }) => no)), ({ contractNo }) => contractNo);
  const warnings = await warningsByProfile(parts, contracts);
  return contracts.map((contract) => {
    const rigs = serving.get(contract.no) ?? [];
    const now: ContractNow = {
      health: isInForce(contract) ? healthOf(deps, contract) : null,
      delivered: delivered(contract),
      serving: rigs,
      activePoolNo: activePoolNo(parts, rigs),
      warnings: warnings.get(contract.profileNo) ?? [],
    };
    return contractJson(contract, now, ids);
  });
}

/** How it stands; while its fleet is held, also that nobody mends it. */
function healthOf({ contracts, control, now }: ApiParts["deps"], { no, fleetNo }: Contract): ContractHealth | null {
  const health = contracts?.health(no) ?? null;
  const fleet = health === null ? null : control.fleets.byNo(fleetNo);
  const held = fleet === null ? null : holdAt(fleet, now());
  if (health === null || held === null) return health;
  return { ...health, reason: { ...health.reason, text: `${health.reason.text}; no rigs are moved until ${timeText(held.untilMs)}: ${held.reason}` } };
}

/** One contract, read anew: it was on its way to the disk when the caller had it. */
export async function presentContract(parts: ApiParts, contractNo: number) {
  const contract = parts.deps.control.contracts.byNo(contractNo);
  const [json] = await presentContracts(parts, contract === null ? [] : [contract]);
  return json;
}

/** The same after its pools were tried, those that do not work yet; with what is to be said of its opening alone. */
export async function presentTried(parts: ApiParts, contract: Contract, opening: readonly string[]) {
  await Promise.all(poolsOf(parts, contract.profileNo).map((pool) => probeUnproven(parts, pool)));
  const shown = await presentContract(parts, contract.no);
  return shown && { ...shown, warnings: [...opening, ...shown.warnings] };
}

const isInForce = ({ state }: Contract): boolean => state === "active" || state === "activating";

function poolsOf({ deps }: ApiParts, profileNo: number): Pool[] {
  const profile = deps.control.profiles.byNo(profileNo);
  return (profile?.poolNos ?? []).flatMap((no) => deps.control.pools.byNo(no) ?? []);
}

/** A page of contracts reads all profiles and pools at once, one contract its own. */
const readAllFrom = 20;

async function warningsByProfile(parts: ApiParts, contracts: readonly Contract[]): Promise<Map<number, string[]>> {
  const { profiles } = parts.deps.control;
  const nos = new Set(contracts.map(({ profileNo }) => profileNo));
  if (contracts.length < readAllFrom)
    return profileWarnings(
      parts,
      [...nos].flatMap((no) => profiles.byNo(no) ?? []),
    );
  const rows = profiles.all().filter(({ no }) => nos.has(no));
  return profileWarnings(parts, rows, await parts.pools.current());
}

/** Rigs that are asked where they mine: all of a contract are at one pool but for the moment of a move. */
const askedMax = 8;

/** The pool whose job its rigs hold; 0 where none has one. */
function activePoolNo({ deps }: ApiParts, serving: readonly ServingRig[]): number {
  for (const { rigNo, contractNo } of serving.slice(0, askedMax)) {
    const fact = deps.hub.rig(rigNo);
    if (fact !== null && fact.contractNo === contractNo && fact.poolNo !== 0) return fact.poolNo;
  }
  return 0;
}

/** Once it is on disk: the hub reads its tables again, and whoever plans does so. */
export function tellOfContract({ deps, bell }: ApiParts): void {
  bell.now();
  deps.contracts?.changed();
}
