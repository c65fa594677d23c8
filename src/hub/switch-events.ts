import type { EventData, EventInput } from "../control/events.ts";
import type { Pool } from "../control/pools.ts";
import type { Profile } from "../control/profiles.ts";
import type { PoolState } from "../health/facts.ts";

/** What the switchboard saw; `contractNo` 0 = the house. Moments are of the hub's time. */
export type SwitchEvent = { contractNo: number } & (
  | { type: "pool.failover"; from: Pool; to: Pool; profile: Profile; rigs: number; reason: string; tookMs: number }
  /** `proven`: well for its hold-down; `listed`: people have put it before the other; `usable`: there was no pool to work for. */
  | { type: "pool.returned"; from: Pool; to: Pool; profile: Profile; rigs: number; cause: "proven" | "listed" | "usable" }
  | { type: "pool.all-down"; from: Pool; profile: Profile; rigs: number; reason: string }
  | { type: "pool.state"; pool: Pool; from: PoolState; to: PoolState; reason: string }
  | { type: "pool.name-refused"; pool: Pool; name: string; reason: string }
  | { type: "contract.pools-down"; profile: Profile; rigs: number; fromMs: number; reason: string }
  | { type: "contract.pools-up"; profile: Profile; rigs: number; fromMs: number; toMs: number }
);

type Switched = Omit<SwitchEvent & { type: "pool.failover" }, "type">;

/** `returns`: by choice, while the pool in use could be used; `hadNone`: there was none in use; `justChanged`: the list is another since a short time. */
type Circumstances = { returns: boolean; hadNone: boolean; justChanged: boolean };

/** From one pool to another. An earlier pool of the list that rigs go to because theirs has failed is no return. */
export function switchEvent(switched: Switched, { returns, hadNone, justChanged }: Circumstances): SwitchEvent {
  const { profile, from, to } = switched;
  const isEarlier = profile.poolNos.indexOf(to.no) <= profile.poolNos.indexOf(from.no);
  if (!isEarlier || !(returns || hadNone)) return { ...switched, type: "pool.failover" };
  const { reason: _reason, tookMs: _tookMs, ...told } = switched;
  const byChoice = justChanged ? "listed" : "proven";
  return { ...told, type: "pool.returned", cause: returns ? byChoice : "usable" };
}

/** Who a contract's number stands for; null = nobody knows. */
export type ContractName = (contractNo: number) => { id: string; name: string } | null;

type Context = { nameOf: ContractName; wallOf: (ms: number) => number };

/** What the switchboard saw, as a sentence for a person and data for a script. */
export function eventOf(event: SwitchEvent, context: Context): EventInput {
  const contract = event.contractNo === 0 ? null : (context.nameOf(event.contractNo) ?? { id: null, name: `contract ${event.contractNo}` });
  const told = toldOf(event, contract, context);
  if (contract === null) return told;
  return { ...told, data: { ...told.data, contract_no: event.contractNo, contract_id: contract.id } };
}

type Contract = { id: string | null; name: string } | null;

function toldOf(event: SwitchEvent, contract: Contract, { wallOf }: Context): EventInput & { data: EventData } {
  const whose = contract === null ? "" : ` of ${contract.name}`;
  switch (event.type) {
    case "pool.failover":
      return {
        type: event.type,
        subjectKind: "pool",
        subjectId: event.from.id,
        text: `${event.from.name}: ${event.reason || "not usable"}. ${wentOn(event, contract)}.`,
        data: { from_pool_id: event.from.id, to_pool_id: event.to.id, profile_id: event.profile.id, rigs: event.rigs, took_ms: event.tookMs },
      };
    case "pool.returned":
      return {
        type: event.type,
        subjectKind: "pool",
        subjectId: event.to.id,
        text: returnedText(event, event.rigs === 0 ? `${nameOf(contract)}, without a rig now,` : `${rigs(event.rigs)}${whose}`),
        data: { from_pool_id: event.from.id, to_pool_id: event.to.id, profile_id: event.profile.id, rigs: event.rigs },
      };
    case "pool.all-down":
      return {
        type: event.type,
        subjectKind: "profile",
        subjectId: event.profile.id,
        text: `No pool of profile ${event.profile.name} is usable (${event.from.name}: ${event.reason || "not usable"}). ${rigs(event.rigs)}${whose} ${verb(event.rigs, "keeps its", "keep their")} last job.`,
        data: { pool_id: event.from.id, profile_id: event.profile.id, rigs: event.rigs },
      };
    case "pool.state":
      return {
        type: "pool.state-changed",
        subjectKind: "pool",
        subjectId: event.pool.id,
        text: `${event.pool.name}${contract === null ? "" : ` (for ${contract.name})`} is ${event.to}${event.reason === "" ? "" : `: ${event.reason}`}`,
        data: { from: event.from, to: event.to, reason: event.reason },
      };
    case "pool.name-refused":
      return {
        type: event.type,
        subjectKind: "pool",
        subjectId: event.pool.id,
        text: `${event.pool.name} refused the worker name ${event.name}: ${event.reason}`,
        data: { name: event.name, reason: event.reason },
      };
    case "contract.pools-down":
      return {
        type: event.type,
        subjectKind: "contract",
        subjectId: contract?.id ?? null,
        text: `No pool of ${nameOf(contract)} is usable (${event.reason || "not usable"}): ${rigs(event.rigs)} ${verb(event.rigs, "mines", "mine")} for the house until one is. The time is the customer's pools'.`,
        data: { profile_id: event.profile.id, rigs: event.rigs, from_ms: wallOf(event.fromMs) },
      };
    case "contract.pools-up":
      return {
        type: event.type,
        subjectKind: "contract",
        subjectId: contract?.id ?? null,
        text: `A pool of ${nameOf(contract)} is used again after ${Math.round((event.toMs - event.fromMs) / 1000)} s: ${rigs(event.rigs)} ${verb(event.rigs, "works", "work")} for it.`,
        data: { profile_id: event.profile.id, rigs: event.rigs, from_ms: wallOf(event.fromMs), to_ms: wallOf(event.toMs) },
      };
  }
}

const nameOf = (contract: Contract): string => contract?.name ?? "the house";

/** Sessions are held for who has no rig at the moment, and change over like all others. */
function wentOn({ rigs: count, to, tookMs }: SwitchEvent & { type: "pool.failover" }, contract: Contract): string {
  if (count === 0) return `Whoever comes to ${nameOf(contract)} works at ${to.name}; no rig does now`;
  return `${rigs(count)}${contract === null ? "" : ` of ${contract.name}`} went on at ${to.name} in ${tookMs} ms`;
}

function returnedText({ from, to, cause }: SwitchEvent & { type: "pool.returned" }, who: string): string {
  if (from.no === to.no || cause === "usable") return `${to.name} is usable again: ${who} took up its work.`;
  if (cause === "listed") return `${to.name} comes before ${from.name} in the list as it was changed: ${who} went over to it.`;
  return `${to.name} has been well for long enough: ${who} went back to it from ${from.name}.`;
}

const verb = (count: number, one: string, many: string): string => (count === 1 ? one : many);

function rigs(count: number): string {
  return count === 1 ? "1 rig" : `${count} rigs`;
}
