/** A ledger's housekeeping that kills its own process at a statement to the database: `DATA_DIR NOW_MS BEGINNING before|during`. Ends with 0 where there was none such. */
import { DuckDBConnection } from "@duckdb/node-api";
import { openLedger } from "../../src/ledger/ledger.ts";
import { silentLog } from "../../src/log.ts";
import { limits } from "../ledger/days-of-shares.ts";

const [dataDir = "", nowMs = "", beginning = "", when = ""] = process.argv.slice(2);
const now = () => Number(nowMs);
const quiet = { loadIntervalMs: 3_600_000, heartbeatMs: 3_600_000, keeperIntervalMs: 3_600_000 };
const ledger = await openLedger({
  dataDir,
  log: silentLog,
  now,
  limits: { ...limits, ...quiet, exportRowsMax: 20, pruneRowsMax: 10 },
  onFatal: () => process.exit(70),
});
await ledger.flush();

const kill = () => process.kill(process.pid, "SIGKILL");
const { run } = DuckDBConnection.prototype;
DuckDBConnection.prototype.run = function watched(...asked) {
  const isIt = asked[0].startsWith(beginning);
  if (isIt && when === "before") kill();
  const running = run.apply(this, asked);
  // Its thread has begun, and may or may not come to the end of it.
  if (isIt) kill();
  return running;
};
await ledger.maintain(now());
process.exit(0);
