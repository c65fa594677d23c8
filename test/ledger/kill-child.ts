/** A ledger under load, to be killed: writes each sequence that it was told is durable, as a double, to the file given. */
import { openSync, writeSync } from "node:fs";
import { openLedger } from "../../src/ledger/ledger.ts";
import { silentLog } from "../../src/log.ts";
import { aShare } from "./ledger-folder.ts";

const [dataDir = "", toldPath = ""] = process.argv.slice(2);
const told = openSync(toldPath, "w");
const ledger = await openLedger({ dataDir, log: silentLog, now: Date.now, limits: { loadIntervalMs: 20 }, onFatal: () => process.exit(70) });
const share = aShare();

function appendSome(): void {
  for (let no = 0; no < 50; no++) if (ledger.append(share) < 0) process.exit(1);
}

// Half of them are appended while the next commit is under way, so that a kill finds some in every stage.
ledger.onDurable = (through) => {
  writeSync(told, new Float64Array([through]));
  appendSome();
  setTimeout(appendSome, 1);
};
appendSome();
