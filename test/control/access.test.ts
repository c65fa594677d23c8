import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openControl } from "../../src/control/control.ts";
import { allows, permissionsOfRole, scopeNames } from "../../src/control/scopes.ts";
import { isCsrfOf } from "../../src/control/sessions.ts";
import { silentLog } from "../../src/log.ts";
import { failureOf, inFolder, must, refused, startMs, testControl } from "./test-control.ts";

const owner = { email: "Owner@Example.org ", role: "owner", password: "correct horse" } as const;
const minuteMs = 60_000;

describe("scopes", () => {
  test("are those of the contract", () => {
    const areas = ["fleet", "pools", "customers", "contracts", "billing", "webhooks"];
    const singles = ["usage:read", "events:read", "exports:read", "audit:read", "metrics:read", "provisioning", "admin"];
    const expected: string[] = [...areas.flatMap((area) => [`${area}:read`, `${area}:write`]), ...singles];
    expect(scopeNames.map(String).sort()).toEqual(expected.sort());
  });

  test("roles are fixed sets: a viewer reads, a technician places, an operator writes, an owner may all", () => {
    const may = (role: "viewer" | "technician" | "operator" | "owner", needed: Parameters<typeof allows>[1]) => allows(permissionsOfRole(role), needed);
    for (const role of ["viewer", "technician", "operator", "owner"] as const) expect(may(role, "audit:read")).toBe(true);
    expect([may("viewer", "fleet:place"), may("technician", "fleet:place"), may("operator", "fleet:place")]).toEqual([false, true, true]);
    expect([may("technician", "fleet:write"), may("operator", "fleet:write"), may("operator", "billing:write")]).toEqual([false, true, false]);
    expect([may("operator", "admin"), may("owner", "admin"), may("owner", "provisioning")]).toEqual([false, true, true]);
    expect([allows(["pools:write"], "pools:read"), allows(["pools:read"], "pools:write"), allows(["pools:write"], "fleet:read")]).toEqual([true, false, false]);
  });
});

describe("tokens", () => {
  test("open what they are, and nothing else does", () => {
    const { control, clock } = testControl();
    const { token, text } = must(control.tokens.create({ name: "script", scopes: ["pools:read", "fleet:read"] }));
    expect(text.reveal()).toMatch(/^hub_[0-9a-z]{12}_[A-Za-z0-9_-]{43}$/);
    expect(`${text}`).toBe("<redacted>");
    expect(token).toMatchObject({ scopes: ["fleet:read", "pools:read"], expiresAtMs: null, lastUsedAtMs: null });
    for (const shown of [control.tokens.byId(token.id), ...control.tokens.all()]) expect(Object.keys(shown ?? {})).not.toContain("secretHash");
    const other = must(control.tokens.create({ name: "other", scopes: ["admin"] })).text.reveal();
    const forged = `${text.reveal().slice(0, 17)}${other.slice(17)}`;
    for (const wrong of ["", "hub_", forged, `${text.reveal()}x`, text.reveal().slice(0, -1), text.reveal().toUpperCase()]) {
      expect(control.tokens.verify(wrong, clock.nowMs)).toBeNull();
    }
    expect(control.tokens.verify(text.reveal(), clock.nowMs)?.id).toBe(token.id);
  });

  test("note their use once a minute", () => {
    const { control } = testControl();
    const { token, text } = must(control.tokens.create({ name: "script", scopes: ["admin"] }));
    const usedAfter = (nowMs: number) => {
      control.tokens.verify(text.reveal(), nowMs);
      return control.tokens.byId(token.id)?.lastUsedAtMs;
    };
    expect([usedAfter(startMs), usedAfter(startMs + minuteMs - 1), usedAfter(startMs + minuteMs)]).toEqual([startMs, startMs, startMs + minuteMs]);
    expect(control.tokens.byId(token.id)?.version).toBe(1);
  });

  test("are worth nothing once expired or revoked", () => {
    const { control } = testControl();
    const { token, text } = must(control.tokens.create({ name: "script", scopes: ["admin"], expiresAtMs: startMs + 10 }));
    expect(control.tokens.verify(text.reveal(), startMs + 9)?.id).toBe(token.id);
    expect(control.tokens.verify(text.reveal(), startMs + 10)).toBeNull();
    must(control.tokens.remove(token.id, null));
    expect(control.tokens.verify(text.reveal(), startMs)).toBeNull();
  });

  test("one that another process revoked is refused at once", () =>
    inFolder((folder) => {
      const open = () => openControl(join(folder, "control.sqlite"), { now: () => startMs, log: silentLog });
      const [here, there] = [open(), open()];
      const { token, text } = must(here.tokens.create({ name: "script", scopes: ["admin"] }));
      expect(here.tokens.verify(text.reveal(), startMs)?.id).toBe(token.id);
      must(there.tokens.remove(token.id, null));
      expect(here.tokens.verify(text.reveal(), startMs)).toBeNull();
      here.close();
      there.close();
    }));

  test.each([
    ["invalid scopes", { scopes: [] }],
    ["invalid scopes", { scopes: ["fleet:read", "fleet:place"] }],
    ["invalid name", { name: "" }],
    ["invalid expiresAtMs", { expiresAtMs: startMs }],
  ])("refuse %s", (expected, patch) => {
    expect(refused(testControl().control.tokens.create({ name: "n", scopes: ["admin"], ...patch }))).toBe(expected);
  });
});

