import type { Console } from "./command.ts";

/** The real process: stdout, stderr, stdin and the signals that ask for an orderly end. */
export const processConsole: Console = Object.freeze({
  out: (text: string) => {
    process.stdout.write(text);
  },
  err: (text: string) => {
    process.stderr.write(text);
  },
  readStdin: () => Bun.stdin.text(),
  untilSignal: () =>
    new Promise<void>((resolve) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
    }),
});
