import type { HubVerdict, PoolVerdict, ShareRecord } from "../ledger/share-record.ts";
import { writeError } from "../stratum/v1/envelope.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import type { SubmittedShare } from "./hub-job.ts";
import type { PoolAnswer } from "./pending-submits.ts";

/** What settling needs of the ledger. */
export type ShareLedger = {
  append: (share: ShareRecord) => number;
  appendVerdict: (sequence: number, verdict: { poolVerdict: PoolVerdict; reason: string | null; answeredMs: number }) => number;
};

/** Verdicts that speak against the rig; lateness is mostly the network's, and what we found good and its pool refuses is the pool's or the account's. */
const blamed: ReadonlySet<HubVerdict> = new Set(["duplicate", "low-difficulty", "invalid"]);
const notRecorded = { code: 20, text: "not recorded: the hub cannot write to its disk" };

/**
 * Ends every share in one row and one answer. `true` waits until the row is on disk; a refusal goes out at once.
 */
export class Settlement {
  readonly acknowledgements = new Acknowledgements();
  /** Contracts of which their pool has accepted a share since the hub started. */
  readonly contractsAccepted = new Set<number>();
  private readonly ledger: ShareLedger;

  constructor(ledger: ShareLedger) {
    this.ledger = ledger;
  }

  /** Our own verdict against the share; `code` and `text` are what the rig hears. */
  refuse(share: SubmittedShare, verdict: HubVerdict, answer: { code: number; text: string }): void {
    share.hubVerdict = verdict;
    share.poolVerdict = "not-forwarded";
    share.reason = verdict === "invalid" ? answer.text : null;
    share.sequence = this.ledger.append(share);
    if (blamed.has(verdict)) share.rig?.exposure.noteRefused(share.atMs);
    this.answerError(share, answer.code, answer.text);
  }

  /** Good for us and not for the pool to see: it earns its difficulty, nobody else is asked. */
  accept(share: SubmittedShare, poolVerdict: "not-forwarded" | "orphaned" | "unanswered"): void {
    share.hubVerdict = "accepted";
    share.poolVerdict = poolVerdict;
    this.record(share);
  }

  /** The pool has answered, or has not in time (`unanswered`: the rig hears our verdict). `late` = the row exists already. */
  readonly settleForwarded = (share: SubmittedShare, answer: PoolAnswer, late: boolean): void => {
    const reason = answer.poolVerdict === "rejected" ? answer.text || `code ${answer.code}` : null;
    if (late) {
      if (share.sequence >= 0) this.ledger.appendVerdict(share.sequence, { poolVerdict: answer.poolVerdict, reason, answeredMs: answer.answeredMs });
      return;
    }
    share.poolVerdict = answer.poolVerdict;
    share.reason = reason;
    share.answeredMs = answer.answeredMs;
    if (answer.poolVerdict !== "rejected") {
      if (answer.poolVerdict === "accepted") this.noteAccepted(share);
      this.record(share);
      return;
    }
    if (share.rig !== null) share.rig.exposure.poolRejected += share.poolDifficulty;
    share.sequence = this.ledger.append(share);
    this.answerError(share, answer.code || 20, answer.text || "refused by the pool");
  };

  private noteAccepted(share: SubmittedShare): void {
    if (share.rig !== null) share.rig.exposure.poolAccepted += share.poolDifficulty;
    if (share.contractNo !== 0) this.contractsAccepted.add(share.contractNo);
  }

  private record(share: SubmittedShare): void {
    share.sequence = this.ledger.append(share);
    if (share.sequence < 0) this.answerError(share, notRecorded.code, notRecorded.text);
    else this.acknowledgements.add(share.sequence, share.session, share.requestId);
  }

  private answerError(share: SubmittedShare, code: number, text: string): void {
    if (share.session.closed) return;
    share.session.noteRefusal(code, text, share.rigNo);
    share.session.reply(writeError(share.requestId, code, text));
  }
}
