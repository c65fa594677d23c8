import type { EventMark } from "../../../views/parts/event-marks.tsx";
import { contractLooks, contractWords, type Look, rigLooks, rigStatusOrder } from "../../../views/parts/status.tsx";
import type { Contract } from "../../control/contract-row.ts";
import type { HubEvent } from "../../control/events.ts";
import { eventLine } from "./event-lines.ts";
import { localTimeText } from "./local-time.ts";
import type { PageParts } from "./page-parts.ts";

const marksMax = 60;

/** What is marked beside changes of a status, which have the sign of the status. */
const looks: Readonly<Record<string, Look>> = Object.freeze({
  "rig.moved": { shape: "half", tone: "warn" },
  "pool.failover": { shape: "up", tone: "warn" },
  "pool.returned": { shape: "disc", tone: "ok" },
  "pool.all-down": { shape: "square", tone: "bad" },
  "contract.pools-down": { shape: "square", tone: "bad" },
  "contract.pools-up": { shape: "disc", tone: "ok" },
  "contract.activated": { shape: "disc", tone: "ok" },
  "contract.resumed": { shape: "disc", tone: "ok" },
});
/** Somebody decided something. */
const decided: Look = { shape: "diamond", tone: "new" };

function lookOf({ type, data }: HubEvent): Look {
  const status = rigStatusOrder.find((known) => type === "rig.status-changed" && known === data["to"]);
  const word = contractWords.find((known) => type === `contract.${known}`);
  if (status !== undefined) return rigLooks[status];
  return word === undefined ? (looks[type] ?? decided) : contractLooks[word];
}

/** What happened to a contract, its pools and its rigs in a time, newest first: the last 60. A mark leads to where it stands among all events. */
export function contractMarks({ deps: { control } }: PageParts, contract: Contract, ask: { fromMs: number; toMs: number; zone: string }): EventMark[] {
  const { fromMs, toMs, zone } = ask;
  const events = control.events.ofContract({ contract, fromMs, toMs, limit: marksMax });
  // What was only noted is written a moment later than what was decided.
  return events
    .toSorted((one, other) => other.atMs - one.atMs)
    .map((event) => {
      const until = localTimeText(event.atMs + 1_000, zone);
      const line = eventLine(event);
      const href = `/events?${new URLSearchParams({ until })}#${event.id}`;
      return { ...line, id: `mark-${event.id}`, href: event.subjectId === contract.id ? null : line.href, mark: { look: lookOf(event), href } };
    });
}
