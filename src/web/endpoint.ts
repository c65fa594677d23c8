import { type Static, type TObject, type TSchema, Type } from "@sinclair/typebox";
import { isCsv, readCsvBody, readJsonBody } from "./body.ts";
import type { WebDeps } from "./deps.ts";
import { etagOf, expectedVersion, isUnchanged } from "./etag.ts";
import type { EventWaiters } from "./event-waiters.ts";
import type { HubBell } from "./hub-bell.ts";
import { type KeptAnswer, type KeyedAnswers, keyedRequest } from "./idempotency.ts";
import type { LiveFigures } from "./live-figures.ts";
import type { PoolProbes } from "./pool-probes.ts";
import type { PoolViews } from "./pool-views.ts";
import type { Ids } from "./present-rows.ts";
import { type Need, type Principal, requirePermission } from "./principal.ts";
import { notFound, type ProblemKind } from "./problems.ts";
import { readQuery } from "./query.ts";
import { recorded } from "./recorded.ts";
import { checked, shapeOf } from "./validate.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** What an answer looks like, for the reader of the documentation. `example` must fit the schema; a test holds it against it. */
export type AnswerDoc = { status: 200 | 201 | 202 | 204; description: string; schema?: TSchema; example?: unknown; mediaTypes?: readonly string[] };

/** All that is said about an endpoint; the OpenAPI document is made of these. */
export type EndpointDoc = {
  method: Method;
  /** Under /api/v1, parameters in braces: `/pools/{id}`. */
  path: string;
  need: Need;
  tag: string;
  summary: string;
  description?: string;
  query?: TObject;
  body?: TObject;
  bodyExample?: unknown;
  /** A body of `text/csv` stands for an object with this field alone. */
  fileField?: string;
  answers: readonly AnswerDoc[];
  /** Beyond those that follow from method, path and fields. */
  problems?: readonly ProblemKind[];
};

/** What handlers share; made once per app. */
export type ApiParts = {
  deps: WebDeps;
  answers: KeyedAnswers;
  ids: Ids;
  figures: LiveFigures;
  probes: PoolProbes;
  pools: PoolViews;
  waiters: EventWaiters;
  bell: HubBell;
};

export type Call = { request: Request; id: string };

/** One endpoint, complete: nothing under /api/v1 is reachable but through one of these. `isRecorded` = its changes stand in the audit log. */
export type Endpoint = { doc: EndpointDoc; answer: (call: Call) => Promise<Response>; isRecorded?: true };

/**
 * What a handler answers. `version` becomes the ETag; a body that is undefined is 204. `isLive` = the body also tells what the hub sees
 * at this moment, which changes without the version: such an answer is never a 304, its ETag is for If-Match alone.
 */
export type Reply = {
  status?: 200 | 201 | 202;
  body?: unknown;
  version?: number;
  isLive?: boolean;
  location?: string;
  headers?: Record<string, string>;
};

/**
 * What a change answers. Once it is on disk, `tell` runs (the hub must hear of it), then `complete`, whose reply replaces this one.
 * The reply itself must be usable alone: it is what a repeat gets if the process dies in between.
 */
export type ChangeReply = Reply & {
  tell?: () => void;
  complete?: () => Promise<Reply>;
  /** Nothing was changed: a repeat may find it out again, and the answer, however long, is not kept. */
  isDry?: true;
};

const nothing = Type.Object({});

export type Asked<Q extends TObject> = { id: string; query: Static<Q>; request: Request; principal: Principal };
export type ReadSpec<Q extends TObject> = Omit<EndpointDoc, "method" | "query" | "body" | "bodyExample"> & {
  query?: Q;
  handle: (asked: Asked<Q>) => Reply | Response | Promise<Reply | Response>;
};

/** A GET: may it be asked, are its parameters right, answer. */
export function readEndpoint<Q extends TObject = TObject>(spec: ReadSpec<Q>): Endpoint {
  const { handle, ...doc } = spec;
  const shape = shapeOf((spec.query ?? nothing) as Q);
  const answer = async ({ request, id }: Call): Promise<Response> => {
    const principal = requirePermission(request, spec.need);
    const query = readQuery(shape, request.url);
    const reply = await handle({ id, query, request, principal });
    return reply instanceof Response ? reply : replyResponse(request, reply);
  };
  return { doc: { ...doc, method: "GET", query: shape.schema }, answer };
}

export type ChangeAsked<B extends TObject> = {
  id: string;
  request: Request;
  body: Static<B>;
  principal: Principal;
  /** Version that If-Match names; null for `*` and for POST. */
  version: number | null;
  nowMs: number;
};
export type ChangeSpec<B extends TObject, P = undefined> = Omit<EndpointDoc, "query" | "body"> & {
  method: Exclude<Method, "GET">;
  body?: B;
  /** What takes its time and changes nothing, such as reading a file; what it throws refuses the request. */
  prepare?: (body: Static<B>) => Promise<P>;
  /** Runs inside one transaction of the control database: what it throws undoes all it did. */
  handle: (asked: ChangeAsked<B>, prepared: P) => ChangeReply;
};

