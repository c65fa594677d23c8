import { expect, test } from "bun:test";
import { ShareCounts } from "../../src/hub/share-counts.ts";

const share = {
  atMs: 1_000,
  poolNo: 3,
  contractNo: 0,
  algorithm: "sha256d",
  difficulty: 2,
  hubVerdict: "accepted",
  poolVerdict: "accepted",
  answeredMs: 20,
} as const;

test("shares are counted with their work by pool, contract and verdicts", () => {
  const counts = new ShareCounts();
  counts.note(share);
  counts.note(share);
  counts.note({ ...share, contractNo: 70_000, poolNo: 9_000, algorithm: "scrypt" });
  counts.note({ ...share, hubVerdict: "unauthorized", poolVerdict: "orphaned", difficulty: 0, answeredMs: -1 });
  expect([...counts.all()]).toEqual([
    { poolNo: 3, contractNo: 0, hubVerdict: "accepted", poolVerdict: "accepted", count: 2, workHashes: 4 * 2 ** 32 },
    { poolNo: 3, contractNo: 0, hubVerdict: "unauthorized", poolVerdict: "orphaned", count: 1, workHashes: 0 },
    { poolNo: 9_000, contractNo: 70_000, hubVerdict: "accepted", poolVerdict: "accepted", count: 1, workHashes: 2 * 2 ** 16 },
  ]);
});

test("answers are timed by pool; a share that was not answered is in none", () => {
  const counts = new ShareCounts();
  counts.note(share);
  counts.note({ ...share, poolVerdict: "unanswered", answeredMs: -1 });
  const seconds = counts.answerSeconds.get(3);
  expect(seconds?.sum).toBe(0.02);
  expect(seconds?.counts.reduce((sum, count) => sum + count, 0)).toBe(1);
});

test("and over the last hour, where one that was not answered in time counts as slow, and one that was not sent counts for nothing", () => {
  const counts = new ShareCounts();
  for (let at = 0; at < 9; at++) counts.note(share);
  counts.note({ ...share, poolVerdict: "unanswered", answeredMs: -1 });
  counts.note({ ...share, poolVerdict: "not-forwarded", answeredMs: -1 });
  counts.note({ ...share, poolNo: 0, poolVerdict: "unanswered", answeredMs: -1 });
  expect(counts.answers(3, 1_000)).toMatchObject({ count: 10, p50Ms: 20, p99Ms: null });
  expect([counts.answers(3, 7_200_000), counts.answers(4, 1_000), counts.answers(0, 1_000)]).toEqual([null, null, null]);
});
