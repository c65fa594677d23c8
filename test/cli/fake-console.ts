import type { Console } from "../../src/cli/command.ts";

export type FakeConsole = Console & { stdout: string; stderr: string; signal: () => void };

/** Stands in for the process: collects what is written, and is signalled when the test says so. */
export function fakeConsole(stdin = ""): FakeConsole {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fake: FakeConsole = {
    stdout: "",
    stderr: "",
    signal: resolve,
    out: (text) => {
      fake.stdout += text;
    },
    err: (text) => {
      fake.stderr += text;
    },
    readStdin: () => Promise.resolve(stdin),
    untilSignal: () => promise,
    finish: () => Promise.resolve(null),
  };
  return fake;
}
