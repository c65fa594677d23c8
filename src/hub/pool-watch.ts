import { AnswerWatch } from "../health/pool-answers.ts";
import { type PoolFault, weightOf } from "../health/pool-fault.ts";
import { gateRule, LastHour } from "../health/pool-gate.ts";
import { RejectAlarm } from "../health/pool-rejects.ts";
import { JobGaps, silenceRule } from "../health/pool-silence.ts";
import { FloodWatch, Held, sharesInTwoMinutes, termsRule } from "../health/pool-terms.ts";
import { staleTipRule, type TipHistory } from "../health/pool-tips.ts";
import type { EndpointChoice } from "../schedule/choose-endpoint.ts";
import { classifyReject } from "../stratum/v1/error-codes.ts";
import { algorithms } from "../work/algorithm.ts";
import type { Hand } from "./job-board.ts";
import { limits } from "./limits.ts";
import type { PoolAnswer } from "./pending-submits.ts";
import type { PoolSession } from "./pool-session.ts";
import { type Link, leastHps } from "./upstream-link.ts";

const hpsEveryMs = 10_000;

export type PoolWatchDeps = {
  /** Which blocks the pools of this hub are on. */
  tips: TipHistory;
  /** What the rig is meant to do, in H/s; null where nobody knows. */
  nominalHps: (hand: Hand) => number | null;
  /** Its host and port: all accounts there are one pool to the chain. */
  place: () => string;
};

/** What is wrong with one owner's account at one pool, from its answers, its jobs and what it asks. It acts on nothing. */
export class PoolWatch {
  fault: PoolFault | null = null;
  /** From when it has been usable and nothing was wrong with it; 0 = it is not. */
  private wellSinceMs = 0;
  /** It answers too slowly to stay, where another pool answers in half the time. */
  isSlow = false;
  /** Each time that it was lost or found at fault. */
  readonly failures = new LastHour(gateRule.sameFailureMs);
  readonly gaps = new JobGaps();
  private readonly rejects = new RejectAlarm();
  private readonly answers = new AnswerWatch();
  private readonly flood = new FloodWatch();
  private readonly tooHard = new Held(termsRule.difficultyHeldMs);
  private accepted = 0;
  private answered = 0;
  private slow = 0;
  private lookedAtHpsMs = 0;
  private hps: number | null = null;
  private readonly deps: PoolWatchDeps;

  constructor(deps: PoolWatchDeps) {
    this.deps = deps;
  }

  choice(nowMs: number, face: PoolSession | null): Pick<EndpointChoice, "fault" | "wellSinceMs" | "jobs" | "failures" | "lastJobAtMs"> {
    return {
      fault: weightOf(this.fault),
      wellSinceMs: this.wellSinceMs,
      jobs: face?.jobs ?? 0,
      failures: this.failures.count(nowMs),
      lastJobAtMs: face?.lastJobAtMs ?? 0,
    };
  }

  noteJob(session: PoolSession, nowMs: number): void {
    this.gaps.note(nowMs, session.jobs <= 1);
    this.deps.tips.note(this.deps.place(), session.prevHashHex, nowMs);
  }

  /** It can be used, for all that is known. */
  well(nowMs: number): void {
    if (this.wellSinceMs === 0 && this.fault === null) this.wellSinceMs = nowMs;
  }

  /** It has been well for as long as a handshake may take: who throws us out again right after the login does not get there. */
  holds(nowMs: number): boolean {
    return this.wellSinceMs !== 0 && nowMs - this.wellSinceMs > limits.handshakeMsMax;
  }

  /** It cannot be used. */
  lost(): void {
    this.wellSinceMs = 0;
    this.isSlow = false;
    this.answers.reset();
  }

  /** One answer, or the lack of one; true when it is the refusal that is one too many. */
  noteAnswer(answer: PoolAnswer, late: boolean): boolean {
    if (answer.poolVerdict === "unanswered") {
      this.slow++;
      return false;
    }
    if (!late) this.answered++;
    if (answer.poolVerdict === "accepted") {
      this.accepted++;
      return false;
    }
    // Lateness is mostly the network's and the rigs'.
    if (classifyReject(answer) === "stale") return false;
    this.takeAccepted();
    return this.rejects.noteRefused();
  }

