import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { type AuditCheck, verifyAudit } from "./audit.ts";
import { applicationId, pragma } from "./migrations.ts";

/** What SQLite says of the control database. */
export type ControlCheck = {
  /** Empty where `PRAGMA integrity_check` finds nothing. */
  problems: string[];
  bytes: number;
  version: string;
  audit: AuditCheck;
};

const unread: AuditCheck = Object.freeze({ entries: 0, broken: null });

const busyTimeoutMs = 5_000;
const problemsMax = 20;

/** Looks through the whole file; works beside a running hub and changes nothing. */
export function checkControl(path: string): ControlCheck {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return { problems: [`there is no ${path}`], bytes: 0, version: "", audit: unread };
  try {
    return withFile(path, (sql) => {
      const rows = sql.query<{ integrity_check: string }, []>(`PRAGMA integrity_check(${problemsMax})`).all();
      const { version } = sql.query<{ version: string }, []>("SELECT sqlite_version() AS version").get() ?? { version: "" };
      const foreign = pragma(sql, "application_id") === applicationId ? [] : [`${path} is empty, or of another program`];
      return { problems: [...rows.map((row) => row.integrity_check).filter((text) => text !== "ok"), ...foreign], bytes, version, audit: verifyAudit(sql) };
    });
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)], bytes, version: "", audit: unread };
  }
}

/** Writes a copy of one moment to a file that must not exist; a running hub goes on meanwhile. @throws what SQLite says */
export function copyControl(path: string, target: string): void {
  withFile(path, (sql) => sql.query("VACUUM INTO ?").run(target));
}

function withFile<Value>(path: string, use: (sql: Database) => Value): Value {
  const sql = new Database(path, { readwrite: true, create: false, strict: true });
  try {
    sql.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return use(sql);
  } finally {
    sql.close();
  }
}
