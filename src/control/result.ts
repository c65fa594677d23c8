/** Who stands in the way of a removal. `id` is the public id; `name` is what people call it. */
export type Usage = { kind: "rig" | "fleet" | "site" | "maintenance" | "listener" | "pool" | "profile" | "contract" | "flag"; id: string; name: string };

/** A rule that a field breaks. */
export type Broken = { field: string; rule: string };
/** The input breaks rules; `field` is the row's own (camelCase) name, with a dotted path inside objects. `more` = the other fields at fault, each once. */
export type Invalid = Broken & { ok: false; problem: "invalid"; more?: readonly Broken[] };
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

/** Several fields at fault as one failure, each field once; null when there is none. */
export function invalidAll(broken: readonly Broken[]): Invalid | null {
  const fields = new Map<string, Broken>();
  for (const { field, rule } of broken) if (!fields.has(field)) fields.set(field, { field, rule });
  const [first, ...more] = fields.values();
  if (first === undefined) return null;
  return { ...invalid(first.field, first.rule), ...(more.length > 0 && { more }) };
}

/** All fields that are at fault. */
export const brokenOf = ({ field, rule, more = [] }: Invalid): Broken[] => [{ field, rule }, ...more];

export const failureOf = (result: Result<unknown>): Failure | null => (result.ok ? null : result);

/** What several checks found, as one failure, so that people mend all of it at once; what is no fault of a field is told when no field is at fault. */
export function together<Found extends Failure>(...found: readonly (Found | null)[]): Found | Invalid | null {
  const failures = found.filter((one) => one !== null);
  const [first, ...others] = failures.filter(({ problem }) => problem === "invalid" || problem === "taken");
  if (first === undefined || others.length === 0) return first ?? failures[0] ?? null;
  return invalidAll(failures.flatMap(fieldsOf));
}

function fieldsOf(failure: Failure): Broken[] {
  if (failure.problem === "invalid") return brokenOf(failure);
  return failure.problem === "taken" ? [{ field: failure.field, rule: failure.rule }] : [];
}

/** The failure of a part, with its fields as fields of the whole: `tls.certFile`. */
export function inside(part: string, failure: Invalid | null): Invalid | null {
  return failure === null ? null : invalidAll(brokenOf(failure).map(({ field, rule }) => ({ field: `${part}.${field}`, rule })));
}

/** Null when nobody uses it. */
export function inUse(usedBy: Usage[]): InUse | null {
  const first = usedBy[0];
  if (first === undefined) return null;
  const others = usedBy.length > 1 ? ` and ${usedBy.length - 1} more` : "";
  return { ok: false, problem: "in-use", rule: `is used by ${first.kind} ${first.name}${others}`, usedBy: usedBy.slice(0, usagesMax), count: usedBy.length };
}
