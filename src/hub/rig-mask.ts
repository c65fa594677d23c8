import { writeSetVersionMask } from "../stratum/v1/pool-messages.ts";
import { rollableMask } from "../work/version-rolling.ts";
import type { Work } from "../work/work.ts";
import { limits } from "./limits.ts";

/** The version bits that one rig may roll: what it asked for, within what the hub, its pool and the job at hand allow. */
export class RigMask {
  /** What the rig was granted by mining.configure, 32 bits unsigned. */
  readonly granted: number;
  private sent: number;

  /** The rig asks for these bits; the hub grants them before it knows the rig's pool. */
  constructor(asked: number) {
    this.granted = (asked & limits.versionMask) >>> 0;
    this.sent = this.granted;
  }

  /**
   * The line to send before a job of this work, "" where nothing changes: some rigs take a repeated mask for a new handshake.
   * Bits already set in the job's version are left out, as pools disagree on what rolling them means.
   */
  lineFor(work: Work): string {
    const mask = this.maskFor(work);
    if (mask === this.sent) return "";
    this.sent = mask;
    return writeSetVersionMask(mask);
  }

  /** The bits that the rig rolled for this work where it has been told others since, 32 bits unsigned; 0 = it has not. */
  outdated(work: Work): number {
    const mask = this.maskFor(work);
    return mask === this.sent ? 0 : mask;
  }

  private maskFor(work: Work): number {
    return rollableMask(work.version, this.granted & work.versionMask);
  }
}