  /** Called four times a second while a session is ready. */
  look(nowMs: number, session: PoolSession, links: readonly Link[]): PoolFault | null {
    this.takeAccepted();
    const { answered, slow } = this;
    const answers = this.answers.look(nowMs, { answered, slow, owingSinceMs: session.pending.owingSinceMs });
    this.isSlow = answers === "slow";
    const flooded = this.flood.look(nowMs, session.jobs);
    const difficult = () => this.difficultyFault(nowMs, session, links);
    this.take(this.refusal() ?? stuckFault(answers) ?? floodFault(flooded) ?? this.staleFault(nowMs, session) ?? difficult(), nowMs);
    this.well(nowMs);
    return this.fault;
  }

  /** From now on this is wrong with it, or nothing. */
  take(fault: PoolFault | null, nowMs: number): void {
    if (this.fault === null && fault !== null) this.failures.note(nowMs);
    this.fault = fault;
    if (fault !== null) this.wellSinceMs = 0;
  }

  refusal(): PoolFault | null {
    return this.rejects.alarmed ? { kind: "refuses", text: this.rejects.text() } : null;
  }

  /** A new login: what was wrong with the one before is found again if it still is. */
  begin(): void {
    this.fault = null;
    this.isSlow = false;
    this.accepted = 0;
    this.rejects.reset();
    this.answers.reset();
    this.tooHard.look(0, false);
  }

  /** Another account, or another pool: nothing that is known of the one before says anything of it. */
  beginElsewhere(): void {
    this.begin();
    this.failures.clear();
  }

  /** What an operator should know that is no reason to leave. */
  warnings(nowMs: number, session: PoolSession): string[] {
    const quietMs = nowMs - session.lastLineAtMs;
    const failures = this.failures.count(nowMs);
    return [
      ...(this.fault === null ? [] : [this.fault.text]),
      ...(session.ready && quietMs > silenceRule.warnMs ? [`has said nothing for ${Math.floor(quietMs / 1_000)} s`] : []),
      ...(failures < 2 ? [] : [`failed ${failures} times in the last hour, so it is taken up again later each time`]),
    ];
  }

  private takeAccepted(): void {
    if (this.accepted === 0) return;
    this.rejects.noteAccepted(this.accepted);
    this.accepted = 0;
  }

  private difficultyFault(nowMs: number, session: PoolSession, links: readonly Link[]): PoolFault | null {
    if (nowMs - this.lookedAtHpsMs >= hpsEveryMs) {
      this.lookedAtHpsMs = nowMs;
      this.hps = leastHps(links, this.deps.nominalHps);
    }
    // Without rigs nothing speaks for or against it.
    if (this.hps === null || session.difficulty === 0) return this.fault?.kind === "difficulty" ? this.fault : null;
    const shares = sharesInTwoMinutes(this.hps, session.difficulty, algorithms[session.address.algorithm].hashesPerDifficultyDouble);
    if (!this.tooHard.look(nowMs, shares < 1)) return null;
    return { kind: "difficulty", text: `asks for a difficulty of ${session.difficulty}: its rigs find less than one such share in two minutes` };
  }

  private staleFault(nowMs: number, { prevHashHex }: PoolSession): PoolFault | null {
    const sinceMs = this.deps.tips.leftBehindSinceMs(this.deps.place(), prevHashHex);
    if (sinceMs === null || nowMs - sinceMs <= staleTipRule.afterMs) return null;
    return { kind: "stale", text: `works on an old block, which other pools left ${Math.floor((nowMs - sinceMs) / 1_000)} s ago` };
  }
}

function stuckFault(answers: "stuck" | "slow" | null): PoolFault | null {
  return answers === "stuck" ? { kind: "stuck", text: "answers no shares any more" } : null;
}

function floodFault(flooded: boolean): PoolFault | null {
  return flooded ? { kind: "flood", text: `sends more than ${termsRule.jobsPerSecondMax} jobs a second` } : null;
}
