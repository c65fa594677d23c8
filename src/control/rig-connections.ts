import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";

/** Where a rig last connected from (without the port), and what it said it is. */
export type RigConnection = { address: string; agent: string };

/** The last connection of each rig; it outlives the connection, so that a machine that comes back under another name can be known again. */
export class RigConnections {
  readonly #database: ControlDatabase;
  readonly #put: Statement<unknown, SqlValue[]>;
  readonly #of: Statement<RigConnection & { rig_no: number }, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#put = database.sql.prepare(
      `INSERT INTO rig_connections (rig_no, address, agent) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET address = excluded.address, agent = excluded.agent WHERE address <> excluded.address OR agent <> excluded.agent`,
    );
    this.#of = database.sql.prepare("SELECT rig_no, address, agent FROM rig_connections WHERE rig_no IN (SELECT value FROM json_each(?))");
  }

  /** Notes connections that were seen; null = the rig is gone, and what was noted of it stays. */
  note(seen: readonly { rigNo: number; connection: RigConnection | null }[]): void {
    this.#database.transaction(() => {
      for (const { rigNo, connection } of seen) if (connection !== null) this.#put.run(rigNo, hostOf(connection.address), connection.agent.slice(0, 200));
    });
  }

  of(rigNos: readonly number[]): Map<number, RigConnection> {
    return new Map(this.#of.all(JSON.stringify(rigNos)).map(({ rig_no, address, agent }) => [rig_no, { address, agent }]));
  }
}

/** An address without its port: `10.1.4.42:51222`, `[::1]:51222`. */
function hostOf(address: string): string {
  return address.replace(/^\[(.*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
}
