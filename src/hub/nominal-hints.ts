import type { EventInput } from "../control/events.ts";
import type { Rigs } from "../control/rigs.ts";
import type { PasswordHints } from "../stratum/v1/worker-names.ts";
import { limits } from "./limits.ts";
import { noHints, type RosterRig } from "./roster.ts";

type HintedRigs = Pick<Rigs, "setNominal" | "byNo">;

const tooLate = "h= counts until its rig is out of vetting; after that its nominal is changed on its page";

/** Nominal hashrates from passwords, written to the control database a few at a time. */
export class NominalHints {
  private readonly waiting = new Map<number, number>();
  private readonly told = new Set<number>();
  private readonly rigs: HintedRigs;
  private readonly tell: (event: EventInput) => void;

  constructor(rigs: HintedRigs, tell: (event: EventInput) => void) {
    this.rigs = rigs;
    this.tell = tell;
  }

  /**
   * What a rig said at a login. An operator's word counts more; and so do the shares of a rig that is out of vetting: anybody on the rigs'
   * network can log in by its name, and what the planner reckons with must not be his to say.
   */
  note(rig: RosterRig, { nominalHps, unread }: PasswordHints): void {
    const isNews = nominalHps !== null && !rig.nominalIsDeclared && rig.nominalHps !== nominalHps;
    const isHeard = isNews && (rig.nominalHps === null || this.rigs.byNo(rig.no)?.status === "vetting");
    this.noteUnread(rig, isNews && !isHeard ? [...unread, tooLate] : unread);
    if (!isHeard) return;
    rig.nominalHps = nominalHps;
    this.waiting.set(rig.no, nominalHps);
  }

  /** Told once of each rig in a run of the hub: it may log in a hundred times a minute, with another password each time. Its page says what holds now. */
  private noteUnread(rig: RosterRig, unread: readonly string[]): void {
    rig.unreadHints = unread.length === 0 ? noHints : unread;
    if (unread.length === 0 || this.told.has(rig.no)) return;
    this.told.add(rig.no);
    const text = `${rig.name} has a hint in its password that is ignored: ${unread.join("; ")}`;
    this.tell({ type: "rig.hint-unread", subjectKind: "rig", subjectId: this.rigs.byNo(rig.no)?.id ?? "", text, data: { rules: unread } });
  }

  write(): void {
    if (this.waiting.size === 0) return;
    const some = [...this.waiting].slice(0, limits.enrolPerTurn.max);
    for (const [rigNo] of some) this.waiting.delete(rigNo);
    this.rigs.setNominal(some.map(([rigNo, nominalHps]) => ({ rigNo, nominalHps, source: "hint" })));
  }
}
