import { mkdirSync } from "node:fs";
import { controlFile } from "../../../src/config.ts";
import { openControl } from "../../../src/control/control.ts";
import type { Result } from "../../../src/control/result.ts";
import { silentLog } from "../../../src/log.ts";

/** Before a hub's first start: its fleet works for a profile of pools on these ports of 127.0.0.1, in this order. Throws what the control database refuses. */
export function configureHub(dataDir: string, poolPorts: readonly number[]): void {
  mkdirSync(dataDir, { recursive: true });
  const control = openControl(controlFile(dataDir), { now: Date.now, log: silentLog });
  try {
    const poolNos = poolPorts.map(
      (port, index) => valueOrThrow(control.pools.create({ name: `bench-${index}`, host: "127.0.0.1", port, username: "bench" })).no,
    );
    const profile = valueOrThrow(control.profiles.create({ name: "bench", poolNos }));
    for (const fleet of control.fleets.all()) valueOrThrow(control.fleets.update(fleet.id, { houseProfileNo: profile.no }, null));
  } finally {
    control.close();
  }
}

function valueOrThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
}

if (import.meta.main) configureHub(process.argv[2] ?? "", process.argv.slice(3).map(Number));
