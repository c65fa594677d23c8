import type { Act, Cast } from "./demo-cast.ts";
import { demoPlan } from "./demo-plan.ts";
import { poolDies, poolReturns } from "./demo-pool-acts.ts";
import { contractsBegin, rigIsOffline, rigLosesPower, rigsAreVetted, rigsEnrol } from "./demo-rig-acts.ts";
import type { Stage } from "./demo-stage.ts";

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
  await play(rigsAreVetted);
  await play(contractsBegin);
  await stage.pause(demoPlan.betweenMs);
  await play(rigLosesPower);
  // The verdict on a dead rig takes its time, on purpose, so the next acts go on meanwhile.
  const verdict = play(rigIsOffline);
  verdict.catch(() => undefined);
  await stage.pause(demoPlan.betweenMs);
  await play(poolDies);
  await play(poolReturns);
  await verdict;
  return missed;
}
