import { readConfig } from "../config.ts";
import { createLog } from "../log.ts";
import type { Command } from "./command.ts";
import { inDataFolder } from "./data-folder.ts";
import { addressOf, preparePlaces } from "./places.ts";
import { settingFlags } from "./setting-flags.ts";

export const serve: Command = {
  name: "serve",
  goesOn: true,
  summary: "Runs the hub until SIGTERM, SIGINT or SIGHUP, which drain it.",
  details:
    "When both listen, one line says so on stdout: ready http=HOST:PORT stratum=HOST:PORT. Logs go to stderr. Port 0 means any free port.\nExit codes: 0 stopped in order, 1 failed, 2 wrong usage, 70 a write to disk could not be made sure.",
  flags: settingFlags(),
  async run({ flags }, { env, parts, console }) {
    const config = readConfig(flags, env);
    preparePlaces(config);
    const stopped = console.untilSignal();
    const hub = await inDataFolder(config.dataDir, () => parts.startHub(config, createLog(config.logLevel, console.err)));
    console.out(`ready http=${addressOf(hub.http)} stratum=${addressOf(hub.stratum)}\n`);
    await stopped;
    await hub.stop();
    return 0;
  },
};
