import type { FarmRig } from "../simulate/farm.ts";
import { type Act, allocationsOf, type Cast, farmRigsOf, often, rigRows, seconds, timeMoves, withDeadline } from "./demo-cast.ts";
import { demoPlan } from "./demo-plan.ts";
import type { Stage } from "./demo-stage.ts";

export const poolDies: Act = async (stage, cast) => {
  const { api, farm, first, next, page } = cast;
  const rigs = await servingWholly(cast);
  if (rigs.length === 0) return "no rig serves a contract";
  const cursor = await api.endOfEvents();
  const disconnectsBefore = farm.stats().disconnects;
  stage.say(`Killing the customer's first pool (port ${first.port}) under ${rigs.length} rigs.`);
  const moved = timeMoves(rigs, next);
  first.stop();
  const tookMs = await stage.race(withDeadline(moved, often.patienceMs));
  if (tookMs === null) return "some rig holds no job of the customer's next pool";
  const lost = farm.stats().disconnects - disconnectsBefore;
  stage.say(`All ${rigs.length} hold a job of his next pool ${Math.round(tookMs)} ms after the death; ${lost} of their connections broke.`);
  await tellEvents(stage, cast, { cursor, type: "pool.failover" });
  const { accepted } = next.stats;
  const flowing = await stage.until(() => next.stats.accepted > accepted, often);
  if (flowing === null) return "the customer's next pool accepted no share";
  stage.say(`His next pool accepts their shares (${next.stats.accepted} so far). Look at ${page}/pools`);
  await stage.pause(demoPlan.poolDeadMs);
  return null;
};

export const poolReturns: Act = async (stage, cast) => {
  const rigs = await servingWholly(cast);
  const cursor = await cast.api.endOfEvents();
  cast.first = cast.reviveFirst();
  stage.say(
    `The customer's first pool is back. The hub tries it again at growing intervals; his rigs return once it has been well for ${demoPlan.returnAfterS} s.`,
  );
  const tookMs = await stage.race(withDeadline(timeMoves(rigs, cast.first), demoPlan.returnMsMax));
  if (tookMs === null) return "not every rig returned to the customer's first pool";
  await tellEvents(stage, cast, { cursor, type: "pool.returned" });
  const { accepted, rejected, disconnects, refusals } = cast.farm.stats();
  const reasons = [...refusals].map(([text, count]) => `${count} x ${text}`).join(", ");
  stage.say(
    `All ${rigs.length} work for it again, ${seconds(tookMs)} later. So far: ${accepted} shares accepted, ${rejected} refused${reasons === "" ? "" : ` (${reasons})`}, ${disconnects} connections lost. Look at ${cast.page}/events`,
  );
  return null;
};

/** Rigs that serve a contract all of their time; the one that serves in part may be at the house just now. */
async function servingWholly({ api, farm, deal }: Cast): Promise<FarmRig[]> {
  if (deal === null) return [];
  const contracts = await Promise.all([deal.threshold, deal.miners].map((contract) => api.get(`/contracts/${contract["id"]}`)));
  const whole = contracts.flatMap(allocationsOf).filter((row) => Number(row["fraction"]) === 1);
  return farmRigsOf(farm, await rigRows(api), new Set(whole.map((row) => row["rig_id"]))).filter(({ rig }) => rig.connected);
}

/** One line for each of the customer's contracts, as soon as they are written. */
async function tellEvents(stage: Stage, { api }: Cast, { cursor, type }: { cursor: string; type: string }): Promise<void> {
  await stage.until(async () => (await api.eventsAfter(cursor, [type])).length >= 2, { everyMs: 100, patienceMs: 3_000 });
  for (const { text } of await api.eventsAfter(cursor, [type])) stage.say(`  event: ${text}`);
}
