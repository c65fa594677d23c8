/** The six codes that stratum agrees on; what the hub itself answers. */
export const errorCodes = Object.freeze({
  other: 20,
  stale: 21,
  duplicate: 22,
  lowDifficulty: 23,
  unauthorized: 24,
  notSubscribed: 25,
});

/** The texts that go with them; firmware and monitors match on these words. */
export const errorTexts = Object.freeze({
  unsupportedMethod: "Unsupported method",
  invalid: "Invalid parameters",
  notRecorded: "Not recorded",
  stale: "Job not found",
  duplicate: "Duplicate share",
  lowDifficulty: "Low difficulty share",
  unauthorized: "Unauthorized worker",
  notSubscribed: "Not subscribed",
});

/** How the other side says no; `code` is 20 where it gave none. */
export type Refusal = { code: number; text: string };

/** Why a pool did not take a share, in the words of the record. */
export type RejectClass = "stale" | "duplicate" | "low-difficulty" | "unauthorized" | "invalid" | "other";

/** Beyond the six: btcpool 26..37 (src/Stratum.h of btccom/btcpool), Lumerin -5. Code 20 and miningcore's -1 say nothing. */
const classOfCode: Readonly<Record<string, RejectClass>> = Object.freeze({
  "21": "stale",
  "22": "duplicate",
  "23": "low-difficulty",
  "24": "unauthorized",
  "25": "unauthorized",
  "26": "invalid",
  "27": "invalid",
  "28": "unauthorized",
  "29": "unauthorized",
  "31": "invalid",
  "32": "invalid",
  "33": "invalid",
  "34": "invalid",
  "35": "invalid",
  "36": "stale",
  "37": "stale",
  "-5": "low-difficulty",
});

/** ckpool, DATUM and eloipool speak in words; the first that fits. */
const classOfText: readonly (readonly [RegExp, RejectClass])[] = [
  [/stale|job.?not.?found|unknown.?(work|job)|invalid.?job/i, "stale"],
  [/dup/i, "duplicate"],
  [/\blow|too low|above.?target|high.?hash|below.?(target|diff)/i, "low-difficulty"],
  [/unauth|not.?(authori[sz]ed|subscribed)|mismatch|banned/i, "unauthorized"],
  [/invalid|illegal|incorrect|malformed|out of range|time.?too|wrong|\bbad\b|no (nonce|ntime|job)/i, "invalid"],
];

/** Classifies a refusal of a share by its code, then by its text. */
export function classifyReject(refusal: Refusal): RejectClass {
  const byCode = classOfCode[String(refusal.code)];
  if (byCode !== undefined) return byCode;
  for (const [words, meaning] of classOfText) if (words.test(refusal.text)) return meaning;
  return "other";
}
