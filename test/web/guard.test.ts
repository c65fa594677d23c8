import { describe, expect, test } from "bun:test";
import { changePool } from "../../src/web/actions/pools.ts";
import { clientReader, isExposed, isLoopbackHost, isOwnSite, rememberSocketAddress } from "../../src/web/client.ts";
import { authenticate, signIn, signOut } from "../../src/web/guard.ts";
import { may, principalOf, requireRole, type UserPrincipal } from "../../src/web/principal.ts";
import { type TestWeb, testWeb } from "./test-web.ts";

const password = "correct horse battery";

async function withUser(web: TestWeb, role: "owner" | "operator" | "technician" | "viewer" = "owner") {
  const added = await web.control.users.add({ email: "kari@farm.example", role, password });
  if (!added.ok) throw new Error(added.rule);
  return added.value;
}

const page = (headers: Record<string, string> = {}, method = "GET") => new Request("http://hub.example/rigs", { method, headers });

async function signedIn(web: TestWeb, role?: Parameters<typeof withUser>[1]): Promise<{ cookie: string; setCookie: string }> {
  await withUser(web, role);
  const answer = await signIn(web.deps, page(), { email: "Kari@farm.example ", password });
  if (!answer.ok) throw new Error(answer.reason);
  return { cookie: answer.setCookie.split(";")[0] ?? "", setCookie: answer.setCookie };
}

