import { answerMsMax } from "../health/answer-times.ts";

/** Every bound of the sockets in one place; the unit comes last in each name. */
export const limits = Object.freeze({
  /** A line from a rig; ckpool refuses over 1,024 bytes, nothing a rig says needs 32 KiB. */
  rigLineBytesMax: 32 * 1024,
  /** Before a rig has authorized it gets less room. */
  rigLineBeforeAuthorizeBytesMax: 4 * 1024,
  /** A notify with a large coinbase stays far below. */
  poolLineBytesMax: 1024 * 1024,
  sessionsMax: 19_000,
  /** What a peer has not read; beyond it the peer is closed, not buffered. */
  unsentBytesMax: 256 * 1024,
  unsentPoolBytesMax: 8 * 1024 * 1024,
  unsentMsMax: 60_000,
  firstLineMsMax: 15_000,
  subscribeMsMax: 20_000,
  authorizeMsMax: 40_000,
  /** A line that began and does not end. */
  partialLineMsMax: 15_000,
  /** An authorized rig that says nothing at all: node-stratum-pool and btcpool close after as long. */
  idleMsMax: 600_000,
  /** What a rig may say before it has been read, and before it has work. */
  laneBytesMax: 128 * 1024,
  keepAliveMs: 60_000,
  /** Handshake messages kept while an enrolment is under way. */
  waitingMessagesMax: 32,
  workersPerSessionMax: 256,
  jobsPerSessionMax: 160,
  /** Works under one extranonce1 of a pool whose used ground is known when the pool takes one of them up again. */
  worksRememberedMax: 8,
  /** Of a work's prefixes, the part that only rigs without a job of it get. */
  groundForComersPart: 0.5,
  /** Used ground is remembered for as long as a pool may take shares of it: two hours of ntime (consensus). */
  groundKeptMsMax: 7_200_000,
  /** A hub job is known for at least as long. */
  jobKeptMsMax: 600_000,
  /** A rig's own roll of ntime beyond the job's. */
  ntimeRollSMax: 600,
  ntimeRollOwnSMax: 60,
  badSharesInRowMax: 200,
  /** The first shares of a rig with an extranonce2 of another length than it was given; one alone may be garbled. */
  oddSharesMax: 3,
  /** A row, an allocation and an event each: about 40 microseconds a rig, and one sync for all of a turn. */
  enrolPerTurn: Object.freeze({ min: 8, max: 64 }),
  enrolWaitingMax: 20_000,
  /** Beyond so many known rigs none enrols itself: names cost nothing, and each is a row for ever. Five times the largest farm that the hub is made for. */
  selfEnrolledMax: 50_000,
  /** The rig hears our verdict when the pool has not answered by then. */
  answerMsMax,
  /** What is at the pools when the hub stops may be answered within this. */
  drainMsMax: 3_500,
  /** A later verdict is recorded within this time of the submit. */
  lateVerdictMsMax: 120_000,
  pendingSubmitsMax: 200_000,
  lateVerdictsMax: 20_000,
  scryptWaitingMax: 2_048,
  connectMsMax: 5_000,
  /** At a fresh start the pools later in a list wait so long for the first. */
  firstAnswerMsMax: 2_000,
  handshakeMsMax: 10_000,
  configureMsMax: 5_000,
  poolSilentMsMax: 90_000,
  /** After so long on one job rigs are at the end of the ntime that they may roll. */
  poolJoblessMsMax: 600_000,
  /** A first job whose ntime is further off makes no block: nodes take two hours ahead (consensus), and a pool that works has it right by seconds. */
  jobClockHoursMax: 2,
  /** cgminer gives a pool up after 90 s without a line, so rigs get a job at least as often. */
  jobEveryMsMax: 50_000,
  backoffMsMin: 1_000,
  backoffMsMax: 60_000,
  /** Where no pool of a list can be used, those that could not be reached are dialled as often as this: rigs are closed after a minute without one. */
  hurriedBackoffMsMax: 5_000,
  misconfiguredRetryMs: 300_000,
  /** Connections to pools opened per second, so that a dead pool's rigs do not storm the next one. */
  upstreamConnectsPerSecondMax: 50,
  /** Rigs leave a pool account that was edited away within this, even when the new one cannot be used. */
  retireMsMax: 60_000,
  /** A pool without room for a prefix takes 256 rigs a session: enough for 65,000. */
  sessionsPerUpstreamMax: 256,
  /** The least that a pool may give: one byte to tell rigs apart and the two that cgminer needs. */
  freeBytesMin: 3,
  /** A session that no rig works for stays open for late shares. */
  lingerMs: 150_000,
  /** Shares of a dead pool's job hear `true` for as long: with another pool to go to, and with none. */
  orphanMsMax: 5_000,
  orphanAloneMsMax: 60_000,
  /** A rig without any job is closed then, so that its own backup pool takes over. */
  joblessMsMax: 60_000,
  /** After `client.reconnect` a rig that does not go is closed. */
  reconnectMsMax: 5_000,
  /** A rig that was asked to reconnect is expected back within this. */
  layoutKeptMsMax: 120_000,
  layoutsKeptMax: 20_000,
  versionMask: 0x1fffe000,
  /** No miner needs less: 4,295 hashes of SHA-256d. Test pools below it are taken as they are. */
  difficultyMin: 1e-6,
  agentLengthMax: 128,
  workerLengthMax: 256,
});
