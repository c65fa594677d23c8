import type { Enrolment } from "../control/enrolments.ts";
import type { Fleet, Fleets } from "../control/fleets.ts";
import type { Profiles } from "../control/profiles.ts";
import { type Lifecycle, type Rig, restingLifecycles } from "../control/rig-row.ts";
import type { Rigs } from "../control/rigs.ts";
import { Exposure } from "../health/exposure.ts";
import type { Refusal, RigFact, RigSessionFact } from "../health/facts.ts";
import type { Destination } from "../schedule/move.ts";
import { limits } from "./limits.ts";
import { TurnShare } from "./turn-share.ts";

/** What the roster needs of one of its rig's connections. */
export type RosterSession = RigSessionFact & {
  readonly servingPoolNo: number;
  readonly servingContractNo: number;
  /** When it last said something; 0 before. */
  readonly lastLineAtMs: number;
  /** Whose connection it is: the first that logged in. */
  readonly rig: RosterRig | null;
};

const none: readonly RosterSession[] = Object.freeze([]);
const workedRecentlyMs = 3_600_000;
export const noHints: readonly string[] = Object.freeze([]);

/** One rig as the hub keeps it in memory, and what it says of it; what people decide about it is in the control database. */
export class RosterRig implements RigFact {
  readonly no: number;
  name: string;
  fleetNo: number;
  nominalHps: number | null;
  /** An operator's word; a password's hint does not change it. */
  nominalIsDeclared: boolean;
  pinnedProfileNo: number | null;
  /** The customer whose own rig it is, where he lends it to nobody: it serves only him; null = it may mine for the house. */
  soleCustomerId: string | null;
  lifecycle: Lifecycle;
  /** Where the last move sent it; null = to what its own record says. */
  destination: Destination | null = null;
  /** Nearly always one or none; a list costs a tenth of a set. */
  sessions: readonly RosterSession[] = none;
  lastShareAtMs: number | null = null;
  lastAcceptedAtMs: number | null = null;
  private lastDifficulty = 0;
  acceptedShares = 0;
  disconnectedAtMs: number | null = null;
  lastRefusal: Refusal | null = null;
  unreadHints: readonly string[] = noHints;
  readonly exposure = new Exposure();
  /** Shares per minute wanted of it, as a multiple of what its fleet asks for. */
  pace = 1;

  constructor(rig: Rig) {
    this.no = rig.no;
    this.name = rig.name;
    this.fleetNo = rig.fleetNo;
    this.nominalHps = rig.nominalHps;
    this.nominalIsDeclared = rig.nominalSource === "declared";
    this.pinnedProfileNo = rig.pinnedProfileNo;
    this.soleCustomerId = soleCustomerOf(rig);
    this.lifecycle = rig.lifecycle;
  }

  /** In storage or retired: it mines for the house. */
  get isResting(): boolean {
    return restingLifecycles.includes(this.lifecycle);
  }

  /** A share that earns its difficulty; `expected` = of a live pool's job. */
  noteAccepted({ atMs, difficulty }: { atMs: number; difficulty: number }, expected: boolean): void {
    this.lastAcceptedAtMs = atMs;
    this.lastDifficulty = difficulty;
    this.acceptedShares++;
    if (expected) this.exposure.noteAccepted(atMs);
  }

  /** The difficulty of its last share; 0 where that was long ago, and it may be another machine by now. */
  workedAt(nowMs: number): number {
    return this.lastAcceptedAtMs !== null && nowMs - this.lastAcceptedAtMs < workedRecentlyMs ? this.lastDifficulty : 0;
  }

  /** What it works at now on this connection. Of several the newest counts: the others are mostly dead and not yet noticed. */
  works(session: RosterSession, nowMs: number, hashesPerShare: number): void {
    if (this.sessions.at(-1) === session) this.exposure.work(nowMs, hashesPerShare);
  }

  join(session: RosterSession): void {
    this.disconnectedAtMs = null;
    this.sessions = [...this.sessions, session];
  }

  leave(session: RosterSession, nowMs: number): void {
    const rest = this.sessions.filter((other) => other !== session);
    if (rest.length === 0 && this.sessions.length > 0) {
      this.disconnectedAtMs = nowMs;
      this.exposure.work(nowMs, 0);
    }
    this.sessions = rest.length === 0 ? none : rest;
  }

  get rigNo(): number {
    return this.no;
  }

  get isPassenger(): boolean {
    return this.sessions.length > 0 && !this.sessions.some(({ rig }) => rig === this);
  }