/**
 * A change, in this order: scope, parameters, body, precondition (PATCH, DELETE) or key (POST), the change itself with the
 * answer to its key in one transaction, and only then what the hub must hear. A refused request leaves no trace.
 */
export function changeEndpoint<B extends TObject = TObject, P = undefined>(parts: ApiParts, spec: ChangeSpec<B, P>): Endpoint {
  const { handle, prepare, ...doc } = spec;
  const shape = shapeOf((spec.body ?? nothing) as B);
  const noQuery = shapeOf(nothing);
  const answer = async ({ request, id }: Call): Promise<Response> => {
    const principal = requirePermission(request, spec.need);
    readQuery(noQuery, request.url);
    const body = checked(shape, await readBody(request, spec.fileField), "");
    const prepared = (await prepare?.(body)) as P;
    const asked = { id, request, body, principal, nowMs: parts.deps.now() };
    const { control } = parts.deps;
    const action = `${spec.method} /api/v1${spec.path}`;
    const inTransaction: InTransaction = (work) => recorded(parts.deps, principal, { request, action, id }, () => control.transaction(work));
    if (spec.method !== "POST") {
      const version = expectedVersion(request);
      const reply = inTransaction(() => handle({ ...asked, version }, prepared));
      return keptResponse(keptFrom(await finish(parts, reply)));
    }
    return answerOnce(parts, request, { principal, body, inTransaction, act: () => handle({ ...asked, version: null }, prepared) });
  };
  return { doc: { ...doc, ...(spec.body !== undefined && { body: shape.schema }) }, answer, isRecorded: true };
}

function readBody(request: Request, fileField: string | undefined): Promise<unknown> {
  const isFile = fileField !== undefined && isCsv(request);
  return isFile ? readCsvBody(request).then((text) => ({ [fileField]: text })) : readJsonBody(request);
}

type InTransaction = <T>(work: () => T) => T;
type KeyedAct = { principal: Principal; body: unknown; inTransaction: InTransaction; act: () => ChangeReply };

/** A POST under its key: the first is carried out, every repeat gets the answer of the first. */
async function answerOnce(parts: ApiParts, request: Request, { principal, body, inTransaction, act }: KeyedAct): Promise<Response> {
  const keyed = keyedRequest(request, principal.id, body);
  const earlier = parts.answers.begin(keyed);
  if (earlier !== null) return keptResponse(earlier, { "idempotency-replayed": "true" });
  let release = () => {};
  try {
    const reply = inTransaction(() => {
      const first = act();
      if (first.isDry === true) parts.answers.settleDry(keyed);
      else parts.answers.settle(keyed, keptFrom(first));
      return first;
    });
    if (reply.complete !== undefined) release = parts.answers.hold(keyed);
    const last = keptFrom(await finish(parts, reply));
    if (reply.complete !== undefined && reply.isDry !== true) parts.answers.settle(keyed, last);
    return keptResponse(last);
  } finally {
    parts.answers.giveUp(keyed);
    release();
  }
}

/** The change is on disk by now; a hub that fails to follow is logged, and is told again with the next change. */
async function finish({ deps }: ApiParts, reply: ChangeReply): Promise<Reply> {
  try {
    reply.tell?.();
    return (await reply.complete?.()) ?? reply;
  } catch (error) {
    deps.log.error("web.after_change", { error: String(error) });
    return reply;
  }
}

function keptFrom(reply: Reply): KeptAnswer {
  const headers: Record<string, string> = { ...reply.headers };
  if (reply.version !== undefined) headers["etag"] = etagOf(reply.version);
  if (reply.location !== undefined) headers["location"] = reply.location;
  return { status: reply.body === undefined ? 204 : (reply.status ?? 200), body: reply.body ?? null, headers };
}

function keptResponse(kept: KeptAnswer, more: Record<string, string> = {}): Response {
  const headers = { ...kept.headers, ...more };
  return kept.status === 204 ? new Response(null, { status: 204, headers }) : Response.json(kept.body, { status: kept.status, headers });
}

function replyResponse(request: Request, reply: Reply): Response {
  const kept = keptFrom(reply);
  const etag = kept.headers["etag"];
  const mayBeKept = request.method === "GET" && etag !== undefined && reply.isLive !== true;
  if (mayBeKept && isUnchanged(request, etag)) return new Response(null, { status: 304, headers: { etag } });
  return keptResponse(kept);
}

/** The row, or a 404 that says what kind of thing is missing. */
export function found<T>(row: T | null | undefined, what: string): T {
  if (row === null || row === undefined) throw notFound(what);
  return row;
}
