import { describe, expect, test } from "bun:test";
import type { TObject } from "@sinclair/typebox";
import { apiEndpoints } from "../../src/web/api/endpoints.ts";
import { escapeHtml } from "../../src/web/escape.ts";
import { readyz } from "../../src/web/health.ts";
import { problemKinds } from "../../src/web/problems.ts";
import { expectFits } from "./fits.ts";
import { type JsonObject, testWeb } from "./test-web.ts";

const web = testWeb();
const endpoints = apiEndpoints({ deps: web.deps } as never);
const document = (await web.get("/openapi.json", { token: null })).json;
const operations = Object.entries(document["paths"] as Record<string, JsonObject>).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation: operation as JsonObject })),
);

test("every route is in the document, and nothing else", () => {
  const routes = web.app.routes.filter(({ path }) => path.startsWith("/api/v1/") && path !== "/api/v1/openapi.json");
  const documented = operations.map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`);
  expect(documented.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  expect(document["openapi"]).toBe("3.1.0");
});

for (const { path, method, operation } of operations) {
  test(`${method} ${path} is told in full`, () => {
    expect(operation["summary"]).toBeString();
    expect(Array.isArray(operation["x-scope"])).toBe(true);
    const statuses = Object.keys(operation["responses"]);
    for (const status of ["401", "403", "422", "429", "500"]) expect(statuses).toContain(status);
    if (path.includes("{")) expect(statuses).toContain("404");
    const headers = operation["parameters"].filter((parameter: JsonObject) => parameter["in"] === "header").map((parameter: JsonObject) => parameter["name"]);
    if (method === "post") expect(headers).toEqual(["Idempotency-Key"]);
    if (method === "patch" || method === "delete") expect(headers).toEqual(["If-Match"]);
    for (const [status, response] of Object.entries(operation["responses"] as Record<string, JsonObject>)) {
      expect(response["description"]).toBeString();
      if (Number(status) >= 400) expect(Object.keys(response["content"])).toEqual(["application/problem+json"]);
    }
  });
}

test("/docs tells without a script where the document is, and of every route what it does and which scope it wants", async () => {
  const plain = /<noscript>(.*)<\/noscript>/s.exec((await web.get("//docs", { token: null })).text)?.[1] ?? "";
  expect(plain).toContain('href="/api/v1/openapi.json"');
  for (const { path, method, operation } of operations) {
    const scopes = (operation["x-scope"] as string[]).map((scope) => `<code>${scope}</code>`).join(" or ");
    const line = `<li><code>${method.toUpperCase()} ${path}</code>: ${escapeHtml(operation["summary"])} (${scopes === "" ? "any valid token" : `scope ${scopes}`})</li>`;
    expect(plain).toContain(line);
  }
});

test("operation ids are unique, references lead somewhere, and no private annotation is left", () => {
  const ids = operations.map(({ operation }) => operation["operationId"]);
  expect(new Set(ids).size).toBe(ids.length);
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) expect(Object.keys(document["components"]["schemas"])).toContain(name ?? "");
  for (const word of ['"$id"', '"x-rule"', '"x-model"']) expect([word, text.includes(word)]).toEqual([word, false]);
  expect(document["components"]["schemas"]["Rig"]["required"].sort()).toEqual(Object.keys(document["components"]["schemas"]["Rig"]["properties"]).sort());
});

describe("examples", () => {
  for (const { doc } of endpoints) {
    for (const { schema, example, status } of doc.answers) {
      if (schema === undefined) continue;
      test(`${doc.method} ${doc.path} ${status} fits its schema`, () => {
        expect(example).toBeDefined();
        expectFits(schema as TObject, example);
      });
    }
    const { body, bodyExample } = doc;
    if (body !== undefined) test(`${doc.method} ${doc.path} body fits its schema`, () => expectFits(body, bodyExample));
  }
});

test("each kind of problem has a page in plain words, and nothing else has", async () => {
  for (const kind of Object.keys(problemKinds)) {
    const page = await web.get(`//problems/${kind}`, { token: null });
    expect([kind, page.status, page.text.includes("What helps")]).toEqual([kind, 200, true]);
  }
  expect((await web.get("//problems", { token: null })).text).toContain("/problems/in-use");
  for (const kind of ["toString", "__proto__", "nonsense", "%3Cscript%3E"]) expect((await web.get(`//problems/${kind}`, { token: null })).status).toBe(404);
});

test("the documentation loads nothing from elsewhere", async () => {
  const page = await web.get("//docs", { token: null });
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  const [, script = ""] = /<script type="module" src="([^"]+)">/.exec(page.text) ?? [];
  const loaded = await web.get(`/${script}`, { token: null });
  expect([loaded.status, loaded.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
  expect(page.text.replace(script, "")).not.toMatch(/src="[^"]|href="(?!data:|\/\w)|https?:/);
  expect((await web.get("//docs/rapidoc.js", { token: null })).status).toBe(404);
});

test("livez and readyz ask for no token; readyz says what is missing", async () => {
  expect((await web.get("//livez", { token: null })).json).toEqual({ status: "ok" });
  expect((await web.get("//readyz", { token: null })).status).toBe(200);
  web.ledger.isFull = true;
  const full = await web.get("//readyz", { token: null });
  expect([full.status, full.json["status"], full.json["checks"].find((check: JsonObject) => !check["ok"])["name"]]).toEqual([503, "not-ready", "ledger"]);
});

test("readyz tells of a full disk while shares still have the reserve, and of a control database that takes no changes", async () => {
  const { hub, ledger, control } = web;
  ledger.isFull = false;
  const checks = async (parts: Partial<Parameters<typeof readyz>[0]>) => {
    const answer = readyz({ hub, ledger, control, ...parts });
    return [answer.status, ((await answer.json()) as { checks: { text: string }[] }).checks.map(({ text }) => text).join("; ")] as const;
  };
  const [spare, words] = await checks({ diskTroubles: () => [{ code: "disk-full", text: "with figures" }] });
  expect([spare, words]).toEqual([200, expect.stringContaining("shares are recorded, but the disk is full")]);
  expect(words).not.toContain("with figures");
  const refusing: typeof control = Object.assign(Object.create(control), { events: { refusedSinceMs: 1 } });
  expect(await checks({ control: refusing })).toEqual([503, expect.stringContaining("takes no changes")]);
});
