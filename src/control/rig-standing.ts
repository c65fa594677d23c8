import type { Events } from "./events.ts";
import { conflict, type Result, succeed } from "./result.ts";
import type { RawRig, Rig } from "./rig-row.ts";
import type { ExpectedVersion, RowTable } from "./row-table.ts";

/** What people may say of a rig's status: out of use whatever its shares say, that no more, or good enough without being vetted to the end. */
export const standingWords = Object.freeze(["quarantine", "release", "pass"] as const);
export type StandingWord = (typeof standingWords)[number];

/** The code of a rig that a person passed out of vetting; its detector reads it. */
export const passedCode = "passed";

type Standing = Pick<Rig, "status" | "statusReason">;

/** `why`: completes the sentence "the rig is …". */
export type Said = { word: StandingWord; why: string };

/** The statuses that people give and take; all others are what the shares say. */
export class RigStanding {
  readonly #rows: RowTable<Rig, RawRig>;
  readonly #events: Events;

  constructor(rows: RowTable<Rig, RawRig>, events: Events) {
    this.#rows = rows;
    this.#events = events;
  }

  /** Gives the rig the status, with an event; one that has it already stays as it is. Refused where the word does not fit its status. */
  say(id: string, { word, why }: Said, expected: ExpectedVersion = null): Result<Rig> {
    return this.#rows.database.transaction(() => {
      const current = this.#rows.current(id, expected);
      if (!current.ok) return current;
      const next = standingOf(current.value, word, why);
      if (!next.ok || next.value === null) return next.ok ? current : next;
      const { status, statusReason } = next.value;
      const rig = this.#rows.write({ ...current.value, status, statusReason, statusSinceMs: this.#rows.database.now() });
      const data = { from: current.value.status, to: status, code: statusReason.code };
      const text = `${rig.name} is ${status}: ${statusReason.text}`;
      this.#events.append({ type: "rig.status-changed", subjectKind: "rig", subjectId: rig.id, text, data });
      return succeed(rig);
    });
  }
}

/** Null where it is so already. */
function standingOf(rig: Rig, word: StandingWord, why: string): Result<Standing | null> {
  switch (word) {
    case "quarantine":
      return succeed(rig.status === "quarantined" ? null : { status: "quarantined", statusReason: { code: "quarantined", text: why } });
    case "release":
      return succeed(rig.status === "quarantined" ? { status: "vetting", statusReason: { code: "released", text: `${why}; vetted anew` } } : null);
    case "pass":
      return passed(rig, why);
  }
}

function passed(rig: Rig, why: string): Result<Standing | null> {
  if (rig.status === "online") return succeed(null);
  if (rig.status !== "vetting") return conflict(`is ${rig.status}, not in vetting`);
  // Nothing could be expected of it, and the next round would begin to learn it.
  if (rig.nominalHps === null) return conflict("has no nominal hashrate yet: declare it, or give it a model of the catalogue");
  return succeed({ status: "online", statusReason: { code: passedCode, text: why } });
}
