import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, controlFile, type Endpoint, readConfig } from "../config.ts";
import { openControl } from "../control/control.ts";
import { Secret } from "../control/secret.ts";
import { createLog, silentLog } from "../log.ts";
import { startFarm } from "../simulate/farm.ts";
import { type SimulatedPool, startPool } from "../simulate/pool.ts";
import type { Command, Console, RunningHub } from "./command.ts";
import { DemoApi } from "./demo-api.ts";
import type { Cast } from "./demo-cast.ts";
import { urlOf } from "./demo-deal.ts";
import { announcement, demoPlan, demoPools, demoRigs } from "./demo-plan.ts";
import { Curtain, Stage } from "./demo-stage.ts";
import { tellStory } from "./demo-story.ts";
import { numberFlag } from "./flags.ts";
import { valueOrError } from "./open-control.ts";
import { addressOf, isFree, preparePlaces } from "./places.ts";
import { settingFlags } from "./setting-flags.ts";
import { makePassword } from "./user-add.ts";

type Keys = { email: string; password: string; token: string };

export const demo: Command = {
  name: "demo",
  goesOn: true,
  summary: "The whole product with a simulated farm on loopback: real proof of work, two contracts, a rig that fails, a pool that dies and comes back.",
  details: "It tells what happens as it happens. What --data names stays when the demo ends.",
  flags: [
    { flag: "minutes", value: "N", help: "stop after so many minutes (default: at Ctrl-C)" },
    ...settingFlags(["dataDir", "http", "stratum", "logLevel"], {
      dataDir: "a temporary folder, removed at the end",
      http: "127.0.0.1:8080, or any free port when that is taken",
      stratum: "127.0.0.1:3333, or any free port when that is taken",
      logLevel: "error",
    }),
  ],
  async run(given, { parts, env, console }) {
    const minutes = given.flags["minutes"] === undefined ? null : numberFlag(given, "minutes", { min: 0.05, max: 100_000 });
    const ended = Promise.race([console.untilSignal(), ...(minutes === null ? [] : [Bun.sleep(minutes * 60_000)])]);
    const stage = new Stage(console.out, ended);
    const temporary = given.flags["data"] === undefined && !env["HUB_DATA"];
    const dataDir = temporary ? mkdtempSync(join(tmpdir(), "stratum-hub-demo-")) : undefined;
    try {
      const config = readConfig({ ...given.flags, ...(dataDir === undefined ? {} : { data: dataDir }) }, { ...demoSettings(), ...env });
      preparePlaces(config);
      const hub = await parts.startHub(config, createLog(config.logLevel, console.err), { startGraceMs: demoPlan.startGraceMs });
      try {
        return await play({ hub, config, minutes, stage, console, ended });
      } finally {
        await hub.stop();
      }
    } finally {
      if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

type Set = { hub: RunningHub; config: Config; minutes: number | null; stage: Stage; console: Console; ended: Promise<void> };

/** Everything between the hub's start and its stop. @returns the exit code */
async function play({ hub, config, minutes, stage, console, ended }: Set): Promise<number> {
  const keys = await makeKeys(config);
  const api = new DemoApi(`http://${addressOf(hub.http)}`, keys.token);
  const page = `http://${addressOf(hub.http)}`;
  const [house, first, next] = [openPool(demoPools.house), openPool(demoPools.first), openPool(demoPools.next)];
  const pools = [house, first, next];
  await configure(api, house);
  console.out(playbill(hub, keys, minutes));
  const farm = startFarm({ ...reachable(hub.stratum), members: demoRigs(), versionRolling: true, agent: "stratum-hub-demo/1" });
  const reviveFirst = () => {
    const revived = openPool({ ...demoPools.first, port: first.port });
    pools.push(revived);
    return revived;
  };
  const cast: Cast = { api, farm, house, first, next, reviveFirst, page, deal: null, victim: null };
  try {
    const missed = await tellStory(stage, cast);
    stage.say(missed.length === 0 ? "That was all of it. The farm goes on; look around." : `The farm goes on. Not as planned: ${missed.join("; ")}.`);
    await ended;
    return missed.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Curtain)) throw error;
    return 0;
  } finally {
    farm.stop();
    for (const pool of pools) pool.stop();
    stage.say("The demo ends.");
  }
}

function openPool({ extranonce2Size, port = 0 }: { extranonce2Size: number; port?: number }): SimulatedPool {
  return startPool({ extranonce2Size, port, difficulty: demoPlan.poolDifficulty, jobEveryMs: demoPlan.jobEveryMs, branches: 12 });
}

/** An owner to log in with and a token to script with, both through the control database, as `user add` and `token create` make them. */
async function makeKeys(config: Config): Promise<Keys> {
  const control = openControl(controlFile(config.dataDir), { now: Date.now, log: silentLog });
  try {
    const [email, password] = ["demo@example.org", makePassword()];
    const existing = control.users.byEmail(email);
    const added =
      existing === null ? control.users.add({ email, role: "owner", password: new Secret(password) }) : control.users.setPassword(existing.id, password);
    valueOrError(await added, {});
    const { text } = valueOrError(control.tokens.create({ name: "demo", scopes: ["admin"] }), {});
    return { email, password, token: text.reveal() };
  } finally {
    control.close();
  }
}

/** The house's pool, a profile of it, and the fleet `main` mining for the house through it; the fleet's clocks made quick. */
async function configure(api: DemoApi, house: SimulatedPool): Promise<void> {
  const pool = await api.ensure("/pools", { name: demoPools.house.name, url: urlOf(house), algorithm: "sha256d", username: "demo.house", password: "x" });
  const profile = await api.ensure("/profiles", { name: "demo house", pool_ids: [pool["id"]], return_after_s: demoPlan.returnAfterS });
  const main = (await api.list("/fleets")).find((row) => row["name"] === "main");
  if (main === undefined) throw new Error("the fleet main is missing");
  const { sharesPerMinute, disconnectGraceS } = demoPlan;
  const quick = { shares_per_minute: sharesPerMinute, disconnect_grace_s: disconnectGraceS };
  await api.patch(`/fleets/${main["id"]}`, main, { house_profile_id: profile["id"], ...quick });
}

function playbill(hub: RunningHub, { email, password, token }: Keys, minutes: number | null): string {
  const { sharesPerMinute, disconnectGraceS, startGraceMs, returnAfterS, jobEveryMs, poolDifficulty, rigs } = demoPlan;
  const page = `http://${addressOf(hub.http)}`;
  return `stratum-hub demo: the product itself, with a farm of ${rigs} simulated rigs and three simulated pools on this machine.

  pages      ${page}
  login      ${email}
  password   ${password}
  API token  ${token}
  try        curl -H "Authorization: Bearer ${token}" ${page}/api/v1/summary
  rigs       stratum+tcp://${addressOf(reachable(hub.stratum))} (yours are welcome, at difficulty ${poolDifficulty})

Made shorter than life: ${sharesPerMinute} shares a minute per rig (12), a rig is replaced when it is gone for ${disconnectGraceS} s (15),
nothing is planned for ${startGraceMs / 1000} s after a restart (60), back to a recovered pool after ${returnAfterS} s (120), a new job every ${jobEveryMs / 1000} s.

${announcement(minutes)}

`;
}

/** Where a client on this machine reaches what listens on every address. */
function reachable({ host, port }: Endpoint): Endpoint {
  return { host: host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host, port };
}

/** The usual ports, so that the page is where one looks for it, or any free ones when those are taken; and quiet, for the story is told on the same terminal. */
function demoSettings(): Record<string, string> {
  return { HUB_HTTP: `127.0.0.1:${freePort(8080)}`, HUB_STRATUM: `127.0.0.1:${freePort(3333)}`, HUB_LOG_LEVEL: "error" };
}

function freePort(wanted: number): number {
  return isFree({ host: "127.0.0.1", port: wanted }) ? wanted : 0;
}
