import { describe, expect, test } from "bun:test";
import { apiEndpoints } from "../../src/web/api/endpoints.ts";
import { testWeb } from "./test-web.ts";

const web = testWeb();
const routes = web.app.routes.filter(({ path }) => path.startsWith("/api/"));
const guarded = routes.filter(({ path }) => path !== "/api/v1/openapi.json");
const addressOf = (path: string) => path.replace(/:\w+/g, "rig_01kake8m3k5w9v2t7d4q6r1xyz");

describe("every route of the API", () => {
  test("there are as many as endpoints", () => {
    expect(guarded.length).toBe(apiEndpoints({ deps: web.deps } as never).length);
    expect(guarded.length).toBeGreaterThan(35);
  });

  for (const { method, path, hooks } of guarded) {
    test(`${method} ${path} names its scope and answers 401 without a token, whatever the body`, async () => {
      const scope = (hooks as { detail?: { "x-scope"?: unknown } }).detail?.["x-scope"];
      expect(Array.isArray(scope)).toBe(true);
      if (path !== "/api/v1/whoami") expect(scope).not.toHaveLength(0);
      const bodies = method === "GET" ? [undefined] : [undefined, "{}", "{bad", '{"name":1}'];
      for (const body of bodies) {
        for (const authorization of ["", "Bearer nonsense", "Basic eDp5", `Bearer hub_000000000000_${"x".repeat(43)}`]) {
          const answer = await web.call(addressOf(path), {
            method,
            token: null,
            headers: { authorization, cookie: "hub_session=x" },
            ...(body !== undefined && { body }),
          });
          expect(answer.status).toBe(401);
          expect(answer.headers.get("content-type")).toBe("application/problem+json");
          expect(answer.headers.get("www-authenticate")).toContain("Bearer");
          expect(answer.json["type"]).toBe("/problems/unauthorized");
        }
      }
    });
  }

  for (const { method, path } of guarded.filter((route) => route.path !== "/api/v1/whoami")) {
    test(`${method} ${path} answers 403 for a token without its scope, and names the scope`, async () => {
      const answer = await web.call(addressOf(path), { method, token: web.token("metrics:read"), match: '"v1"', ...(method !== "GET" && { body: "{bad" }) });
      expect(answer.status).toBe(403);
      expect(answer.json["detail"]).toMatch(/needs the scope [a-z]+:(read|write)/);
    });
  }
});

test("unknown paths under /api are 401 without a token and 404 with one", async () => {
  expect((await web.get("/nonsense", { token: null })).status).toBe(401);
  const answer = await web.get("/nonsense");
  expect(answer.status).toBe(404);
  expect(answer.json["type"]).toBe("/problems/not-found");
});

test("a path that is there for other methods is 405 and names them, for those who have a token", async () => {
  const id = "rig_01kake8m3k5w9v2t7d4q6r1xyz";
  const cases: [method: string, path: string, allow: string][] = [
    ["PUT", "/pools", "GET, HEAD, POST"],
    ["DELETE", "/pools", "GET, HEAD, POST"],
    ["POST", `/rigs/${id}`, "GET, HEAD, PATCH, DELETE"],
    ["GET", `/rigs/${id}/pin`, "POST"],
    ["PATCH", "/whoami", "GET, HEAD"],
  ];
  for (const [method, path, allow] of cases) {
    const answer = await web.call(path, { method });
    expect([method, path, answer.status, answer.headers.get("allow")]).toEqual([method, path, 405, allow]);
    expect(answer.json["type"]).toBe("/problems/method-not-allowed");
    expect((await web.call(path, { method, token: null })).status).toBe(401);
  }
  const open = await Promise.all(["/livez", "/api/v1/openapi.json"].map((path) => web.send(path, { method: "POST" })));
  expect(open.map(({ status, headers }) => [status, headers.get("allow")])).toEqual([
    [405, "GET, HEAD"],
    [405, "GET, HEAD"],
  ]);
  expect((await web.call("/pools/", { method: "PUT" })).headers.get("allow")).toBe("GET, HEAD, POST");
  expect((await web.send("/api/v1/pools", { method: "HEAD" })).status).toBe(200);
  expect((await web.call(`/rigs/${id}/pin/more`, { method: "PUT" })).status).toBe(404);
});

test("a cookie opens nothing in the API", async () => {
  const user = await web.control.users.add({ email: "a@b.example", role: "owner", password: "correct horse battery" });
  if (!user.ok) throw new Error(user.rule);
  const { token } = web.control.sessions.create({ userNo: user.value.no, address: "127.0.0.1", agent: "" });
  const answer = await web.get("/whoami", { token: null, headers: { cookie: `hub_session=${token.reveal()}` } });
  expect(answer.status).toBe(401);
});

test("a write scope includes reading; no scope includes another area", async () => {
  const token = web.token("pools:write");
  expect((await web.get("/pools", { token })).status).toBe(200);
  expect((await web.get("/rigs", { token })).status).toBe(403);
  expect((await web.get("/whoami", { token })).json["scopes"]).toEqual(["pools:write"]);
});

test("security headers are on answers, refusals and unknown paths", async () => {
  for (const path of ["/whoami", "/nonsense", "//nonsense", "//livez", "//docs"]) {
    const { headers } = await web.get(path, { token: path.startsWith("//") ? null : web.admin });
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-frame-options")).toBe("DENY");
  }
  expect((await web.get("/whoami")).headers.get("cache-control")).toBe("no-store");
  expect((await web.get("/whoami")).headers.get("ratelimit")).toMatch(/^"token";r=\d+;t=\d+$/);
});
