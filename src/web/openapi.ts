import type { TSchema } from "@sinclair/typebox";
import type { AnswerDoc, EndpointDoc } from "./endpoint.ts";
import { problemModel } from "./models.ts";
import { type ProblemKind, problemKinds } from "./problems.ts";

type Json = Record<string, unknown>;

const info = {
  title: "stratum-hub",
  license: { name: "MIT", identifier: "MIT" },
  description:
    "Everything under `/api/v1`. Times are RFC 3339 in UTC; `_hps` are hashes per second, `_bp` hundredths of a percent, `_s` seconds, `_ms` milliseconds; " +
    "`work_hashes` are exact integers as text. Unknown fields and parameters are refused. Every POST carries an `Idempotency-Key`, every PATCH and DELETE an `If-Match` with the ETag of the version it is based on.",
};

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description: "New for each thing that you want done; repeating a request with its key does it once and gives the first answer again",
  schema: { type: "string", minLength: 1, maxLength: 255 },
  example: "5b0c1f3e-order-1042",
};
const ifMatch = {
  name: "If-Match",
  in: "header",
  required: true,
  description: "The ETag of the version that the change is based on, quotes included; `*` for whatever is there",
  schema: { type: "string" },
  example: '"v3"',
};

/** The OpenAPI 3.1 document, made of the very schemas that requests are held against. */
export function openApiDocument(docs: readonly EndpointDoc[], version: string): Json {
  const models = new Map<string, Json>();
  const schemaOf = (schema: TSchema): Json => plainSchema(schema, models) as Json;
  const problemRef = schemaOf(problemModel);
  const paths: Record<string, Json> = {};
  for (const doc of docs) {
    const path = `/api/v1${doc.path}`;
    paths[path] = { ...paths[path], [doc.method.toLowerCase()]: operationOf(doc, schemaOf, problemRef) };
  }
  return {
    openapi: "3.1.0",
    info: { ...info, version },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    tags: [...new Set(docs.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "An API token: `hub_…`" } },
      schemas: Object.fromEntries(models),
    },
  };
}

type SchemaOf = (schema: TSchema) => Json;

