import type { Statement } from "bun:sqlite";
import type { AssetCodes } from "./asset-codes.ts";
import type { Customers } from "./customers.ts";
import type { SqlValue } from "./database.ts";
import type { Fleets } from "./fleets.ts";
import type { Profiles } from "./profiles.ts";
import type { Racks } from "./racks.ts";
import { type Failure, inUse, invalid, taken, together } from "./result.ts";
import type { RigClaims } from "./rig-claims.ts";
import type { RigIdentity } from "./rig-identity.ts";
import { checkRigFields, isPinned, type RawRig, type Rig, type RigFields, restingLifecycles } from "./rig-row.ts";
import type { RowTable } from "./row-table.ts";
import { checkFields, macRule } from "./rules.ts";
import type { Sites } from "./sites.ts";

type Parts = {
  rows: RowTable<Rig, RawRig>;
  customers: Customers;
  fleets: Fleets;
  profiles: Profiles;
  sites: Sites;
  racks: Racks;
  identity: RigIdentity;
  claims: RigClaims;
  codes: AssetCodes;
};

/** What a rig's fields must agree with in other rows. What holds is not asked again of a field that stays as it is, so that an old slip stops no other change. */
export class RigChecks {
  readonly #parts: Parts;
  readonly #byAssetCode: Statement<RawRig, SqlValue[]>;
  readonly #bySerial: Statement<RawRig, SqlValue[]>;
  readonly #byMac: Statement<RawRig, SqlValue[]>;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#byAssetCode = parts.rows.prepare("asset_code = ? AND removed_at_ms IS NULL");
    this.#bySerial = parts.rows.prepare("serial = ? COLLATE NOCASE AND removed_at_ms IS NULL");
    this.#byMac = parts.rows.prepare("mac = ? COLLATE NOCASE AND removed_at_ms IS NULL");
  }

  byAssetCode(code: string): Rig | null {
    return this.#parts.rows.find(this.#byAssetCode, code);
  }

  /** Why the rig cannot be so; null when it can. `current` null = a new one. */
  check(rig: RigFields, current: Rig | null): Failure | null {
    const { customers, sites, racks } = this.#parts;
    return together<Failure>(
      checkRigFields(rig),
      checkFields(rig, { ownerCustomerId: customers.rule, siteId: sites.rule }),
      racks.checkPlace(rig, current),
      this.#checkFleet(rig, current),
      this.#checkNamesakes(rig, current),
      this.#checkMachine(rig, current),
      this.#checkPin(rig),
    );
  }

  /** A rig that goes into storage or is retired serves nobody: neither a contract nor a pin. */
  checkRest(rig: RigFields, current: Rig): Failure | null {
    if (!restingLifecycles.includes(rig.lifecycle) || rig.lifecycle === current.lifecycle) return null;
    if (isPinned(rig)) return invalid("lifecycle", `cannot become ${rig.lifecycle} while the rig is pinned`);
    return inUse(this.#parts.claims.serving(current.no));
  }

  #checkFleet(rig: RigFields, current: Rig | null): Failure | null {
    const fleets = this.#parts.fleets.all();
    const fleet = fleets.find(({ no }) => no === rig.fleetNo);
    if (fleet === undefined) return invalid("fleetNo", "must name a fleet that exists");
    const before = current === null ? undefined : fleets.find(({ no }) => no === current.fleetNo);
    return before === undefined || before.algorithm === fleet.algorithm
      ? null
      : invalid("fleetNo", `must name a fleet of ${before.algorithm}, as the rig's is`);
  }

  #checkNamesakes(rig: RigFields, current: Rig | null): Failure | null {
    const isSameCode = rig.assetCode === null || rig.assetCode === current?.assetCode;
    return together(this.#parts.identity.checkOwnName(rig, current?.no ?? null), isSameCode ? null : this.#checkCode(rig.assetCode ?? "", current));
  }

  #checkCode(code: string, current: Rig | null): Failure | null {
    const { codes, identity, rows } = this.#parts;
    const owner = this.byAssetCode(code);
    if (owner !== null) return owner.no === current?.no ? null : taken("assetCode", `is the asset code of rig ${owner.name}`);
    const bearerNo = codes.bearerOf(code);
    if (bearerNo === null || (current !== null && identity.numbersOf(current.no).includes(bearerNo))) return null;
    return taken("assetCode", `was the asset code of rig ${rows.byNo(bearerNo)?.name}; a code is never given twice`);
  }

  /** Two rigs with one serial or MAC are one machine entered twice, or a slip. */
  #checkMachine({ serial, mac }: RigFields, current: Rig | null): Failure | null {
    return together(
      mac === null || mac === current?.mac ? null : this.#checkMac(mac, current),
      serial === null || serial === current?.serial ? null : this.#checkSerial(serial, current),
    );
  }

  #checkMac(mac: string, current: Rig | null): Failure | null {
    const broken = macRule(mac);
    if (broken !== null) return invalid("mac", broken);
    const other = this.#other(this.#byMac, mac, current);
    return other === null ? null : taken("mac", `is the MAC of rig ${other.name}${mergeHint}`);
  }

  #checkSerial(serial: string, current: Rig | null): Failure | null {
    const other = this.#other(this.#bySerial, serial, current);
    return other === null ? null : taken("serial", `is the serial of rig ${other.name}${mergeHint}`);
  }

  #other(by: Statement<RawRig, SqlValue[]>, value: string, current: Rig | null): Rig | null {
    return this.#parts.rows.list(by, value).find(({ no }) => no !== current?.no) ?? null;
  }

  #checkPin(rig: RigFields): Failure | null {
    const { profiles, fleets, claims } = this.#parts;
    if (rig.pinnedProfileNo === null) return claims.checkPin(rig);
    const profile = profiles.all().find(({ no }) => no === rig.pinnedProfileNo);
    if (profile === undefined) return invalid("pinnedProfileNo", "must name a profile that exists");
    const fleet = fleets.byNo(rig.fleetNo);
    const isFit = profile.algorithm === fleet?.algorithm;
    return isFit ? claims.checkPin(rig) : invalid("pinnedProfileNo", `must name a profile of ${fleet?.algorithm} pools`);
  }
}

const mergeHint = "; merge the two where they are one machine";