  /** The only connection of its own. */
  leadsOnly(session: RosterSession): boolean {
    return session.rig === this && !this.sessions.some((other) => other !== session && other.rig === this);
  }

  get poolNo(): number {
    return this.serving?.servingPoolNo ?? 0;
  }

  get contractNo(): number {
    return this.serving?.servingContractNo ?? 0;
  }

  private get serving(): RosterSession | undefined {
    return this.sessions.find((session) => session.servingPoolNo !== 0);
  }
}

const soleCustomerOf = ({ ownerCustomerId, lend }: Rig): string | null => (lend === "none" ? ownerCustomerId : null);

/** A connection with the rigs that log in over it: the first, and others by the string they log in with. */
type RigConnection = RosterSession & { rig: RosterRig | null; readonly others: Map<string, RosterRig> | null };

export type RosterDeps = {
  control: { rigs: Pick<Rigs, "all" | "aliases" | "merged" | "enrol">; fleets: Pick<Fleets, "all">; profiles: Pick<Profiles, "all"> };
  now: () => number;
  failed: (error: Error) => void;
};

type Waiting = Enrolment & { done: (rig: RosterRig | null) => void };

/** All known rigs by number and by name, and the enrolment of those nobody knows, many in one transaction and few in one turn of the event loop. */
export class Roster {
  /** Row numbers count up from 1: an array costs a tenth of a map. */
  private readonly byNumber: (RosterRig | undefined)[] = [];
  /** By fleet number, then by name. */
  private readonly byName = new Map<number, Map<string, RosterRig>>();
  private fleets = new Map<number, Fleet>();
  /** By customer and algorithm: the profile that his own rigs mine through while no contract has them, the oldest of his. */
  private ownProfiles = new Map<string, number>();
  private merged: ReadonlyMap<number, number> = new Map();
  private waiting: Waiting[] = [];
  private scheduled = false;
  private readonly share = new TurnShare(limits.enrolPerTurn);
  private readonly deps: RosterDeps;

  constructor(deps: RosterDeps) {
    this.deps = deps;
    this.reload();
  }

  /** Reads fleets and rigs anew; sessions and counters stay with their rigs. */
  reload(): void {
    this.fleets = new Map(this.deps.control.fleets.all().map((fleet) => [fleet.no, fleet]));
    const owned = this.deps.control.profiles.all().filter(({ customerId }) => customerId !== null);
    this.ownProfiles = new Map(owned.toReversed().map(({ customerId, algorithm, no }) => [`${customerId} ${algorithm}`, no]));
    this.byName.clear();
    const seen = new Set<number>();
    for (const row of this.deps.control.rigs.all()) {
      seen.add(row.no);
      this.take(row);
    }
    for (const { fleetNo, name, rigNo } of this.deps.control.rigs.aliases()) {
      const rig = this.byNumber[rigNo];
      const names = this.namesOf(fleetNo);
      if (rig !== undefined && !names.has(name)) names.set(name, rig);
    }
    this.merged = this.deps.control.rigs.merged();
    for (const rig of this.all()) if (!seen.has(rig.no) && rig.sessions.length === 0) delete this.byNumber[rig.no];
  }

  byNo(no: number): RosterRig | null {
    return this.byNumber[no] ?? null;
  }

  /** Whether there is still a record of it. */
  knows({ fleetNo, name, no }: RosterRig): boolean {
    return this.byName.get(fleetNo)?.get(name)?.no === no;
  }

  /** A merged rig's connection goes on as one of the rig it became, and its shares are booked to that from now on. */
  follow(session: RigConnection, nowMs: number): void {
    const hand = (rig: RosterRig): RosterRig => {
      const survivor = this.byNo(this.merged.get(rig.no) ?? 0);
      if (survivor === null) return rig;
      rig.leave(session, nowMs);
      if (!survivor.sessions.includes(session)) survivor.join(session);
      return survivor;
    };
    if (session.rig !== null) session.rig = hand(session.rig);
    for (const [worker, rig] of session.others ?? []) session.others?.set(worker, hand(rig));
  }

  *all(): Iterable<RosterRig> {
    for (const rig of this.byNumber) if (rig !== undefined) yield rig;
  }

  fleet(no: number): Fleet | null {
    return this.fleets.get(no) ?? null;
  }

  allFleets(): Iterable<Fleet> {
    return this.fleets.values();
  }

