import { Elysia } from "elysia";
import { apiEndpoints } from "./api/endpoints.ts";
import { clientReader, networkOf, rememberSocketAddress } from "./client.ts";
import type { WebDeps } from "./deps.ts";
import { docsPage, docsScript } from "./docs.ts";
import type { ApiParts, Endpoint, Method } from "./endpoint.ts";
import { EventWaiters } from "./event-waiters.ts";
import { authenticate, isApiPath } from "./guard.ts";
import { securityHeaders } from "./headers.ts";
import { livez, readyz } from "./health.ts";
import { HubBell } from "./hub-bell.ts";
import { KeyedAnswers } from "./idempotency.ts";
import { LiveFigures } from "./live-figures.ts";
import { metrics, metricsPath } from "./metrics.ts";
import { needsOf, openApiDocument } from "./openapi.ts";
import { errorPage } from "./pages/page-call.ts";
import { pages } from "./pages/pages.ts";
import { PoolProbes } from "./pool-probes.ts";
import { PoolViews } from "./pool-views.ts";
import { Ids } from "./present-rows.ts";
import { problemIndex, problemPage } from "./problem-pages.ts";
import { notFound, Problem, problemResponse } from "./problems.ts";
import { RateLimits } from "./rate-limit.ts";
import { rememberTimeout } from "./sse.ts";

const apiBase = "/api/v1";
/** Tells nothing about this farm, so that the documentation can be read before a token is there. */
export const openApiPath = `${apiBase}/openapi.json`;

function makeParts(deps: WebDeps): ApiParts {
  return {
    deps,
    answers: new KeyedAnswers(deps.control),
    ids: new Ids(deps.control),
    figures: new LiveFigures(deps),
    probes: new PoolProbes(deps),
    pools: new PoolViews(deps),
    waiters: new EventWaiters(deps.control),
    bell: new HubBell(deps.hub),
  };
}

/** The whole web room as one Elysia app; `app.handle(new Request("http://localhost/…"))` works without a server. `release` lets waiting clients go. */
export function createApp(deps: WebDeps) {
  const parts = makeParts(deps);
  const endpoints = apiEndpoints(parts);
  // `normalize` would strip unknown fields silently; the router of the server would be a second way in beside `handle`.
  const app = new Elysia({ normalize: false, systemRouter: false, nativeStaticResponse: false });
  guardAll(app, deps);
  refuseInWords(app, deps, methodsByPath(endpoints));
  const people = pages(deps, { figures: parts.figures, probes: parts.probes, pools: parts.pools });
  // Whoever changed something sees it at once.
  app.onAfterHandle(({ request }) => {
    if (request.method !== "GET" && request.method !== "HEAD") people.changed();
  });
  app.use(people.app);
  app.use(openPaths(deps, endpoints));
  app.use(api(endpoints));
  const release = () => {
    parts.waiters.close();
    parts.bell.close();
  };
  return { app, release, keepWarm: people.keepWarm };
}

/** Runs before routing and parsing, for known and unknown paths alike: headers, who it is, how often he asks. */
function guardAll(app: Elysia, deps: WebDeps): void {
  const limits = new RateLimits();
  const readClient = clientReader(deps.config);
  app.onRequest(async ({ request, set, server }) => {
    // Of a Host header that is none no address can be made, and all that follows asks for one.
    if (!URL.canParse(request.url)) return new Response("the Host header is no host\n", { status: 400 });
    const path = new URL(request.url).pathname;
    if (server !== null) {
      rememberSocketAddress(request, server.requestIP(request)?.address ?? "");
      rememberTimeout(request, (seconds) => server.timeout(request, seconds));
    }
    const client = readClient(request);
    Object.assign(set.headers, securityHeaders(path, client.isSecure));
    if (path === openApiPath) return undefined;
    try {
      const principal = authenticate(deps, request, path);
      if (principal?.kind === "token") Object.assign(set.headers, await limits.countToken(principal.id));
    } catch (error) {
      if (error instanceof Problem && error.kind === "unauthorized") await limits.countRefused(networkOf(client.address));
      throw error;
    }
    return undefined;
  });
}

