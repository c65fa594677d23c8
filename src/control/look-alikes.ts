import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { RigConnections } from "./rig-connections.ts";
import { type Absent, type Likeness, likenessOf, type Newcomer } from "./rig-likeness.ts";
import { type RawRig, type Rig, rigMapping } from "./rig-row.ts";
import { RowTable } from "./row-table.ts";

/** A rig that is not there, and that a newcomer looks like. */
export type LookAlike = Likeness & { rig: Rig };

/** Bounds of one look: a page does not wait for more, and who is gone for long is found by name. */
const newcomersMax = 50;
const absentMax = 300;
const newForMs = 7 * 86_400_000;
const shownMax = 3;

/** New rigs that may be known ones under another name: a renamed worker, a swapped control board. */
export class LookAlikes {
  readonly #now: () => number;
  readonly #connections: RigConnections;
  readonly #rows: RowTable<Rig, RawRig>;
  readonly #newcomers: Statement<RawRig, SqlValue[]>;
  readonly #absent: Statement<RawRig, SqlValue[]>;

  constructor(database: ControlDatabase, connections: RigConnections) {
    this.#now = database.now;
    this.#connections = connections;
    this.#rows = new RowTable(database, rigMapping);
    // Who enrolled itself was seen when it was made; what people entered was not.
    this.#newcomers = this.#rows.prepare(
      "removed_at_ms IS NULL AND created_at_ms > ? AND first_seen_ms = created_at_ms AND asset_code IS NULL AND status <> 'offline' ORDER BY created_at_ms DESC, no DESC LIMIT ?",
    );
    this.#absent = this.#rows.prepare(
      "removed_at_ms IS NULL AND status = 'offline' AND fleet_no = ? AND lifecycle <> 'retired' ORDER BY coalesce(last_seen_ms, created_at_ms) DESC LIMIT ?",
    );
  }

  /** The rigs that this one may be, the likest first, three at most; none for a rig that did not enrol itself within a week, or has an asset code. */
  of(rig: Rig): LookAlike[] {
    if (!this.#isNew(rig)) return [];
    return this.#alike(rig, this.#rows.list(this.#absent, rig.fleetNo, absentMax));
  }

  /** The newest newcomers that look like somebody, each with the likest. At most 50 are looked at, against 300 of their fleet. */
  latest(): { rig: Rig; like: LookAlike }[] {
    const newcomers = this.#rows.list(this.#newcomers, this.#now() - newForMs, newcomersMax);
    const absent = new Map([...new Set(newcomers.map(({ fleetNo }) => fleetNo))].map((no) => [no, this.#rows.list(this.#absent, no, absentMax)]));
    return newcomers.flatMap((rig) => {
      const [like] = this.#alike(rig, absent.get(rig.fleetNo) ?? []);
      return like === undefined ? [] : [{ rig, like }];
    });
  }

  #isNew({ createdAtMs, firstSeenMs, assetCode, status }: Rig): boolean {
    return firstSeenMs === createdAtMs && createdAtMs > this.#now() - newForMs && assetCode === null && status !== "offline";
  }

  #alike(rig: Rig, absent: readonly Rig[]): LookAlike[] {
    const connections = this.#connections.of([rig.no, ...absent.map(({ no }) => no)]);
    const newcomer: Newcomer = { ...rig, hps: rig.nominalHps, connection: connections.get(rig.no) ?? null, firstSeenMs: rig.firstSeenMs ?? rig.createdAtMs };
    const found = absent.flatMap((other): LookAlike[] => {
      const known: Absent = { ...other, hps: other.nominalHps, connection: connections.get(other.no) ?? null };
      const likeness = other.no === rig.no ? null : likenessOf(newcomer, known);
      return likeness === null ? [] : [{ ...likeness, rig: other }];
    });
    return found.sort((one, other) => other.score - one.score || one.rig.no - other.rig.no).slice(0, shownMax);
  }
}
