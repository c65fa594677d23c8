import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { User } from "../control/users.ts";

/** Between password and code; also how long a wrong tab may stay open. */
const validMs = 5 * 60_000;
/** Of this process: after a restart people begin with the password again. */
const key = randomBytes(32);

const proofOf = (text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Says that this user has just given his password; it opens nothing without the code, and nothing once he is changed. */
export function stepOf({ id, version }: User, nowMs: number): string {
  const text = `${id}.${version}.${nowMs + validMs}`;
  return `${text}.${proofOf(text).toString("base64url")}`;
}

/** Id of the user behind the step; null where it is too old or none of ours, or `versionOf` tells another version of him. */
export function userOfStep(step: string, nowMs: number, versionOf: (id: string) => number | null): string | null {
  const [id = "", version = "", until = "", proof = ""] = step.split(".");
  const own = proofOf(`${id}.${version}.${until}`);
  const sent = Buffer.from(proof, "base64url");
  const isOurs = sent.length === own.length && timingSafeEqual(sent, own);
  return isOurs && Number(until) > nowMs && versionOf(id) === Number(version) ? id : null;
}
