import { type RigStatusWord, rigStatusOrder } from "../../../views/parts/status.tsx";
import type { Rig, RigStatus } from "../../control/rig-row.ts";
import type { FleetCount } from "../../control/rigs.ts";

/** What people read for a rig's status: one that was entered and never came is not down. */
export function rigWord({ status, firstSeenMs }: Pick<Rig, "status" | "firstSeenMs">): RigStatusWord {
  return status === "offline" && firstSeenMs === null ? "never seen" : status;
}

export type WordCounts = Record<RigStatusWord, number>;

export const noWords = (): WordCounts => Object.fromEntries(rigStatusOrder.map((word) => [word, 0])) as WordCounts;

/** The same of counts by status. */
export function wordCounts(counts: readonly Pick<FleetCount, "status" | "count" | "unseen">[]): WordCounts {
  const words = noWords();
  for (const { status, count, unseen } of counts) {
    words[status] += count - unseen;
    words["never seen"] += unseen;
  }
  return words;
}

/** Statuses that want somebody's eye. */
const troubled: ReadonlySet<RigStatusWord> = new Set<RigStatus>(["degraded", "offline", "rejecting", "flapping", "quarantined"]);
export const isTroubledWord = (word: RigStatusWord): boolean => troubled.has(word);

/** Whether nothing in the status tells that the rig may have no connection. */
export const isUnsaidWord = (word: RigStatusWord): boolean => word === "online" || word === "vetting";
