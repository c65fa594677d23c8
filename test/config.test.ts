import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Config, readConfig, UsageError } from "../src/config.ts";

const folder = mkdtempSync(join(tmpdir(), "stratum-hub-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function errorOf(read: () => Config): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error("was taken");
}

test("without anything the defaults of the contract hold, and the value is frozen", () => {
  const config = readConfig({}, {});
  expect(config).toEqual({
    dataDir: resolve("./data"),
    http: { host: "127.0.0.1", port: 8080 },
    stratum: { host: "0.0.0.0", port: 3333 },
    httpTrustProxy: [],
    logLevel: "info",
  });
  expect(Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.httpTrustProxy)).toBe(true);
});

test("a flag beats the environment, the environment beats the file, the file beats the default", () => {
  const config = file("order.toml", 'data = "/file"\nhttp = "127.0.0.1:1"\nstratum = "127.0.0.1:1"\nlog_level = "warn"\n');
  const read = readConfig({ config, data: "/flag" }, { HUB_DATA: "/env", HUB_HTTP: "127.0.0.1:2" });
  expect(read).toMatchObject({ dataDir: "/flag", http: { port: 2 }, stratum: { port: 1 }, logLevel: "warn" });
});

test("the file may be named by the environment, and a list may be a list", () => {
  const path = file("list.toml", 'http_trust_proxy = ["10.0.0.0/8", "fd00::/8"]\n');
  expect(readConfig({}, { HUB_CONFIG: path }).httpTrustProxy).toEqual(["10.0.0.0/8", "fd00::/8"]);
});

test("an empty variable counts as unset, as in a compose file", () => {
  expect(readConfig({}, { HUB_HTTP: "" }).http.port).toBe(8080);
});

test("addresses of both families are read", () => {
  expect(readConfig({ http: "[::1]:0", stratum: "hub.example.org:65535" }, {})).toMatchObject({
    http: { host: "::1", port: 0 },
    stratum: { host: "hub.example.org", port: 65535 },
  });
});

describe("what is wrong is named with its origin and the rule", () => {
  test.each([
    ["--http", { http: "8080" }, {}],
    ["--http", { http: "127.0.0.1:65536" }, {}],
    ["HUB_STRATUM", {}, { HUB_STRATUM: "::1:3333" }],
    ["--log-level", { "log-level": "loud" }, {}],
    ["--http-trust-proxy", { "http-trust-proxy": "10.0.0.0/8,proxy.local" }, {}],
    ["--http-trust-proxy", { "http-trust-proxy": "300.1.1.1" }, {}],
    ["--http-trust-proxy", { "http-trust-proxy": "10.0.0.0/33" }, {}],
    ["HUB_HTTP_TRUST_PROXY", {}, { HUB_HTTP_TRUST_PROXY: "fd00::/129" }],
    ["HUB_CONFIG", {}, { HUB_CONFIG: join(folder, "nowhere.toml") }],
    ["--http-cert", { "http-cert": "/nowhere.pem" }, {}],
    ["--data", { data: "" }, {}],
    ["--config", { config: "/nowhere.toml" }, {}],
  ])("%s", (origin, flags, env) => {
    expect(errorOf(() => readConfig(flags, env))).toStartWith(`${origin}: must`);
  });

  test("a key of the file that is no setting", () => {
    const config = file("typo.toml", 'htpp = "127.0.0.1:1"\n');
    expect(errorOf(() => readConfig({ config }, {}))).toContain("htpp");
  });

  test("a key of the file with a wrong value", () => {
    const config = file("wrong.toml", 'http = "nowhere"\n');
    expect(errorOf(() => readConfig({ config }, {}))).toStartWith("http of the configuration file: must be HOST:PORT");
  });

  test("a file that is not TOML", () => {
    const config = file("broken.toml", "= = =");
    expect(errorOf(() => readConfig({ config }, {}))).toStartWith("--config: must be a TOML file");
  });

  test("a certificate without its key", () => {
    const pem = file("cert.pem", "x");
    expect(errorOf(() => readConfig({ "http-cert": pem }, {}))).toBe("--http-key: certificate and key must be given together");
  });
});