function operationOf(doc: EndpointDoc, schemaOf: SchemaOf, problemRef: Json): Json {
  const needs = needsOf(doc);
  const scopeText = needs.length === 0 ? "" : `Scope: ${needs.map((need) => `\`${need}\``).join(" or ")}.`;
  return {
    operationId: operationIdOf(doc),
    tags: [doc.tag],
    summary: doc.summary,
    description: [doc.description, scopeText].filter(Boolean).join("\n\n"),
    "x-scope": needs,
    security: [{ token: [] }],
    parameters: parametersOf(doc, schemaOf),
    ...(doc.body !== undefined && { requestBody: bodyOf(doc, schemaOf(doc.body)) }),
    responses: { ...Object.fromEntries(doc.answers.map((answer) => [answer.status, answerOf(answer, doc, schemaOf)])), ...problemsOf(doc, problemRef) },
  };
}

export function needsOf({ need }: Pick<EndpointDoc, "need">): string[] {
  if (need === null) return [];
  return typeof need === "string" ? [need] : [...need];
}

/** `GET /rigs/{id}/hashrate` is `getRigsIdHashrate`. */
function operationIdOf({ method, path }: EndpointDoc): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function parametersOf(doc: EndpointDoc, schemaOf: SchemaOf): Json[] {
  const inPath = [...doc.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const required = new Set((doc.query?.["required"] as string[] | undefined) ?? []);
  const inQuery = Object.entries(doc.query?.properties ?? {}).map(([name, own]) => {
    const { description, ...schema } = schemaOf(own);
    return { name, in: "query", required: required.has(name), ...(description !== undefined && { description }), schema };
  });
  const inHeader: Record<EndpointDoc["method"], Json[]> = { GET: [], POST: [idempotencyKey], PATCH: [ifMatch], DELETE: [ifMatch] };
  return [...inPath, ...inQuery, ...inHeader[doc.method]];
}

function bodyOf(doc: EndpointDoc, schema: Json): Json {
  const file = doc.fileField === undefined ? {} : { "text/csv": { schema: { type: "string" } } };
  return { required: true, content: { "application/json": { schema, ...examplesOf(doc.bodyExample) }, ...file } };
}

function answerOf(answer: AnswerDoc, doc: EndpointDoc, schemaOf: SchemaOf): Json {
  const isVersioned = doc.path.endsWith("{id}") || answer.status === 201;
  const headers = isVersioned && answer.status !== 204 && { headers: { ETag: { description: "The version", schema: { type: "string" } } } };
  if (answer.schema === undefined) return { description: answer.description };
  const schema = schemaOf(answer.schema);
  const mediaTypes = answer.mediaTypes ?? ["application/json"];
  const content = mediaTypes.map((type) => [type, type.startsWith("text/") ? { schema: { type: "string" } } : { schema, ...examplesOf(answer.example) }]);
  return { description: answer.description, ...headers, content: Object.fromEntries(content) };
}

/** The plural form: RapiDoc takes an object under `example` for a list of examples and stumbles over its nulls. */
function examplesOf(value: unknown): Json {
  return value === undefined ? {} : { examples: { example: { value } } };
}

const preconditionKinds = ["precondition-required", "malformed-precondition", "precondition-failed"] as const;

/** What may go wrong follows from what an endpoint takes; several kinds may share a status. */
function problemsOf(doc: EndpointDoc, problemRef: Json): Record<string, Json> {
  const kinds = new Set<ProblemKind>(["unauthorized", "forbidden", "invalid", "rate-limited", "internal", ...(doc.problems ?? [])]);
  if (doc.path.includes("{")) kinds.add("not-found");
  if (doc.method !== "GET") for (const kind of ["malformed-body", "body-too-large", "unsupported-media-type"] as const) kinds.add(kind);
  if (doc.method === "POST") for (const kind of ["idempotency-key-missing", "idempotency-key-reused", "idempotency-in-progress"] as const) kinds.add(kind);
  if (doc.method === "PATCH" || doc.method === "DELETE") for (const kind of preconditionKinds) kinds.add(kind);
  if (doc.body !== undefined) kinds.add("conflict");
  const byStatus = Map.groupBy(kinds, (kind) => problemKinds[kind].status);
  return Object.fromEntries([...byStatus].map(([status, own]) => [status, problemAnswer(status, own, problemRef)]));
}

function problemAnswer(status: number, kinds: ProblemKind[], schema: Json): Json {
  const [first] = kinds;
  const title = first === undefined ? "" : problemKinds[first].title;
  const example = { type: `/problems/${first}`, title, status, detail: "…", instance: "/api/v1/…", request_id: "req_…" };
  const description = kinds.map((kind) => `\`/problems/${kind}\`: ${problemKinds[kind].meaning}`).join("\n\n");
  return { description, content: { "application/problem+json": { schema, ...examplesOf(example) } } };
}

/** TypeBox's schema as plain JSON Schema: our own annotations taken out, models moved to the components, unions of words written as enums. */
function plainSchema(schema: unknown, models: Map<string, Json>): unknown {
  if (Array.isArray(schema)) return schema.map((one) => plainSchema(one, models));
  if (typeof schema !== "object" || schema === null) return schema;
  const { "x-model": model, "x-rule": _rule, ...rest } = schema as Json;
  if (typeof model === "string") {
    if (!models.has(model)) models.set(model, plainFields(rest, models));
    return { $ref: `#/components/schemas/${model}` };
  }
  return plainFields(rest, models);
}

function plainFields(schema: Json, models: Map<string, Json>): Json {
  const variants = schema["anyOf"] as Json[] | undefined;
  if (variants?.every((variant) => typeof variant["const"] === "string")) {
    const { anyOf: _anyOf, ...rest } = schema;
    return { ...rest, type: "string", enum: variants.map((variant) => variant["const"]) };
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, plainSchema(value, models)]));
}
