import type { Database } from "bun:sqlite";
import first from "../../migrations/control/0001_first.sql" with { type: "text" };
import rigsByStatus from "../../migrations/control/0002_rigs_by_status.sql" with { type: "text" };
import customers from "../../migrations/control/0003_customers.sql" with { type: "text" };
import sites from "../../migrations/control/0004_sites.sql" with { type: "text" };
import contracts from "../../migrations/control/0005_contracts.sql" with { type: "text" };
import maintenance from "../../migrations/control/0006_maintenance.sql" with { type: "text" };
import contractPins from "../../migrations/control/0007_contract_pins.sql" with { type: "text" };
import notifications from "../../migrations/control/0008_notifications.sql" with { type: "text" };
import contractKnobs from "../../migrations/control/0009_contract_knobs.sql" with { type: "text" };
import people from "../../migrations/control/0010_people.sql" with { type: "text" };
import inventory from "../../migrations/control/0011_inventory.sql" with { type: "text" };
import imports from "../../migrations/control/0012_imports.sql" with { type: "text" };
import batches from "../../migrations/control/0013_batches.sql" with { type: "text" };
import racks from "../../migrations/control/0014_racks.sql" with { type: "text" };
import rigConnections from "../../migrations/control/0015_rig_connections.sql" with { type: "text" };
import rigMachines from "../../migrations/control/0016_rig_machines.sql" with { type: "text" };
import counts from "../../migrations/control/0017_counts.sql" with { type: "text" };
import ownerOfAllocation from "../../migrations/control/0018_owner_of_allocation.sql" with { type: "text" };
import eventsOfContracts from "../../migrations/control/0019_events_of_contracts.sql" with { type: "text" };
import savedViews from "../../migrations/control/0020_saved_views.sql" with { type: "text" };
import takenBack from "../../migrations/control/0021_taken_back.sql" with { type: "text" };
import names from "../../migrations/control/0022_names.sql" with { type: "text" };
import takenOut from "../../migrations/control/0023_taken_out.sql" with { type: "text" };
import type { Log } from "../log.ts";

export type Migration = { version: number; name: string; text: string };

/** All steps of the schema, in order. Forward only: a step that was released is never changed. */
const migrations: readonly Migration[] = Object.freeze([
  { version: 1, name: "0001_first", text: first },
  { version: 2, name: "0002_rigs_by_status", text: rigsByStatus },
  { version: 3, name: "0003_customers", text: customers },
  { version: 4, name: "0004_sites", text: sites },
  { version: 5, name: "0005_contracts", text: contracts },
  { version: 6, name: "0006_maintenance", text: maintenance },
  { version: 7, name: "0007_contract_pins", text: contractPins },
  { version: 8, name: "0008_notifications", text: notifications },
  { version: 9, name: "0009_contract_knobs", text: contractKnobs },
  { version: 10, name: "0010_people", text: people },
  { version: 11, name: "0011_inventory", text: inventory },
  { version: 12, name: "0012_imports", text: imports },
  { version: 13, name: "0013_batches", text: batches },
  { version: 14, name: "0014_racks", text: racks },
  { version: 15, name: "0015_rig_connections", text: rigConnections },
  { version: 16, name: "0016_rig_machines", text: rigMachines },
  { version: 17, name: "0017_counts", text: counts },
  { version: 18, name: "0018_owner_of_allocation", text: ownerOfAllocation },
  { version: 19, name: "0019_events_of_contracts", text: eventsOfContracts },
  { version: 20, name: "0020_saved_views", text: savedViews },
  { version: 21, name: "0021_taken_back", text: takenBack },
  { version: 22, name: "0022_names", text: names },
  { version: 23, name: "0023_taken_out", text: takenOut },
]);

/** "HUBC": marks a SQLite file as a control database, so that no other file is taken for one. */
export const applicationId = 0x48_55_42_43;

/** The control database cannot be used as it is; the message says what to do. */
export class ControlOpenError extends Error {
  override name = "ControlOpenError";
}

export function pragma(sql: Database, name: "application_id"): number {
  return sql.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0;
}

type MigrateOptions = {
  steps?: readonly Migration[];
  /** Asked before an older file is changed: a hub of that version may be at work on it. */
  mayMigrate?: () => boolean;
};

/**
 * Brings the schema up to date; to be called inside a transaction, so that two processes that start together do it once.
 * @throws ControlOpenError for a file of another program, one written by a newer version, or an older one that may not be changed.
 */
export function migrate(sql: Database, nowMs: number, log: Log, { steps = migrations, mayMigrate = () => true }: MigrateOptions = {}): void {
  const isNew = sql.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null;
  if (!isNew && pragma(sql, "application_id") !== applicationId) {
    throw new ControlOpenError(`${sql.filename} is a SQLite file of another program; choose another data folder`);
  }
  sql.run(`PRAGMA application_id = ${applicationId}`);
  sql.run("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT");
  const present = sql.query<{ version: number | null }, []>("SELECT max(version) AS version FROM migrations").get()?.version ?? 0;
  const newest = steps.at(-1)?.version ?? 0;
  if (present > newest) {
    throw new ControlOpenError(
      `${sql.filename} was written by a newer version (schema ${present}; this one knows ${newest}): install that version again, or restore a backup`,
    );
  }
  if (present > 0 && present < newest && !mayMigrate()) {
    throw new ControlOpenError(
      `${sql.filename} is of an older version (schema ${present}; this one knows ${newest}), and a hub of that version runs on it: start that hub again with this version first`,
    );
  }
  for (const step of steps.filter(({ version }) => version > present)) {
    sql.run(step.text);
    sql.query("INSERT INTO migrations (version, name, applied_at_ms) VALUES (?, ?, ?)").run(step.version, step.name, nowMs);
    log.info("control-migrated", { version: step.version, name: step.name });
  }
}