  /** A known rig's own record beats the port it came in on: the listener's fleet first, then the one other fleet that knows the name. */
  find(fleetNo: number, name: string): RosterRig | null {
    const here = this.byName.get(fleetNo)?.get(name);
    if (here !== undefined) return here;
    const elsewhere = new Set([...this.fleets.keys()].map((no) => this.byName.get(no)?.get(name)).filter((rig) => rig !== undefined));
    const [only = null] = elsewhere;
    return elsewhere.size === 1 ? only : null;
  }

  /**
   * Where a rig belongs: where it was last sent, else its pin, else the house, or for a customer's own rig that he does not lend his own
   * profile; null where there is none.
   */
  homeOf(rig: RosterRig): Destination | null {
    if (rig.destination !== null) return rig.destination;
    const profileNo = rig.pinnedProfileNo ?? this.ownProfileOf(rig);
    return profileNo === null ? this.houseOf(rig) : { contractNo: 0, profileNo };
  }

  /** Its fleet's house; null where none is chosen, and for a customer's own rig that he does not lend: the house has not been given it. */
  houseOf({ fleetNo, soleCustomerId }: RosterRig): Destination | null {
    const profileNo = soleCustomerId === null ? (this.fleets.get(fleetNo)?.houseProfileNo ?? null) : null;
    return profileNo === null ? null : { contractNo: 0, profileNo };
  }

  /** Where rigs belong that nothing was ordered for: houses, pins, own profiles. One may be named more than once. */
  homes(): Destination[] {
    const profileNos = [...this.fleets.values()].map(({ houseProfileNo }) => houseProfileNo);
    for (const rig of this.all()) profileNos.push(rig.pinnedProfileNo ?? this.ownProfileOf(rig));
    return profileNos.filter((no) => no !== null).map((profileNo) => ({ contractNo: 0, profileNo }));
  }

  private ownProfileOf({ fleetNo, soleCustomerId }: RosterRig): number | null {
    if (soleCustomerId === null) return null;
    return this.ownProfiles.get(`${soleCustomerId} ${this.fleets.get(fleetNo)?.algorithm}`) ?? null;
  }

  /** Why no rig enrols itself any more, as a sentence; null while they may. */
  get noRoom(): string | null {
    const known = [...this.byName.values()].reduce((sum, { size }) => sum + size, this.waiting.length);
    return known < limits.selfEnrolledMax ? null : `${known} rigs are known, and more do not enrol themselves: enter it by hand, or remove some`;
  }

  /** Calls `done` with the new rig, or with null when it could not be written or too many wait. */
  enrol(enrolment: Enrolment, done: (rig: RosterRig | null) => void): void {
    if (this.waiting.length >= limits.enrolWaitingMax) {
      done(null);
      return;
    }
    this.waiting.push({ ...enrolment, done });
    this.schedule();
  }

  /** A timer and not an immediate: between two batches the sockets have their turn. */
  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      this.enrolSome();
      this.schedule();
    }, 0);
  }

  private enrolSome(): void {
    const startMs = this.deps.now();
    const batch = this.waiting.splice(0, this.share.pieces);
    try {
      const rows = this.deps.control.rigs.enrol(batch.map(({ fleetNo, name, nominalHps }) => ({ fleetNo, name, nominalHps })));
      for (const [at, entry] of batch.entries()) {
        const row = rows[at];
        entry.done(row === undefined ? null : this.take(row));
      }
    } catch (error) {
      this.deps.failed(error as Error);
      for (const entry of batch) entry.done(null);
    }
    if (this.waiting.length > 0) this.share.took(this.deps.now() - startMs);
  }

  private take(row: Rig): RosterRig {
    const rig = this.byNumber[row.no] ?? new RosterRig(row);
    this.byNumber[row.no] = rig;
    rig.name = row.name;
    rig.fleetNo = row.fleetNo;
    rig.nominalHps = row.nominalHps;
    rig.nominalIsDeclared = row.nominalSource === "declared";
    rig.pinnedProfileNo = row.pinnedProfileNo;
    rig.soleCustomerId = soleCustomerOf(row);
    rig.lifecycle = row.lifecycle;
    // A contract's rig stays where it was sent; the house's goes by its own record.
    if (rig.destination?.contractNo === 0) rig.destination = null;
    this.namesOf(row.fleetNo).set(row.name, rig);
    return rig;
  }

  private namesOf(fleetNo: number): Map<string, RosterRig> {
    const names = this.byName.get(fleetNo) ?? new Map<string, RosterRig>();
    this.byName.set(fleetNo, names);
    return names;
  }
}