/** Every refusal and fault leaves through here: as RFC 9457 for scripts, as a page for browsers. What went wrong inside is only in the log. */
function refuseInWords(app: Elysia, deps: WebDeps, methodsOf: (path: string) => Method[]): void {
  app.onError(({ error, code, request }) => {
    const path = new URL(request.url).pathname;
    const requestId = `req_${crypto.randomUUID()}`;
    const problem = code === "NOT_FOUND" ? noRoute(methodsOf(path)) : problemFrom(error);
    if (problem.kind === "internal") deps.log.error("web.failed", { request: requestId, method: request.method, path, error: String(error) });
    const wantsPage = !isApiPath(path) && /\btext\/html\b/.test(request.headers.get("accept") ?? "");
    return wantsPage ? errorPage({ deps }, problem.status) : problemResponse(problem, { path, requestId });
  });
}

function problemFrom(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("internal", "the hub failed; its log has the cause under the request id");
}

/** 404; 405 where the path is there for other methods (RFC 9110, 15.5.6). Whoever reads may also ask for the head alone. */
function noRoute(methods: readonly Method[]): Problem {
  if (methods.length === 0) return notFound("path");
  const allowed = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
  return new Problem("method-not-allowed", `this path takes ${allowed}`, { headers: { allow: allowed } });
}

/** What anyone may read beside the API. */
const openReads = ["/livez", "/readyz", metricsPath, openApiPath];

/** Which methods a path for scripts takes; none where it is no such path. */
function methodsByPath(endpoints: readonly Endpoint[]): (path: string) => Method[] {
  const patternOf = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}/?$`);
  const reads = openReads.map((path) => ({ method: "GET" as const, pattern: patternOf(path) }));
  const known = [...reads, ...endpoints.map(({ doc }) => ({ method: doc.method, pattern: patternOf(`${apiBase}${doc.path}`) }))];
  return (path) => known.flatMap(({ method, pattern }) => (pattern.test(path) ? [method] : []));
}

/** What anyone may ask: is it alive, what can it do, what does a refusal mean. */
function openPaths(deps: WebDeps, endpoints: readonly Endpoint[]) {
  const docs = endpoints.map(({ doc }) => doc);
  const app = new Elysia({ name: "open-paths" });
  const document = JSON.stringify(openApiDocument(docs, deps.version ?? "0"));
  app.get("/livez", () => livez());
  app.get("/readyz", () => readyz(deps));
  app.get(metricsPath, ({ request }) => metrics(deps, request));
  app.get(openApiPath, () => new Response(document, { headers: { "content-type": "application/json" } }), { detail: { "x-open": true } as object });
  app.get("/docs", docsPage(docs));
  app.get("/docs/:file", ({ request }) => {
    const script = docsScript(new URL(request.url).pathname, request.headers.get("accept-encoding"));
    if (script === null) throw notFound("file");
    return script;
  });
  app.get("/problems", () => problemIndex());
  app.get("/problems/:kind", ({ params }) => {
    const page = problemPage(params.kind);
    if (page === null) throw notFound("kind of problem");
    return page;
  });
  return app;
}

/** Mounts the endpoints. Their bodies are read by themselves, after the scope was checked. */
function api(endpoints: readonly Endpoint[]) {
  const app = new Elysia({ name: "api" });
  for (const { doc, answer, isRecorded } of endpoints) {
    const path = `${apiBase}${doc.path.replace(/\{(\w+)\}/g, ":$1")}`;
    const handler = ({ request, params }: { request: Request; params: Record<string, string> | undefined }) =>
      answer({ request, id: Object.values(params ?? {})[0] ?? "" });
    app.route(doc.method, path, handler, { parse: "none", detail: { "x-scope": needsOf(doc), ...(isRecorded && { "x-recorded": true }) } as object });
  }
  return app;
}
