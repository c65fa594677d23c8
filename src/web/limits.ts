/** Every bound of the web room. Units come last in the names. */
export const webLimits = Object.freeze({
  /** After so many rigs of a file or batch the planner is told: it reads each of them again, some 40 µs, and all at once would hold up the loop. */
  rigsPerTelling: 100,
  bodyBytesMax: 1_000_000,
  /** A file of rigs. */
  fileBytesMax: 4_000_000,
  pageRowsDefault: 100,
  pageRowsMax: 500,
  /** The longest that the loss of a contract's tolerance may take to be told from luck. */
  detectionMinutesMax: 24 * 60,
  /** Per API token; generous, for scripts that poll. */
  tokenRequestsPerMinute: 12_000,
  /** Per address, requests that were refused with 401. */
  refusedRequestsPerMinute: 3_000,
  freshSignInMs: 5 * 60_000,
  longPollMsMax: 30_000,
  eventWaitersMax: 500,
  heartbeatMs: 15_000,
  /** Of a connection that says nothing; streams are taken off it. */
  idleTimeoutS: 60,
  poolProbeMsMax: 3_000,
  poolTestMsMax: 15_000,
  figuresFreshMs: 2_000,
  /** A figure that is asked for again is shown meanwhile for so long beyond its time. */
  figuresOverdueMsMax: 8_000,
  hashratePointsMax: 3_000,
  /** Rigs of one order. */
  batchRigsMax: 10_000,
  /** A script that waits for an order to be carried out hears by then how far it is. */
  batchAnswerMsMax: 20_000,
  windowMsMax: 400 * 86_400_000,
});
