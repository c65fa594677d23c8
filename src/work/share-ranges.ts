/** How far a rig may roll the ntime of a job of ours, in seconds: cgminer rolls 60 by itself, pools take up to 7000 (stratum-v1 reference 1.5). */
export const ntimeRollMaxS = 600;

/**
 * Whether a submitted ntime lies in [jobNtime, jobNtime + rollMaxS] (all in seconds, 32 bits unsigned).
 * `jobNtime` is what the rig was sent, which after a re-issue is later than the pool's.
 */
export function ntimeInRange(jobNtime: number, ntime: number, rollMaxS: number = ntimeRollMaxS): boolean {
  return ntime >= jobNtime && ntime <= jobNtime + rollMaxS;
}