describe("signing in", () => {
  test("a right password opens a session; the cookie is HttpOnly, SameSite, and Secure over HTTPS", async () => {
    const plain = await signedIn(testWeb());
    expect(plain.setCookie).toMatch(/^hub_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = await signedIn(testWeb({ httpCert: "/c", httpKey: "/k" }));
    expect(secure.setCookie).toMatch(/^__Host-hub=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  });

  test("the cookie makes a principal with the role's permissions; signing out ends it", async () => {
    const web = testWeb();
    const { cookie } = await signedIn(web, "operator");
    const request = page({ cookie });
    authenticate(web.deps, request, "/rigs");
    const principal = requireRole(request, "owner", "operator");
    expect([principal.email, principal.role, may(principal, "pools:write"), may(principal, "billing:write")]).toEqual([
      "kari@farm.example",
      "operator",
      true,
      false,
    ]);
    expect(() => requireRole(request, "owner")).toThrow(/forbidden/);
    expect(signOut(web.deps, request)).toContain("Max-Age=0");
    const after = page({ cookie });
    authenticate(web.deps, after, "/rigs");
    expect(principalOf(after)).toBeNull();
    expect(() => requireRole(after)).toThrow(/unauthorized/);
  });

  test("a session ends after twelve silent hours", async () => {
    const web = testWeb();
    const { cookie } = await signedIn(web);
    web.clock.nowMs += 12 * 3_600_000;
    const request = page({ cookie });
    authenticate(web.deps, request, "/rigs");
    expect(principalOf(request)).toBeNull();
  });

  test("wrong passwords and unknown addresses look alike, and too many are refused unseen", async () => {
    const web = testWeb();
    await withUser(web);
    const wrong = { ok: false, reason: "wrong", retryAfterS: 0 };
    expect(await signIn(web.deps, page(), { email: "kari@farm.example", password: "nonsense" })).toEqual(wrong as never);
    expect(await signIn(web.deps, page(), { email: "nobody@farm.example", password: "nonsense" })).toEqual(wrong as never);
    for (let at = 0; at < 4; at += 1) await signIn(web.deps, page(), { email: "kari@farm.example", password: "nonsense" });
    expect(await signIn(web.deps, page(), { email: "kari@farm.example", password })).toMatchObject({ ok: false, reason: "too-many", retryAfterS: 900 });
    web.clock.nowMs += 900_001;
    expect((await signIn(web.deps, page(), { email: "kari@farm.example", password })).ok).toBe(true);
  });

  test("over HTTPS a session is taken from the cookie alone that no neighbour can set", async () => {
    const web = testWeb({ httpTrustProxy: ["10.0.0.1"] });
    const { cookie } = await signedIn(web);
    const principalBy = (headers: Record<string, string>) => {
      const request = page({ cookie, ...headers });
      rememberSocketAddress(request, "10.0.0.1");
      authenticate(web.deps, request, "/rigs");
      return principalOf(request)?.kind ?? null;
    };
    expect([principalBy({}), principalBy({ "x-forwarded-proto": "https" })]).toEqual(["user", null]);
  });

  test("who guesses keeps nobody out who comes from elsewhere; all addresses of one IPv6 network are one", async () => {
    const web = testWeb();
    await withUser(web);
    const from = (address: string, typed: string) => {
      const request = page();
      rememberSocketAddress(request, address);
      return signIn(web.deps, request, { email: "kari@farm.example", password: typed });
    };
    for (let at = 0; at < 5; at += 1) expect(await from(`2001:db8:0:1::${at}`, "nonsense")).toMatchObject({ reason: "wrong" });
    expect(await from("2001:db8:0:1:ffff::1", "nonsense")).toMatchObject({ reason: "too-many" });
    expect((await from("2001:db8:0:2::1", password)).ok).toBe(true);
  });

  test("a bearer token opens no page", () => {
    const web = testWeb();
    const request = page({ authorization: `Bearer ${web.admin}` });
    authenticate(web.deps, request, "/rigs");
    expect(principalOf(request)).toBeNull();
  });
});

describe("a pool's address", () => {
  const user = (authenticatedAtMs: number): UserPrincipal => ({
    ...{ kind: "user", no: 1, id: "usr_x", name: "Kari", email: "kari@farm.example", role: "owner", sessionNo: 1, csrf: "x" },
    authenticatedAtMs,
  });
  const make = (web: TestWeb) => {
    const made = web.control.pools.create({ name: "A", host: "h", port: 1, username: "u" });
    if (!made.ok) throw new Error(made.rule);
    return made.value.id;
  };

  test("is changed by a person only within five minutes of a sign-in", () => {
    const web = testWeb();
    const id = make(web);
    const late = user(web.clock.nowMs - 300_001);
    for (const entry of [{ url: "stratum+tcp://other:1" }, { username: "thief" }]) {
      expect(() => changePool(web.deps, late, { id, version: null, entry })).toThrow(/fresh-login-required/);
    }
    expect(changePool(web.deps, late, { id, version: null, entry: { name: "B", url: "stratum+tcp://h:1" } }).name).toBe("B");
    expect(changePool(web.deps, user(web.clock.nowMs - 299_999), { id, version: null, entry: { username: "other" } }).username).toBe("other");
  });
});

describe("requests from other sites", () => {
  const cases: [headers: Record<string, string>, method: string, isOwn: boolean][] = [
    [{ "sec-fetch-site": "cross-site" }, "GET", true],
    [{ "sec-fetch-site": "cross-site" }, "POST", false],
    [{ "sec-fetch-site": "same-site" }, "POST", false],
    [{ "sec-fetch-site": "same-origin" }, "POST", true],
    [{ "sec-fetch-site": "none" }, "POST", true],
    [{ origin: "http://hub.example" }, "POST", true],
    [{ origin: "http://evil.example" }, "POST", false],
    [{ origin: "http://hub.example:8080" }, "POST", false],
    [{ origin: "null" }, "POST", false],
    [{}, "POST", true],
    [{ "sec-fetch-site": "cross-site" }, "DELETE", false],
  ];
  for (const [headers, method, isOwn] of cases) {
    test(`${method} with ${JSON.stringify(headers)} is ${isOwn ? "our own" : "refused"}`, () => {
      expect(isOwnSite(page(headers, method), { address: "", isSecure: false, host: "hub.example" })).toBe(isOwn);
    });
  }

  test("a change that another site sent is 403 before any page runs", async () => {
    const web = testWeb();
    const answer = await web.call("//login", {
      method: "POST",
      token: null,
      key: "",
      body: "email=a",
      headers: { "sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded" },
    });
    expect([answer.status, answer.json["type"]]).toEqual([403, "/problems/cross-site"]);
  });
});

test("the sixth wrong password of an e-mail is 429 with Retry-After, and another e-mail's is looked at", async () => {
  const web = testWeb();
  const login = (email: string) =>
    web.call("//login", {
      method: "POST",
      token: null,
      key: "",
      body: `email=${email}&password=x`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  for (let count = 0; count < 5; count += 1) expect((await login("a")).status).toBe(422);
  web.clock.nowMs += 60_000;
  const refused = await login("a");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "840"]);
  expect((await login("b")).status).toBe(422);
});

describe("behind a proxy", () => {
  const read = clientReader({ httpTrustProxy: ["10.0.0.0/8", "::1"] });
  const from = (address: string, headers: Record<string, string> = {}) => {
    const request = page({ host: "inner", ...headers });
    rememberSocketAddress(request, address);
    return read(request);
  };
  const forwarded = { "x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.1.1.1", "x-forwarded-proto": "https", "x-forwarded-host": "hub.example" };

  test("a trusted proxy's words count: the last address that is none of ours", () => {
    expect(from("10.9.9.9", forwarded)).toEqual({ address: "203.0.113.7", isSecure: true, host: "hub.example" });
    expect(from("::ffff:10.9.9.9", forwarded).address).toBe("203.0.113.7");
    expect(from("::1", { "x-forwarded-for": "nonsense" })).toEqual({ address: "::1", isSecure: false, host: "inner" });
  });

  test("anyone else's do not", () => {
    expect(from("192.0.2.1", forwarded)).toEqual({ address: "192.0.2.1", isSecure: false, host: "inner" });
  });

  test("plain HTTP beyond this machine is said to be exposed", () => {
    const hosts: [host: string, isLoopback: boolean][] = [
      ["localhost:8080", true],
      ["127.0.0.1:80", true],
      ["[::1]:80", true],
      ["hub.localhost", true],
      ["192.168.1.5:8080", false],
      ["farm.example", false],
    ];
    for (const [host, isLoopback] of hosts) {
      expect([host, isLoopbackHost(host)]).toEqual([host, isLoopback]);
      expect(isExposed({ address: "", isSecure: false, host })).toBe(!isLoopback);
      expect(isExposed({ address: "", isSecure: true, host })).toBe(false);
    }
  });
});
