import { expect, test } from "bun:test";
import { runCli } from "../../src/cli/cli.ts";
import type { StartOptions } from "../../src/cli/command.ts";
import { demoPlan } from "../../src/cli/demo-plan.ts";
import { fakeConsole } from "./fake-console.ts";

test("the demo asks for a hub that plans soon, so that its contracts need not wait a minute", async () => {
  let asked: StartOptions | undefined;
  const startHub = (_config: unknown, _log: unknown, options?: StartOptions) => {
    asked = options;
    return Promise.reject(new Error("no hub here"));
  };
  const edges = fakeConsole();
  expect(await runCli(["demo", "--http", "127.0.0.1:0", "--stratum", "127.0.0.1:0"], {}, { startHub }, edges)).toBe(1);
  expect(edges.stderr).toContain("no hub here");
  expect(asked).toEqual({ startGraceMs: demoPlan.startGraceMs });
});
