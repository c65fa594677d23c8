import { expect, test } from "bun:test";
import { GivenJobs } from "../../src/hub/given-jobs.ts";
import type { HubJob } from "../../src/hub/hub-job.ts";
import { limits } from "../../src/hub/limits.ts";

const job = (id: string, atMs: number) => ({ id, atMs }) as HubJob;

test("each job is known by its id, with the difficulty it was sent with", () => {
  const jobs = new GivenJobs();
  expect([jobs.latest, jobs.find("a"), jobs.difficultyOf("a")]).toEqual([null, null, 0]);
  for (const [at, id] of ["a", "b", "c"].entries()) jobs.add(job(id, at * 30_000), at + 0.5);
  expect(["a", "b", "c"].map((id) => [jobs.find(id)?.id, jobs.difficultyOf(id)])).toEqual([
    ["a", 0.5],
    ["b", 1.5],
    ["c", 2.5],
  ]);
  expect(jobs.latest?.id).toBe("c");
  expect([jobs.find("d"), jobs.difficultyOf("d")]).toEqual([null, 0]);
});

test("what is older than the time that jobs are kept is forgotten with its difficulty; the newest never is", () => {
  const jobs = new GivenJobs();
  jobs.add(job("a", 0), 1);
  jobs.add(job("b", 1_000), 2);
  jobs.add(job("c", limits.jobKeptMsMax + 1_000), 3);
  jobs.add(job("d", limits.jobKeptMsMax + 1_001), 4);
  expect(["a", "b", "c", "d"].map((id) => [jobs.find(id)?.id, jobs.difficultyOf(id)])).toEqual([
    [undefined, 0],
    [undefined, 0],
    ["c", 3],
    ["d", 4],
  ]);
});

test("a pool that floods with jobs fills no memory: the oldest go", () => {
  const jobs = new GivenJobs();
  for (let at = 0; at < 2 * limits.jobsPerSessionMax; at++) jobs.add(job(String(at), at), at);
  const known = Array.from({ length: 2 * limits.jobsPerSessionMax }, (_, at) => jobs.find(String(at))).filter((found) => found !== null);
  expect(known.map(({ id }) => Number(id))).toEqual(Array.from({ length: limits.jobsPerSessionMax }, (_, at) => limits.jobsPerSessionMax + at));
  expect(known.map(({ id }) => jobs.difficultyOf(id))).toEqual(known.map(({ id }) => Number(id)));
});
