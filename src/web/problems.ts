/** Why a request was refused, per kind: the HTTP status, a title, and what it means in plain words (served under /problems/<kind>). */
export const problemKinds = Object.freeze({
  unauthorized: {
    status: 401,
    title: "No valid token",
    meaning: "The request carries no API token, or one that is unknown, expired or withdrawn.",
    remedy: "Send “Authorization: Bearer hub_…”. A new token comes from “stratum-hub token create”. The API takes no cookies.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed",
    meaning: "The token or user is known, but may not do this. The detail names the scope that is missing.",
    remedy: "Use a token that has the scope, or ask an owner for it.",
  },
  "cross-site": {
    status: 403,
    title: "Request came from another site",
    meaning: "A browser sent this change from a page that is not the hub's own.",
    remedy: "Open the hub itself and repeat the change there.",
  },
  "fresh-login-required": {
    status: 403,
    title: "Sign in again",
    meaning: "Where hashrate goes, and who may say so, may only be changed within five minutes of a sign-in.",
    remedy: "Sign in again and repeat the change.",
  },
  "not-found": {
    status: 404,
    title: "Not found",
    meaning: "There is nothing at this address, or no object with this id.",
    remedy: "Check the path against /docs and the id against the list it comes from.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Wrong method",
    meaning: "This path takes other methods; the header Allow names them.",
    remedy: "Use one of the methods in Allow; /docs says what each does.",
  },
  "malformed-body": {
    status: 400,
    title: "Body is not JSON",
    meaning: "The request's body could not be read as JSON.",
    remedy: "Send one JSON object in UTF-8 with Content-Type: application/json.",
  },
  "body-too-large": {
    status: 413,
    title: "Body too large",
    meaning: "The request's body is larger than the hub takes.",
    remedy: "Send less at once; the limit is 1,000,000 bytes.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "Body is not JSON",
    meaning: "The request's Content-Type is something other than JSON.",
    remedy: "Send Content-Type: application/json.",
  },
  invalid: {
    status: 422,
    title: "Invalid request",
    meaning: "A field or parameter breaks a rule, is missing, or is unknown. “errors” names each with its place and the rule.",
    remedy: "Correct the fields that “errors” points at. Nothing was changed.",
  },
  "idempotency-key-missing": {
    status: 400,
    title: "Idempotency-Key is missing",
    meaning: "Every POST needs an Idempotency-Key, so that repeating it after a lost answer does nothing twice.",
    remedy: "Send a header Idempotency-Key with 1 to 255 printable characters, new for each thing that you want done.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "Idempotency-Key was used for something else",
    meaning: "The same key came before with another path or body.",
    remedy: "Use a new key for a new request; repeat an old one unchanged.",
  },
  "idempotency-in-progress": {
    status: 409,
    title: "The same request is being worked on",
    meaning: "A request with this Idempotency-Key has not been answered yet.",
    remedy: "Wait for Retry-After seconds and repeat it: the answer of the first will come.",
  },
  "precondition-required": {
    status: 428,
    title: "If-Match is missing",
    meaning: "A change must say which version it is based on, so that it does not overwrite someone else's.",
    remedy: "Read the object, then send its ETag (like “v3”, quotes included) as If-Match.",
  },
  "malformed-precondition": {
    status: 400,
    title: "If-Match cannot be read",
    meaning: "If-Match is neither an ETag nor “*”; most often the quotes are missing.",
    remedy: "Send the ETag as the hub gave it, quotes included, like “v3”.",
  },
  "precondition-failed": {
    status: 412,
    title: "Changed in the meantime",
    meaning: "The object is no longer at the version that If-Match names.",
    remedy: "Read it again, look at what changed, and repeat the change with the new ETag.",
  },
  "in-use": {
    status: 409,
    title: "Still in use",
    meaning: "Something else refers to this object. “errors” names what does, twenty at most, with ids.",
    remedy: "Change or remove what uses it first.",
  },
  conflict: {
    status: 409,
    title: "Not possible in this state",
    meaning: "The request is well-formed, but does not fit the present state. The detail says why.",
    remedy: "Read the object's state, change it if that is wanted, and repeat the request.",
  },
  "insufficient-capacity": {
    status: 409,
    title: "Too little capacity",
    meaning:
      "The fleet cannot promise so much for this term. “available_hps” and “available_rigs” say what it can; “unrated_rigs” of its rigs in vetting have no nominal hashrate yet and count for nothing.",
    remedy:
      "Ask for less or for another fleet, add rigs, pass rigs out of vetting with a nominal, or say “allow_short” to sell it all the same; that is written down.",
  },
  "rate-limited": {
    status: 429,
    title: "Too many requests",
    meaning: "More requests came in a minute than the hub answers for one token or address.",
    remedy: "Wait for Retry-After seconds.",
  },
  busy: {
    status: 503,
    title: "Too many waiting clients",
    meaning: "As many clients wait for events as the hub keeps open.",
    remedy: "Close some, or poll without “wait”.",
  },
  internal: {
    status: 500,
    title: "The hub failed",
    meaning: "The hub made a mistake. Its log has the cause under the request id.",
    remedy: "Report it with the request id. Repeating a POST with the same Idempotency-Key is safe.",
  },
} as const satisfies Record<string, { status: number; title: string; meaning: string; remedy: string }>);
export type ProblemKind = keyof typeof problemKinds;

