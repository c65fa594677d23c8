import { count, percent, plural } from "../../../views/format.ts";
import type { Attention } from "../../../views/pages/overview.tsx";
import { type RigStatusWord, rigStatusOrder } from "../../../views/parts/status.tsx";
import type { Fleet } from "../../control/fleets.ts";
import { holdAt } from "../../control/fleets.ts";
import type { Rig } from "../../control/rig-row.ts";
import type { TakenOut } from "../../control/rigs.ts";
import type { PoolState } from "../../health/facts.ts";
import type { PoolView } from "../pool-views.ts";
import { wordOf } from "./contract-list.ts";
import { type ContractNow, isAtRisk } from "./contract-snapshot.ts";
import { type OverviewFacts, worstShown } from "./overview-facts.ts";
import { isTroubledWord, wordCounts } from "./rig-word.ts";

const shownMax = 12;
export const troubledPool: ReadonlySet<PoolState> = new Set(["failing", "ejected", "misconfigured"]);
/** Those that an alarm counts; the others are unwell, but work. */
const downWords: readonly RigStatusWord[] = ["offline", "rejecting", "quarantined"];

/** What wants a look, the dearest first: contracts at risk, fleets with rigs down, rigs that have gone, pools, then single rigs where they are few. `more`: rigs beyond those named. */
export function attentionOf(facts: OverviewFacts): { first: Attention[]; more: number } {
  const contracts = facts.contracts.filter(isAtRisk).toSorted((one, other) => Number(other.health?.state === "down") - Number(one.health?.state === "down"));
  const troubled = rigStatusOrder.reduce((sum, status) => sum + (isTroubledWord(status) ? facts.statusCounts[status] : 0), 0);
  const rigs = troubled <= worstShown ? facts.worstRigs.map(rigAttention) : [];
  const fleets = facts.fleets.flatMap((fleet) => fleetAttention(facts, fleet, troubled > worstShown));
  const all = [
    ...contracts.map(contractAttention),
    ...fleets,
    ...goneAttention(facts),
    ...facts.pools.flatMap(poolAttention),
    ...rigs,
    ...takenOutAttention(facts),
  ];
  const first = all.slice(0, shownMax);
  const rigsNamed = first.filter(({ mark }) => mark.kind === "rig").length;
  return { first, more: troubled > worstShown ? 0 : troubled - rigsNamed };
}

function contractAttention(now: ContractNow): Attention {
  const { id, number } = now.contract;
  const reason = now.health?.reason.text ?? "";
  return { id, mark: { kind: "contract", word: wordOf(now) }, name: `${number} ${now.customerName}`, href: `/contracts/${id}`, reason, sinceMs: null };
}

function rigAttention({ id, name, status, statusSinceMs, statusReason }: Rig): Attention {
  return { id, mark: { kind: "rig", status }, name, href: `/rigs/${id}`, reason: statusReason.text, sinceMs: statusSinceMs };
}

/** They are replaced by then, though no status says yet that they are down. */
function goneAttention({ goneRigs }: OverviewFacts): Attention[] {
  if (goneRigs === 0) return [];
  const reason = "without a connection for longer than the fleet's grace, and not counted as offline yet";
  const name = `${plural(goneRigs, "rig")} not connected`;
  return [{ id: "gone", mark: { kind: "fleet", word: "unwell" }, name, href: "/rigs?status=gone", reason, sinceMs: null }];
}

/** Nobody else puts them back to work. */
function takenOutAttention({ takenOut }: OverviewFacts): Attention[] {
  const line = (word: "draining" | "parked", { count: rigs, names }: TakenOut): Attention[] => {
    if (rigs === 0) return [];
    const others = rigs > names.length ? ` and ${count(rigs - names.length)} more` : "";
    const reason = `${names.join(", ")}${others}: given to no contract until somebody takes that back`;
    return [{ id: word, mark: { kind: "fleet", word: "held" }, name: `${plural(rigs, "rig")} ${word}`, href: `/rigs?q=${word}`, reason, sinceMs: null }];
  };
  return [...line("draining", takenOut.draining), ...line("parked", takenOut.parked)];
}

function poolAttention({ pool, fact }: PoolView): Attention[] {
  if (fact === null || !troubledPool.has(fact.state)) return [];
  const { state, stateSinceMs, reason } = fact;
  return [{ id: pool.id, mark: { kind: "pool", state }, name: pool.name, href: `/pools/${pool.id}`, reason, sinceMs: stateSinceMs }];
}

/** Of a fleet: its alarm, or, where too many are unwell to name each, how many; its hold; and that it has nowhere to mine. */
function fleetAttention({ counts, pools, nowMs }: OverviewFacts, fleet: Fleet, isSummed: boolean): Attention[] {
  const own = wordCounts(counts.filter(({ fleetNo }) => fleetNo === fleet.no));
  const sumOf = (some: readonly RigStatusWord[]) => some.reduce((sum, word) => sum + own[word], 0);
  const rigs = sumOf(rigStatusOrder.filter((word) => word !== "never seen"));
  const down = sumOf(downWords);
  const unwell = rigStatusOrder.filter((word) => isTroubledWord(word) && own[word] > 0);
  const isAlarm = down > 0 && down / rigs >= fleet.alarmThresholdBp / 10_000;
  const words = unwell.map((word) => `${count(own[word])} ${word}`).join(", ");
  const href = `/fleets/${fleet.id}`;
  const line = (id: string, word: "alarm" | "unwell" | "held" | "houseless", reason: string): Attention => ({
    ...{ id: `${word}-${id}`, mark: { kind: "fleet", word }, name: `Fleet ${fleet.name}`, href, reason, sinceMs: null },
  });
  const threshold = percent(fleet.alarmThresholdBp / 10_000, 0);
  const held = holdAt(fleet, nowMs);
  return [
    ...(isAlarm
      ? [line(fleet.id, "alarm", `${count(down)} of ${plural(rigs, "rig")} ${down === 1 ? "is" : "are"} down, alarm at ${threshold}: ${words}`)]
      : []),
    ...(!isAlarm && isSummed && unwell.length > 0 ? [line(fleet.id, "unwell", `of ${plural(rigs, "rig")} ${words}`)] : []),
    ...(held === null ? [] : [line(fleet.id, "held", `the hub moves none of its rigs: ${held.reason}`)]),
    ...(fleet.houseProfileNo === null && pools.length > 0 && rigs > 0
      ? [line(fleet.id, "houseless", "no house profile is chosen, so its rigs get no work")]
      : []),
  ];
}
