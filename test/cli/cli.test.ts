import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands, runCli } from "../../src/cli/cli.ts";
import type { Parts } from "../../src/cli/command.ts";
import { type Config, controlFile } from "../../src/config.ts";
import { openControl } from "../../src/control/control.ts";
import { silentLog } from "../../src/log.ts";
import { startPool } from "../../src/simulate/pool.ts";
import { fakeConsole } from "./fake-console.ts";

const noHub: Parts = { startHub: () => Promise.reject(new Error("the data folder is in use")) };

let data = "";
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "stratum-hub-cli-"));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

async function run(line: string, { stdin = "", env = {}, parts = noHub }: { stdin?: string; env?: Record<string, string>; parts?: Parts } = {}) {
  const edges = fakeConsole(stdin);
  const argv = line.split(" ").filter((word) => word !== "");
  const code = await runCli(argv, env, parts, edges);
  return { code, stdout: edges.stdout, stderr: edges.stderr };
}

describe("help", () => {
  test.each(commands.map(({ name }) => [name]))("%s --help names its flags on stdout", async (name) => {
    const { code, stdout, stderr } = await run(`${name} --help`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toStartWith(`Usage: stratum-hub ${name}`);
    for (const { flag } of commands.find((command) => command.name === name)?.flags ?? []) expect(stdout).toContain(`--${flag}`);
  });

  test("the demo's --help tells its own defaults", async () => {
    const { stdout } = await run("demo --help");
    expect(stdout).toContain("HUB_DATA; default a temporary folder");
    expect(stdout).toContain("HUB_HTTP; default 127.0.0.1:8080, or any free port");
    expect(stdout).toContain("HUB_STRATUM; default 127.0.0.1:3333, or any free port");
    expect(stdout).not.toMatch(/\.\/data|0\.0\.0\.0|default info/);
  });

  test("--help alone lists every command", async () => {
    const { stdout } = await run("--help");
    for (const { name } of commands) expect(stdout).toContain(`  ${name} `);
  });

  test("a group's --help tells of all its commands", async () => {
    expect((await run("simulate --help")).stdout).toContain("Usage: stratum-hub simulate pool");
  });
});

test.each([
  ["--version", "version"],
  ["help serve", "serve --help"],
  ["help user add", "user add --help"],
  ["help simulate", "simulate --help"],
  ["help", "--help"],
])("%s is %s", async (line, plain) => {
  const given = await run(line);
  expect(given).toEqual(await run(plain));
  expect(given.code).toBe(0);
});

test.each([
  ["simulate rigs", "--url URL"],
  ["simulate pool", "--listen HOST:PORT"],
  ["user add", "EMAIL --role ROLE"],
  ["token create", "--name NAME --scopes A,B,…"],
])("%s --help marks what it needs, and it is refused without", async (name, needs) => {
  const { stdout } = await run(`${name} --help`);
  expect(stdout).toStartWith(`Usage: stratum-hub ${name} ${needs} [FLAGS]\n`);
  for (const flag of needs.match(/--[a-z]+/g) ?? []) expect(stdout).toMatch(new RegExp(`^  ${flag} .*\\(required\\)$`, "m"));
  const { code, stderr } = await run(name);
  expect(code).toBe(2);
  expect(stderr).toContain(": must be given");
});

describe("wrong usage ends with 2, names what is wrong, and says what was meant", () => {
  test.each([
    ["", "a command must be given"],
    ["serv", "did you mean serve?"],
    ["simulate rig", "did you mean simulate rigs?"],
    ["user", "did you mean user add?"],
    ["help serv", "serv: is no command; did you mean serve?"],
    ["frobnicate", "is no command; the commands are"],
    ["serve --strtum 1", "--strtum: is no flag of this command; did you mean --stratum?"],
    ["serve --zzz", "--zzz: is no flag of this command\n"],
    ["serve --http", "--http: needs a value, HOST:PORT"],
    ["serve --http --data x", "--http: needs a value"],
    ["serve --http=a --http=b", "--http: must be given once"],
    ["serve here", "here: must be a flag"],
    ["serve --http nowhere", "--http: must be HOST:PORT"],
    ["simulate rigs --url http://x:1", "--url: must be stratum+tcp://HOST:PORT"],
    ["simulate rigs --url stratum+tcp://x:1 --count 0", "--count: must be a whole number from 1"],
    ["simulate rigs --url stratum+tcp://x:1 --count 1.5", "--count: must be a whole number"],
    ["simulate pool", "--listen: must be given"],
    ["simulate pool --listen 127.0.0.1:0 --difficulty 0", "--difficulty: must be a number from"],
    ["simulate pool --listen 127.0.0.1:0 --algorithm x11", "--algorithm: must be one of sha256d, scrypt"],
    ["user add --role owner", "EMAIL: must be given"],
    ["user add a@b.example --role king", "--role: must be one of"],
    ["token create --name x", "--scopes: must be given"],
    ["demo --minutes soon", "--minutes: must be a number"],
  ])("%s", async (line, words) => {
    const { code, stdout, stderr } = await run(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  });
});

test("a command that fails ends with 1 and says why", async () => {
  expect(await run(`serve --data ${data} --http 127.0.0.1:0 --stratum 127.0.0.1:0`)).toEqual({
    code: 1,
    stdout: "",
    stderr: "stratum-hub: the data folder is in use\n",
  });
});

test.each([
  ["HUB_STRATM", "HUB_STRATUM"],
  ["HUB_HTTPS_CERT", "HUB_HTTP_CERT"],
  ["HUB_CONFG", "HUB_CONFIG"],
  ["hub_data", "HUB_DATA"],
])("a variable %s that looks like %s is told on stderr, and ignored", async (given, meant) => {
  const { code, stderr } = await run(`token create --name x --scopes usage:read --data ${data}`, { env: { [given]: "nonsense" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: `stratum-hub: ${given}: is no variable of the hub and is ignored; did you mean ${meant}?\n` });
});

test("no word about variables that the hub has, or that are of somebody else", async () => {
  const env = { HUB_DATA: data, HUB_HTTP: "127.0.0.1:0", HUB_HTTP_KEY: "", HUB_CONFIG: "", HUB_SPOKE: "x", GITHUB_HTTP: "x", PATH: "x" };
  expect((await run("token create --name x --scopes usage:read", { env })).stderr).toBe("");
});

test("serve says when both listen, and stops the hub at a signal", async () => {
  const edges = fakeConsole();
  const seen: Config[] = [];
  let stopped = false;
  const startHub: Parts["startHub"] = (config) => {
    seen.push(config);
    const stop = () => {
      stopped = true;
      return Promise.resolve();
    };
    return Promise.resolve({ http: { host: "127.0.0.1", port: 41 }, stratum: { host: "::", port: 42 }, stop });
  };
  const running = runCli(["serve", "--stratum", "[::]:0", "--http", "127.0.0.1:0"], { HUB_DATA: data }, { startHub }, edges);
  edges.signal();
  expect(await running).toBe(0);
  expect(edges.stdout).toBe("ready http=127.0.0.1:41 stratum=[::]:42\n");
  expect(seen[0]).toMatchObject({ dataDir: data, stratum: { host: "::", port: 0 } });
  expect(stopped).toBe(true);
});

describe("user add", () => {
  const signIn = async (email: string, password: string) => {
    const control = openControl(controlFile(data), { now: Date.now, log: silentLog });
    const user = await control.users.verify(email, password);
    control.close();
    return user?.role ?? null;
  };

  test("before the hub's first start, with a password from stdin", async () => {
    const { code, stdout } = await run(`user add Ann@Example.org --role operator --password-stdin --data ${data}/new`, { stdin: "correct horse\n" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    data = join(data, "new");
    expect(await signIn("ann@example.org", "correct horse")).toBe("operator");
    data = join(data, "..");
  });

  test("without a password one is made and printed, alone, on stdout", async () => {
    const { stdout } = await run("user add bob@example.org --role viewer", { env: { HUB_DATA: data } });
    expect(stdout).toMatch(/^[2-9a-z]{20}\n$/);
    expect(await signIn("bob@example.org", stdout.trim())).toBe("viewer");
  });

  test("while another process has the database open", async () => {
    const control = openControl(controlFile(data), { now: Date.now, log: silentLog });
    const { code } = await run(`user add eve@example.org --role owner --data ${data}`);
    expect(code).toBe(0);
    expect(control.users.byEmail("eve@example.org")?.role).toBe("owner");
    control.close();
  });

  test.each(["two\nlines of it\n", "a bell \u0007 in it", "not \uFFFD UTF-8"])("a password that no browser's field can hold is refused: %j", async (stdin) => {
    const { code, stderr } = await run(`user add a@example.org --role owner --password-stdin --data ${data}`, { stdin });
    expect(code).toBe(2);
    expect(stderr).toContain("--password-stdin: must be one line of text in UTF-8");
  });

  test("a short password is refused by name", async () => {
    const { code, stderr } = await run(`user add a@example.org --role owner --password-stdin --data ${data}`, { stdin: "short\n" });
    expect(code).toBe(2);
    expect(stderr).toContain("--password-stdin: must have 10 to");
  });

  test("an address that is taken fails", async () => {
    await run(`user add a@example.org --role owner --data ${data}`);
    const { code, stderr } = await run(`user add a@example.org --role owner --data ${data}`);
    expect(code).toBe(1);
    expect(stderr).toContain("EMAIL: is the address of another user");
  });
});

describe("token create", () => {
  test("prints a token that opens what its scopes allow, and nothing else on stdout", async () => {
    const { stdout, stderr } = await run(`token create --name bill --scopes usage:read,events:read --expires 30 --data ${data}`);
    const control = openControl(controlFile(data), { now: Date.now, log: silentLog });
    const token = control.tokens.verify(stdout.trim(), Date.now());
    control.close();
    expect(token).toMatchObject({ name: "bill", scopes: ["usage:read", "events:read"] });
    const days = ((token?.expiresAtMs ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);
    expect(stderr).toBe("");
  });

  test("a scope that there is not is refused by name", async () => {
    const { code, stderr } = await run(`token create --name x --scopes fleet:wirte --data ${data}`);
    expect(code).toBe(2);
    expect(stderr).toContain('--scopes: must not contain "fleet:wirte"');
  });
});

test("simulate rigs mines at a pool and prints the counters as one JSON object", async () => {
  const pool = startPool({ difficulty: 1e-8 });
  const edges = fakeConsole();
  const line = `simulate rigs --url stratum+tcp://127.0.0.1:${pool.port} --count 3 --hashrate-hps 20000 --worker acct.r --version-rolling`;
  const running = runCli(line.split(" "), {}, noHub, edges);
  await pool.until(({ workers }) => ["acct.r-1", "acct.r-2", "acct.r-3"].every((name) => (workers.get(name)?.accepted ?? 0) > 2));
  edges.signal();
  expect(await running).toBe(0);
  pool.stop();
  const report = JSON.parse(edges.stdout) as Record<string, number>;
  expect(report).toMatchObject({ rejected: 0, disconnects: 0, connects: 3 });
  expect(report["accepted"]).toBeGreaterThan(8);
});

test("simulate rigs says once that nothing listens, still prints the counters, and fails", async () => {
  const pool = startPool();
  pool.stop();
  const { code, stdout, stderr } = await run(`simulate rigs --url stratum+tcp://127.0.0.1:${pool.port} --count 3 --seconds 0.3`);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ connects: 0, accepted: 0 });
  expect(stderr.split("\n")).toEqual([
    `stratum-hub: could not connect to 127.0.0.1:${pool.port} (nothing listens there), trying again`,
    `stratum-hub: --url: no rig could connect to 127.0.0.1:${pool.port} and log in`,
    "",
  ]);
});

test("simulate pool names its port first and its counters at the end", async () => {
  const edges = fakeConsole();
  const running = runCli(["simulate", "pool", "--listen", "127.0.0.1:0"], {}, noHub, edges);
  edges.signal();
  expect(await running).toBe(0);
  const [first, last] = edges.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first?.["listening"]).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(last).toMatchObject({ accepted: 0, rejected: 0, jobs: 1 });
});

test("version is the package's", async () => {
  const { version } = (await import("../../package.json")).default;
  expect((await run("version")).stdout).toStartWith(`stratum-hub ${version} `);
});
