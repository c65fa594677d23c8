/** Who stands in the way of a removal. `id` is the public id; `name` is what people call it. */
export type Usage = { kind: "rig" | "fleet" | "site" | "maintenance" | "listener" | "pool" | "profile" | "contract" | "flag"; id: string; name: string };

/** The input breaks a rule; `field` is the row's own (camelCase) name, with a dotted path inside objects. */
export type Invalid = { ok: false; problem: "invalid"; field: string; rule: string };
/** Somebody else has that name already. */
export type Taken = { ok: false; problem: "taken"; field: string; rule: string };
/** There is no such row (or it was removed). */
export type Missing = { ok: false; problem: "missing"; rule: string };
/** The row was changed since the version that the caller saw; `current` is the version in force. */
export type Stale = { ok: false; problem: "stale"; rule: string; current: number };
/** It cannot be removed while these use it; at most `usagesMax` are named, `count` is how many there are. */
export type InUse = { ok: false; problem: "in-use"; rule: string; usedBy: Usage[]; count: number };

/** The row's present state does not allow it. */
export type Conflict = { ok: false; problem: "conflict"; rule: string };

export type Failure = Invalid | Taken | Missing | Stale | InUse | Conflict;
export type Success<T> = { ok: true; value: T };
/** What a change answers: the new row, or why not. Every failure has a `rule` that a person can read. */
export type Result<T> = Success<T> | Failure;

/** Users of a thing that are named when its removal is refused. */
export const usagesMax = 20;

export const succeed = <T>(value: T): Success<T> => ({ ok: true, value });
export const invalid = (field: string, rule: string): Invalid => ({ ok: false, problem: "invalid", field, rule });
export const taken = (field: string, rule: string): Taken => ({ ok: false, problem: "taken", field, rule });
export const missing = (rule: string): Missing => ({ ok: false, problem: "missing", rule });
export const stale = (current: number): Stale => ({ ok: false, problem: "stale", rule: `was changed meanwhile; it is at version ${current} now`, current });

export const conflict = (rule: string): Conflict => ({ ok: false, problem: "conflict", rule });

/** Null when nobody uses it. */
export function inUse(usedBy: Usage[]): InUse | null {
  const first = usedBy[0];
  if (first === undefined) return null;
  const others = usedBy.length > 1 ? ` and ${usedBy.length - 1} more` : "";
  return { ok: false, problem: "in-use", rule: `is used by ${first.kind} ${first.name}${others}`, usedBy: usedBy.slice(0, usagesMax), count: usedBy.length };
}
