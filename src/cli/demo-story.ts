import type { Farm, FarmRig } from "../simulate/farm.ts";
import type { SimulatedPool } from "../simulate/pool.ts";
import type { DemoApi } from "./demo-api.ts";
import { demoPlan } from "./demo-plan.ts";
import type { Stage } from "./demo-stage.ts";

export type Cast = {
  api: DemoApi;
  farm: Farm;
  primary: SimulatedPool;
  backup: SimulatedPool;
  /** Starts the primary pool again on its old port. */
  revivePrimary: () => SimulatedPool;
};

const often = Object.freeze({ everyMs: 250, patienceMs: 30_000 });

/** Tells the story once, act by act. @returns what did not happen, in words; empty when all did */
export async function tellStory(stage: Stage, cast: Cast): Promise<string[]> {
  const missed: string[] = [];
  const play = async (act: Act) => {
    const miss = await act(stage, cast);
    if (miss === null) return;
    stage.say(`NOT AS PLANNED: ${miss}`);
    missed.push(miss);
  };
  await play(rigsEnrol);
  await play(hashrateSettles);
  // The verdict on a dead rig takes its time, on purpose, so the next acts go on meanwhile.
  const verdict = play(rigDies);
  verdict.catch(() => undefined);
  await stage.pause(demoPlan.betweenMs);
  await play(poolDies);
  await play(poolReturns);
  await verdict;
  return missed;
}

type Act = (stage: Stage, cast: Cast) => Promise<string | null>;

const rigsEnrol: Act = async (stage, { api, farm }) => {
  const known = async () => (await api.list("/rigs?limit=100")).length >= farm.rigs.length;
  const waited = await stage.until(known, often);
  if (waited === null) return "not every rig is in the inventory";
  stage.say(`${farm.rigs.length} rigs nobody had heard of connected and enrolled themselves, as "vetting", mining for the house.`);
  return null;
};

const hashrateSettles: Act = async (stage, { api, farm, primary }) => {
  await stage.pause(demoPlan.settleMs);
  const nominal = farm.rigs.reduce((sum, { hashrateHps }) => sum + hashrateHps, 0);
  const { delivered_hps: delivered } = await api.get("/summary");
  const { accepted, rejected } = farm.stats();
  stage.say(`Hashrate settles: ${kilohashes(Number(delivered))} measured from shares, of ${kilohashes(nominal)} that the rigs do.`);
  stage.say(
    `Rigs: ${accepted} shares accepted, ${rejected} refused. The primary pool itself accepted ${primary.stats.accepted}, refused ${primary.stats.rejected}.`,
  );
  return accepted > 0 && primary.stats.accepted > 0 ? null : "no share was accepted";
};

const rigDies: Act = async (stage, { api, farm }) => {
  const victim = farm.rigs[6];
  if (victim === undefined) return "there is no seventh rig";
  const name = nameOf(victim);
  stage.say(`Pulling the plug of rig ${name}. A minute without a connection makes it offline; a short break does not.`);
  victim.rig.stop();
  const status = async () => (await api.list("/rigs?limit=100")).find((row) => row["name"] === name)?.["status"];
  const waited = await stage.until(async () => (await status()) === "offline", { everyMs: 500, patienceMs: 100_000 });
  if (waited === null) return `rig ${name} is not shown as offline after 100 s, but as ${await status()}`;
  stage.say(`Rig ${name} is offline in the inventory, ${(waited / 1000).toFixed(0)} s after its connection closed. It gets its power back now.`);
  victim.rig.start();
  return null;
};

const poolDies: Act = async (stage, { farm, primary, backup }) => {
  const rigs = alive(farm);
  const disconnectsBefore = farm.stats().disconnects;
  stage.say(`Killing the primary pool (${primary.port}) under ${rigs.length} rigs.`);
  const moved = timeMoves(rigs, backup);
  primary.stop();
  const tookMs = await stage.race(withDeadline(moved, often.patienceMs));
  if (tookMs === null) return "some rig holds no job of the backup pool";
  const lost = farm.stats().disconnects - disconnectsBefore;
  stage.say(`All ${rigs.length} hold a job of the backup pool ${Math.round(tookMs)} ms after the death; ${lost} of their connections broke.`);
  const accepted = backup.stats.accepted;
  const flowing = await stage.until(() => backup.stats.accepted > accepted, often);
  stage.say(flowing === null ? "No share has arrived there yet." : `The backup pool accepts their shares (${backup.stats.accepted} so far).`);
  await stage.pause(demoPlan.poolDeadMs);
  return flowing === null ? "the backup pool accepted no share" : null;
};

const poolReturns: Act = async (stage, cast) => {
  const rigs = alive(cast.farm);
  const primary = cast.revivePrimary();
  stage.say(`The primary pool is back. Its rigs return once it has been well for ${demoPlan.returnAfterS} s.`);
  const tookMs = await stage.race(withDeadline(timeMoves(rigs, primary), often.patienceMs + 1000 * demoPlan.returnAfterS));
  if (tookMs === null) return "not every rig returned to the primary pool";
  const { accepted, rejected, disconnects, refusals } = cast.farm.stats();
  const reasons = [...refusals].map(([text, count]) => `${count} x ${text}`).join(", ");
  stage.say(
    `All ${rigs.length} rigs work for it again, ${(tookMs / 1000).toFixed(1)} s later. So far: ${accepted} shares accepted, ${rejected} refused${reasons === "" ? "" : ` (${reasons})`}, ${disconnects} connections lost.`,
  );
  return null;
};

function kilohashes(hps: number): string {
  return `${(hps / 1000).toFixed(1)} kH/s`;
}

function nameOf({ rig }: FarmRig): string {
  return rig.options.worker.slice(rig.options.worker.lastIndexOf(".") + 1);
}

function alive({ rigs }: Farm): FarmRig[] {
  return rigs.filter(({ rig }) => rig.connected);
}

/** Milliseconds until each of the rigs has been given a job of `pool`, told by its previous block hash. */
async function timeMoves(rigs: readonly FarmRig[], pool: SimulatedPool): Promise<number> {
  const fromMs = performance.now();
  await Promise.all(rigs.map(({ rig }) => rig.until(({ work }) => work !== null && pool.knowsBlock(work.prevHash))));
  return performance.now() - fromMs;
}

/** What the promise gives, or null when it takes longer. */
async function withDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T | null> {
  return await Promise.race([promise, Bun.sleep(deadlineMs).then(() => null)]);
}
