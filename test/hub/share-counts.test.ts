import { expect, test } from "bun:test";
import { ShareCounts } from "../../src/hub/share-counts.ts";

const share = { poolNo: 3, contractNo: 0, algorithm: "sha256d", difficulty: 2, hubVerdict: "accepted", poolVerdict: "accepted", answeredMs: 20 } as const;

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
