import type { HubJob, JobOrigin, PoolJob } from "../../src/hub/hub-job.ts";
import type { Block, Hand, JobBoard } from "../../src/hub/job-board.ts";
import { DuplicateSet } from "../../src/work/duplicate-set.ts";
import { encodeX, type Layout } from "../../src/work/extranonce.ts";
import { prepareWork } from "../../src/work/prepared-work.ts";

const origin: JobOrigin = {
  poolNo: 1,
  contractNo: 0,
  passDifficulty: false,
  closedAtMs: 0,
  duplicates: new DuplicateSet(),
  submit: () => true,
  nameFor: (rigName) => rigName,
};

/** A pool's job; the same `name`, `free` and `fixed` are the same work. */
export function poolJob(name: string, { free = 8, fixed = "aabbccdd", ntime = 1_000 } = {}): PoolJob {
  const work = {
    algorithm: "sha256d" as const,
    prevHash: new Uint8Array(32),
    version: 0x20000000,
    nbits: 0x1d00ffff,
    ntime,
    coinb1: Buffer.from(name),
    coinb2: new Uint8Array(4),
    merklePath: [],
    fixed: Uint8Array.from(Buffer.from(fixed, "hex")),
    free,
    versionMask: 0,
    difficulty: 1,
    poolJobId: name,
    clean: false,
  };
  return { origin, work, prepared: prepareWork(work), tip: { superseded: false } };
}

/** A rig that notes what it is given. */
export class FakeHand implements Hand {
  layout: Layout;
  readonly x: number;
  readonly rigName = "r";
  board: JobBoard | null = null;
  seat: Block | null = null;
  readonly jobs: HubJob[] = [];
  /** The layouts that it was told of. */
  readonly told: Layout[] = [];
  follows = false;

  constructor(x: number, layout: Layout = { e1Bytes: 1, e2Bytes: 3 }) {
    this.x = x;
    this.layout = layout;
  }

  relayout(layout: Layout): boolean {
    if (!this.follows) return false;
    this.layout = layout;
    this.told.push(layout);
    return true;
  }

  give(job: HubJob): void {
    this.jobs.push(job);
  }

  /** What each of its jobs told it to search, as `work prefix+X @ntime`; a job with a filler is one search at any ntime. */
  searches(): string[] {
    return this.jobs.map(({ poolJob: { work }, prefixHex, layout, ntime }) => {
      const at = prefixHex === "" ? ` @${ntime}` : "";
      return `${work.poolJobId} ${prefixHex}${encodeX(this.x, layout.e1Bytes)}${at}`;
    });
  }
}
