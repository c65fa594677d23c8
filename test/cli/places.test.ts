import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import type { Parts } from "../../src/cli/command.ts";
import { selfSigned } from "../support/certificate.ts";
import { fakeConsole } from "./fake-console.ts";

let folder = "";
let taken = { port: 0, stop: (_: boolean): void => {} };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stratum-hub-places-"));
  taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
});
afterEach(() => {
  taken.stop(true);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command that must fail before any hub is built, and gives what it says. */
async function failure(line: string): Promise<string> {
  const edges = fakeConsole();
  const startHub = () => Promise.reject(new Error("a hub was built"));
  const code = await runCli(line.split(" "), {}, { startHub }, edges);
  expect({ code, stdout: edges.stdout }).toEqual({ code: 1, stdout: "" });
  return edges.stderr.trim();
}

test("serve names the flag of an address that another program has, and leaves no data folder behind", async () => {
  const address = `127.0.0.1:${taken.port}`;
  const data = join(folder, "new");
  expect(await failure(`serve --data ${data} --http 127.0.0.1:0 --stratum ${address}`)).toBe(`stratum-hub: --stratum: ${address} is taken by another program`);
  expect(await failure(`serve --data ${data} --stratum 127.0.0.1:0 --http ${address}`)).toBe(`stratum-hub: --http: ${address} is taken by another program`);
  expect(existsSync(data)).toBe(false);
});

test("an address of no interface of this machine is named with its flag", async () => {
  const words = await failure(`serve --data ${folder} --stratum 127.0.0.1:0 --http 203.0.113.7:8080`);
  expect(words).toBe("stratum-hub: --http: 203.0.113.7:8080 is not an address of this machine");
  expect(await failure(`serve --data ${folder} --http 127.0.0.1:0 --stratum [fe80::1]:3333`)).toEndWith("[fe80::1]:3333 is not an address of this machine");
});

test("one address cannot be had twice", async () => {
  const { port } = taken;
  taken.stop(true);
  const words = await failure(`serve --data ${folder} --http 127.0.0.1:${port} --stratum 127.0.0.1:${port}`);
  expect(words).toEndWith(`--http: 127.0.0.1:${port} must not be the address of --stratum as well`);
});

test.each(["serve --http 127.0.0.1:0 --stratum 127.0.0.1:0", "token create --name x --scopes usage:read"])(
  "%s: a data folder that cannot be made",
  async (line) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(await failure(`${line} --data ${join(file, "data")}`)).toMatch(/^stratum-hub: --data: \S+ cannot be made \(not a directory\)$/);
  },
);

test("a certificate that is none, or another key's, is named with its flags", async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [one, other] = [selfSigned(), selfSigned()];
  const [cert, strange, none] = [file("cert", one.cert), file("strange", other.key), file("none", "no PEM")];
  const line = `serve --data ${join(folder, "new")} --http 127.0.0.1:0 --stratum 127.0.0.1:0`;
  expect(await failure(`${line} --http-cert ${cert} --http-key ${strange}`)).toBe(
    `stratum-hub: --http-cert, --http-key: ${cert} and ${strange} do not belong together`,
  );
  expect(await failure(`${line} --http-cert ${none} --http-key ${none}`)).toContain("must be a PEM certificate and its PEM key");
  expect(await failure(`${line} --http-cert ${folder} --http-key ${none}`)).toContain(`--http-cert: ${folder} cannot be read (`);
  expect(await failure(`${line} --http-cert ${cert} --http-key ${file("key", one.key)}`)).toBe("stratum-hub: a hub was built");
});

test("simulate pool names --listen", async () => {
  const address = `127.0.0.1:${taken.port}`;
  expect(await failure(`simulate pool --listen ${address}`)).toBe(`stratum-hub: --listen: ${address} is taken by another program`);
});

describe("a demo that does not start removes its temporary folder", () => {
  const { TMPDIR } = process.env;
  beforeEach(() => {
    process.env["TMPDIR"] = folder;
  });
  afterEach(() => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  });

  test("when the hub fails, after it was there", async () => {
    const seen: string[] = [];
    const startHub: Parts["startHub"] = ({ dataDir }) => {
      seen.push(...readdirSync(folder).filter((name) => dataDir.endsWith(name)));
      return Promise.reject(new Error("no hub"));
    };
    expect(await runCli(["demo", "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0"], {}, { startHub }, fakeConsole())).toBe(1);
    expect(seen.length).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["nowhere", 2],
    ["203.0.113.7:80", 1],
  ])("with --http %s", async (http, exitCode) => {
    const startHub = () => Promise.reject(new Error("a hub was built"));
    expect(await runCli(["demo", "--http", http], {}, { startHub }, fakeConsole())).toBe(exitCode);
    expect(readdirSync(folder)).toEqual([]);
  });
});
