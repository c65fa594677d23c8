import type { Statement } from "bun:sqlite";
import { contractNumberSql } from "./contract-number.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, invalid, type Usage } from "./result.ts";
import type { RigFields } from "./rig-row.ts";

/** What contracts have to do with a rig. */
export class RigClaims {
  readonly #serving: Statement<Usage, SqlValue[]>;
  readonly #naming: Statement<Usage, SqlValue[]>;
  readonly #fleetOfContract: Statement<{ fleet_no: number }, SqlValue[]>;

  constructor({ sql }: ControlDatabase) {
    this.#serving = sql.prepare(
      `SELECT 'contract' AS kind, coalesce(contracts.id, contract_no) AS id, coalesce(${contractNumberSql}, contract_no) AS name
       FROM allocations LEFT JOIN contracts ON contracts.no = contract_no WHERE rig_no = ? AND to_ms IS NULL AND contract_no IS NOT NULL`,
    );
    this.#naming = sql.prepare(
      `SELECT 'contract' AS kind, id, ${contractNumberSql} AS name FROM contracts WHERE state <> 'ended' AND (
         no IN (SELECT contract_no FROM contract_places WHERE rig_no = ?1) OR no = (SELECT pinned_contract_no FROM rigs WHERE no = ?1))`,
    );
    this.#fleetOfContract = sql.prepare("SELECT fleet_no FROM contracts WHERE no = ? AND state <> 'ended'");
  }

  /** Those that it serves now. */
  serving(rigNo: number): Usage[] {
    return this.#serving.all(rigNo);
  }

  /** Those that it serves now, that ask for it by name, or that it is pinned to. */
  all(rigNo: number): Usage[] {
    const found = [...this.#serving.all(rigNo), ...this.#naming.all(rigNo)];
    return [...new Map(found.map((usage) => [usage.id, usage])).values()];
  }

  /** A rig is pinned to a profile or to a contract of its own fleet, or to nothing. */
  checkPin({ pinnedContractNo, pinnedProfileNo, fleetNo }: RigFields): Failure | null {
    if (pinnedContractNo === null) return null;
    if (pinnedProfileNo !== null) return invalid("pinnedContractNo", "must not be given beside a profile");
    const contract = this.#fleetOfContract.get(pinnedContractNo);
    if (contract === null) return invalid("pinnedContractNo", "must name a contract that has not ended");
    return contract.fleet_no === fleetNo ? null : invalid("pinnedContractNo", "must name a contract of the rig's fleet");
  }
}