/** One broken rule: a JSON pointer into the body (or `#query/name`, `#header/name`; "" = the object as a whole), and the rule in words; never the value that was sent. */
export type FieldError = { pointer: string; detail: string };

type ProblemMore = { errors?: readonly FieldError[]; headers?: Record<string, string>; members?: Readonly<Record<string, unknown>>; kept?: string };

/** A refusal, thrown anywhere while a request is answered and written out as RFC 9457 in one place. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the body (RFC 9457, 3.2), in the API's words. */
  readonly members: Readonly<Record<string, unknown>>;
  /** The form, sealed, that goes through the login which this asks for; never written out. */
  readonly kept: string | undefined;

  constructor(kind: ProblemKind, detail: string, more: ProblemMore = {}) {
    super(`${kind}: ${detail}`);
    this.kind = kind;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
    this.members = more.members ?? {};
    this.kept = more.kept;
  }

  get status(): number {
    return problemKinds[this.kind].status;
  }
}

/** A field of the body that breaks a rule: 422 with one error. `field` is snake_case, with `/` between levels. */
export const invalidField = (field: string, rule: string): Problem => invalidFields([{ field, rule }]);

/** The same of several fields, one at least: an error for each, the first of them in the detail. */
export function invalidFields(broken: readonly { field: string; rule: string }[]): Problem {
  const errors = broken.map(({ field, rule }) => ({ pointer: field === "" ? "" : `/${field}`, detail: rule }));
  const [first = { field: "", rule: "must be valid" }] = broken;
  return new Problem("invalid", first.field === "" ? first.rule : `${first.field}: ${first.rule}`, { errors });
}

/** Runs what reads a part of a body; the fields that its problems name are told with the part's place before them: `pools/0`. */
export function within<T>(place: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Problem) || error.errors.length === 0) throw error;
    const errors = error.errors.map(({ pointer, detail }) => ({ pointer: `/${place}${pointer}`, detail }));
    throw new Problem(error.kind, `${place}/${error.detail}`, { errors });
  }
}

export function notFound(what: string): Problem {
  return new Problem("not-found", `there is no such ${what}`);
}

export type ProblemContext = { path: string; requestId: string };

/** The problem as RFC 9457 asks for it. `instance` is the path alone: a query may hold what does not belong in a log. */
export function problemBody(problem: Problem, context: ProblemContext): Record<string, unknown> {
  return {
    type: `/problems/${problem.kind}`,
    title: problemKinds[problem.kind].title,
    status: problem.status,
    detail: problem.detail,
    instance: context.path,
    request_id: context.requestId,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...problem.members,
  };
}

export function problemResponse(problem: Problem, context: ProblemContext): Response {
  const headers: Record<string, string> = { "content-type": "application/problem+json", ...problem.headers };
  if (problem.kind === "unauthorized") headers["www-authenticate"] = 'Bearer realm="stratum-hub"';
  return new Response(JSON.stringify(problemBody(problem, context)), { status: problem.status, headers });
}
