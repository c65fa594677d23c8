import { readFileSync } from "node:fs";
import type { Console } from "./command.ts";
import { Outlet, sinkOf } from "./outlet.ts";

/** The real process: stdout, stderr, stdin and the signals that ask for an orderly end. */
export function processConsole(): Console {
  const out = new Outlet(sinkOf(process.stdout, 1));
  const err = new Outlet(sinkOf(process.stderr, 2));
  return {
    out: out.write,
    err: err.write,
    readStdin: () => Bun.stdin.text(),
    untilSignal: () =>
      new Promise<void>((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT", ...(isDeafToHangup() ? [] : ["SIGHUP" as const])] as const) process.once(signal, () => resolve());
      }),
    finish: async () => {
      const failure = await out.finish();
      await err.finish();
      return failure;
    },
  };
}

/** Started under nohup(1): whoever did that wants it to go on when the terminal is closed. */
function isDeafToHangup(): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
