/** What a simulated rig or pool allows itself. Unit last. */
export const limits = Object.freeze({
  lineBytesMax: 1 << 20,
  /** What a slow reader may leave unread before it is cut off. */
  unsentBytesMax: 4 << 20,
  /** Jobs whose shares a simulated pool still knows. */
  jobsMax: 32,
  /** How far a rig may roll a job's time at a simulated pool, as ckpool allows. */
  ntimeRollSMax: 7000,
  /** Share events kept for whoever looks back. */
  recentSharesMax: 1000,
  reconnectMsMin: 200,
  reconnectMsMax: 5000,
  /** A turn of the loop spent on hashing; more would starve the sockets. */
  hashTurnMsMax: 25,
});