describe("users", () => {
  test("log in with their address in any case, and only with their password", async () => {
    const { control } = testControl();
    const user = must(await control.users.add(owner));
    expect(user).toMatchObject({ email: "owner@example.org", name: "owner", role: "owner" });
    expect(JSON.stringify(control.users.all())).not.toContain("argon2");
    expect(await control.users.verify("OWNER@example.org", "correct horse")).toEqual(user);
    expect(await control.users.verify("owner@example.org", "wrong horse")).toBeNull();
    expect(await control.users.verify("nobody@example.org", "correct horse")).toBeNull();
    expect(await control.users.verify("owner@example.org", "x".repeat(100_000))).toBeNull();
    must(await control.users.setPassword(user.id, "another horse"));
    expect(await control.users.verify("owner@example.org", "correct horse")).toBeNull();
  });

  test("who is removed while his password is hashed is let in no more", async () => {
    const { control } = testControl();
    const user = must(await control.users.add(owner));
    must(await control.users.add({ ...owner, email: "other@example.org" }));
    const verifying = control.users.verify("owner@example.org", "correct horse");
    must(control.users.remove(user.id, null));
    expect(await verifying).toBeNull();
  });

  test.each([
    ["taken email", { email: "OWNER@EXAMPLE.ORG" }],
    ["invalid email", { email: "owner" }],
    ["invalid email", { email: "a b@example.org" }],
    ["invalid role", { role: "god" as never }],
    ["invalid password", { password: "too short" }],
    ["invalid name", { name: "a\u0007" }],
  ])("refuse %s", async (expected, patch) => {
    const { control } = testControl();
    must(await control.users.add(owner));
    expect(refused(await control.users.add({ ...owner, email: "second@example.org", ...patch }))).toBe(expected);
  });

  test("two of the same address at the same time: one is taken", async () => {
    const { control } = testControl();
    const both = await Promise.all([control.users.add(owner), control.users.add(owner)]);
    expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  test("the last owner stays one", async () => {
    const { control } = testControl();
    const first = must(await control.users.add(owner));
    expect(refused(control.users.remove(first.id, null))).toBe("invalid id");
    expect(refused(control.users.update(first.id, { role: "viewer" }, null))).toBe("invalid role");
    const second = must(await control.users.add({ ...owner, email: "second@example.org" }));
    must(control.users.remove(first.id, null));
    expect(control.users.all()).toEqual([second]);
    expect(control.users.byNo(first.no)?.email).toBe("owner@example.org");
  });

  test("the set-up link makes one owner, once", async () => {
    const { control } = testControl();
    const old = control.settings.createSetupToken().reveal();
    const token = control.settings.createSetupToken().reveal();
    const { role: _role, ...account } = owner;
    expect(refused(await control.users.addFirstOwner(account, old))).toBe("invalid setupToken");
    expect(refused(await control.users.addFirstOwner({ ...account, password: "short" }, token))).toBe("invalid password");
    expect(control.settings.isSetupToken(token)).toBe(true);
    const both = await Promise.all([
      control.users.addFirstOwner(account, token),
      control.users.addFirstOwner({ ...account, email: "thief@example.org" }, token),
    ]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(control.users.count()).toBe(1);
    expect(control.settings.consumeSetupToken(token)).toBe(false);
    expect(refused(await control.users.addFirstOwner(account, control.settings.createSetupToken().reveal()))).toBe("invalid setupToken");
  });
});

describe("browser sessions", () => {
  async function loggedIn() {
    const { control, clock } = testControl();
    const user = must(await control.users.add(owner));
    return { control, clock, user, ...control.sessions.create({ userNo: user.no, address: "::1", agent: "x".repeat(9_999) }) };
  }

  test("end after 12 idle hours, not before", async () => {
    const { control, token } = await loggedIn();
    const hours = (count: number) => startMs + count * 60 * minuteMs;
    expect(control.sessions.verify(token.reveal(), hours(11))?.lastSeenMs).toBe(hours(11));
    expect(control.sessions.verify(token.reveal(), hours(22.9))?.lastSeenMs).toBe(hours(22.9));
    expect(control.sessions.verify(token.reveal(), hours(34.9))).toBeNull();
    expect(control.sessions.verify(token.reveal(), hours(22.9))).toBeNull();
  });

  test("carry a secret for forms, and know when the password was entered", async () => {
    const { control, clock, session, token, user } = await loggedIn();
    expect(session.csrf).toHaveLength(66);
    expect([user.no, user.no + 1].map((no) => isCsrfOf(session.csrf, no))).toEqual([true, false]);
    expect(["", ".", "x", `x.${session.csrf.split(".")[1]}`].some((text) => isCsrfOf(text, user.no))).toBe(false);
    expect(session.agent).toHaveLength(300);
    expect(control.sessions.verify("x", startMs)).toBeNull();
    clock.nowMs += 7;
    control.sessions.setAuthenticated(session.no);
    expect(control.sessions.verify(token.reveal(), startMs)?.authenticatedAtMs).toBe(startMs + 7);
    expect(control.sessions.ofUser(user.no)).toHaveLength(1);
  });

  test("end when the password changes, when the user goes, and when they are pruned", async () => {
    const { control, clock, user, token } = await loggedIn();
    must(await control.users.setPassword(user.id, "another horse"));
    expect(control.sessions.verify(token.reveal(), startMs)).toBeNull();
    control.sessions.create({ userNo: user.no, address: "::1", agent: "" });
    clock.nowMs += 12 * 60 * minuteMs;
    control.sessions.prune();
    expect(control.sessions.ofUser(user.no)).toEqual([]);
  });
});

describe("guessing passwords", () => {
  const attempt = (email: string, address: string) => ({ email, address });

  test("five attempts in 15 minutes at an e-mail address from one place, which keep nobody out who comes from another", () => {
    const { control } = testControl();
    for (let count = 0; count < 5; count += 1) expect(control.loginAttempts.begin(attempt("A@x.org", "10.0.0.9"), startMs)).toEqual({ allowed: true });
    expect(control.loginAttempts.begin(attempt("a@x.org", "10.0.0.9"), startMs + 1)).toEqual({ allowed: false, retryAtMs: startMs + 15 * minuteMs });
    expect(control.loginAttempts.begin(attempt("a@x.org", "10.0.0.1"), startMs + 1)).toEqual({ allowed: true });
    expect(control.loginAttempts.begin(attempt("b@x.org", "10.0.0.9"), startMs + 1)).toEqual({ allowed: true });
    expect(control.loginAttempts.begin(attempt("a@x.org", "10.0.0.9"), startMs + 15 * minuteMs)).toEqual({ allowed: true });
  });

  test("a hundred at an e-mail address from everywhere; a right password takes back only its own", () => {
    const { control } = testControl();
    const from = (at: number) => control.loginAttempts.begin(attempt("a@x.org", `10.0.${at}.1`), startMs);
    for (let at = 0; at < 99; at += 1) expect(from(at)).toEqual({ allowed: true });
    for (let at = 0; at < 3; at += 1) {
      expect(from(200)).toEqual({ allowed: true });
      control.loginAttempts.succeed(attempt("a@x.org", "10.0.200.1"));
    }
    expect(from(201)).toEqual({ allowed: true });
    expect(from(202)).toMatchObject({ allowed: false });
  });

  test("five codes of the second step, from wherever they come, and apart from passwords", () => {
    const { control } = testControl();
    const code = (address: string) => control.loginAttempts.begin({ ...attempt("a@x.org", address), isCode: true }, startMs);
    for (let at = 0; at < 5; at += 1) expect(code(`10.0.0.${at}`)).toEqual({ allowed: true });
    expect(code("10.0.0.9")).toMatchObject({ allowed: false });
    expect(control.loginAttempts.begin(attempt("a@x.org", "10.0.0.9"), startMs)).toEqual({ allowed: true });
  });

  test("thirty from one network address, whomever they try; a right password takes back only its own", () => {
    const { control } = testControl();
    for (let count = 0; count < 29; count += 1) expect(control.loginAttempts.begin(attempt(`u${count}`, "10.0.0.1"), startMs)).toEqual({ allowed: true });
    const own = attempt("own", "10.0.0.1");
    for (let count = 0; count < 9; count += 1) {
      expect(control.loginAttempts.begin(own, startMs)).toEqual({ allowed: true });
      control.loginAttempts.succeed(own);
    }
    expect(control.loginAttempts.begin(attempt("e", "10.0.0.1"), startMs)).toEqual({ allowed: true });
    expect(control.loginAttempts.begin(attempt("f", "10.0.0.1"), startMs)).toMatchObject({ allowed: false });
    expect(control.loginAttempts.begin(attempt("f", "10.0.0.2"), startMs)).toEqual({ allowed: true });
  });

  test("one who mistypes his password five times does not lock out others behind the same address", () => {
    const { control } = testControl();
    for (let count = 0; count < 6; count += 1) control.loginAttempts.begin(attempt("clumsy", "10.0.0.1"), startMs);
    expect(control.loginAttempts.begin(attempt("clumsy", "10.0.0.1"), startMs)).toMatchObject({ allowed: false });
    expect(control.loginAttempts.begin(attempt("other", "10.0.0.1"), startMs)).toEqual({ allowed: true });
  });

  test("a restart of the hub forgets none of them", () =>
    inFolder((folder) => {
      const open = () => openControl(join(folder, "control.sqlite"), { now: () => startMs, log: silentLog });
      const before = open();
      for (let count = 0; count < 5; count += 1) before.loginAttempts.begin(attempt("a@x.org", "10.0.0.1"), startMs);
      before.close();
      const after = open();
      expect(after.loginAttempts.begin(attempt("a@x.org", "10.0.0.1"), startMs + 1)).toMatchObject({ allowed: false });
      after.close();
    }));
});

describe("settings", () => {
  test("have defaults and rules", () => {
    const { control } = testControl();
    expect([control.settings.get("farmName"), control.settings.get("timeZone")]).toEqual(["My farm", "UTC"]);
    must(control.settings.set("timeZone", "Europe/Vienna"));
    expect(control.settings.get("timeZone")).toBe("Europe/Vienna");
    for (const zone of ["Mars/Olympus", "+01:00", ""]) expect(failureOf(control.settings.set("timeZone", zone))).toMatchObject({ field: "timeZone" });
  });
});
