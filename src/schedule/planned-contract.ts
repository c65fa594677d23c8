import type { ContractPlanFact, PlacePlanFact } from "./plan-facts.ts";
import { planLimits } from "./plan-limits.ts";
import { exactHps, type PlannedRig } from "./planned-rig.ts";
import { type Seat, seatMembers } from "./seats.ts";

/** A millionth is no shortage: it is what rounding makes of rigs that are promised exactly, and would cost another rig. */
const fullAt = 1 - 1e-6;

/** A contract while the planner thinks: its facts, and who serves it so far. */
export class PlannedContract {
  readonly no: number;
  readonly fact: ContractPlanFact;
  /** What it is filled to. */
  readonly promisedHps: number;
  /** H/s; infinite for `threshold`. */
  readonly smallestPlaceHps: number;
  /** Whether a place was asked for by a rig's name. */
  readonly namesRigs: boolean;
  inForce = false;
  /** Rising h, then numbers. */
  readonly members: PlannedRig[] = [];
  /** Expected of members that stay, H/s. */
  stayHps = 0;
  /** Expected of members that should be replaced, H/s. */
  leaveHps = 0;
  leavers = 0;
  /** How many members may not stay. */
  barred = 0;
  /** How many members serve it in part. */
  #parts = 0;
  /** Worked out when asked for; null since somebody came or went. */
  #seats: Seat[] | null = null;
  #servedHps: number | null = null;
  #missingHps: number | null = null;
  #openSeats: Seat[] | null = null;
  #seatOf: Map<PlannedRig, Seat> | null = null;

  constructor(fact: ContractPlanFact) {
    this.no = fact.no;
    this.fact = fact;
    this.smallestPlaceHps = Math.min(...fact.places.map(({ nominalHps }) => nominalHps));
    this.namesRigs = fact.places.some(({ rigNo }) => rigNo !== null);
    this.promisedHps =
      fact.method === "miners" ? fact.places.reduce((sum, { nominalHps }) => sum + exactHps(nominalHps), 0) : exactHps(fact.promisedHps * fullAt);
  }

  /** What may be too much without another thought. */
  get slackHps(): number {
    return (this.promisedHps * planLimits.fillSlackBp) / 10_000;
  }

  get expectedHps(): number {
    return this.stayHps + this.leaveHps;
  }

  get deficitHps(): number {
    if (this.fact.method === "threshold") return Math.max(0, this.promisedHps - this.stayHps);
    this.#missingHps ??= this.seats().reduce((sum, { stays, place }) => sum + (stays ? 0 : exactHps(place.nominalHps)), 0);
    return this.#missingHps;
  }

  /** Part of the promise that is expected, 1 = all; of places for `miners`, by their nominal hashrate. */
  get fill(): number {
    if (this.promisedHps === 0) return 1;
    return (this.fact.method === "threshold" ? this.expectedHps : this.servedHps) / this.promisedHps;
  }

  /** Part of the promise of a `threshold` contract that is expected of who stays. */
  get stayFill(): number {
    return this.promisedHps === 0 ? 1 : this.stayHps / this.promisedHps;
  }

  get servedHps(): number {
    this.#servedHps ??= this.seats().reduce((sum, { serves, place }) => sum + (serves ? exactHps(place.nominalHps) : 0), 0);
    return this.#servedHps;
  }

  /** Whether the planner may do what it takes. A place without a rig is below any tolerance. */
  get belowTolerance(): boolean {
    const line = this.fact.method === "threshold" ? 1 - this.fact.toleranceBp / 10_000 : 1;
    return this.fill < line;
  }

  /** H/s below its promise, with everybody who serves it; what `fill` lacks. Meaningless for `miners`. */
  get missingHps(): number {
    return Math.max(0, this.promisedHps - this.expectedHps);
  }

  get sliced(): PlannedRig | null {
    return this.#parts === 0 ? null : (this.members.find((rig) => rig.fraction < 1) ?? null);
  }

  /** The rig in part that another part can be agreed of: one that should be replaced is no help. */
  get slicedToStay(): PlannedRig | null {
    return this.#parts === 0 ? null : (this.members.find((rig) => rig.fraction < 1 && !this.leaves(rig)) ?? null);
  }

  /** What a place accepts at least, H/s. */
  placeHps(place: PlacePlanFact): number {
    return place.nominalHps * (1 - this.fact.toleranceBp / 10_000);
  }

  /** A member that should be replaced. Who has a `miners` place is judged by the place, and `degraded` alone does not empty it. */
  leaves(rig: PlannedRig): boolean {
    if (rig.pinnedTo(this.no)) return false;
    if (rig.going || rig.h === 0) return true;
    return this.fact.method === "threshold" ? rig.unwell : rig.fact.status === "flapping" || (rig.fact.belowPlace ?? false);
  }

  /** A member that may not stay, whatever it costs: a person has said so. */
  bars(rig: PlannedRig): boolean {
    const { pin } = rig.fact;
    return rig.barred !== null || !rig.servesCustomer(this.fact.customerNo) || (pin?.to === "contract" && pin.contractNo !== this.no);
  }

  attach(rig: PlannedRig): void {
    this.members.splice(this.#placeOf(rig), 0, rig);
    this.#count(rig, 1);
  }

  detach(rig: PlannedRig): void {
    const at = this.#placeOf(rig);
    if (this.members[at] !== rig) throw new Error(`rig ${rig.no} does not serve contract ${this.no}`);
    this.members.splice(at, 1);
    this.#count(rig, -1);
  }

  /** Places in their order, with the members that have them. */
  seats(): Seat[] {
    this.#seats ??= seatMembers(this);
    return this.#seats;
  }

  /** Places that nobody serves, the largest first. */
  openSeats(): readonly Seat[] {
    this.#openSeats ??= this.seats()
      .filter(({ serves }) => !serves)
      .sort((one, other) => other.place.nominalHps - one.place.nominalHps);
    return this.#openSeats;
  }

  seatOf(rig: PlannedRig): Seat | null {
    return this.#seatsByRig().get(rig) ?? null;
  }

  /** Members for whom there is no place. */
  extras(): PlannedRig[] {
    if (this.fact.method === "threshold") return [];
    const seated = this.#seatsByRig();
    return this.members.length <= seated.size ? [] : this.members.filter((rig) => !seated.has(rig) && !rig.pinnedTo(this.no));
  }

  #seatsByRig(): ReadonlyMap<PlannedRig, Seat> {
    this.#seatOf ??= new Map(this.seats().flatMap((seat) => (seat.rig === null ? [] : [[seat.rig, seat]])));
    return this.#seatOf;
  }

  #count(rig: PlannedRig, sign: 1 | -1): void {
    this.#seats = null;
    this.#servedHps = null;
    this.#missingHps = null;
    this.#openSeats = null;
    this.#seatOf = null;
    if (this.bars(rig)) this.barred += sign;
    if (rig.fraction < 1) this.#parts += sign;
    if (this.leaves(rig)) {
      this.leavers += sign;
      this.leaveHps += sign * rig.partHps;
    } else this.stayHps += sign * rig.partHps;
  }

  #placeOf(rig: PlannedRig): number {
    let low = 0;
    let high = this.members.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.members[middle];
      if (other !== undefined && (other.h < rig.h || (other.h === rig.h && other.no < rig.no))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
