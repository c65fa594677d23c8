import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Arguments, Flag } from "./flags.ts";

/** A started hub, as commands need it. */
export type RunningHub = {
  http: { host: string; port: number };
  stratum: { host: string; port: number };
  /** Drains and closes; resolves when everything is on disk. */
  stop(): Promise<void>;
};

/** What a hub is told by the one who starts it, and no operator sets. */
export type StartOptions = {
  /** Milliseconds after the start in which only pools change over and no rig is moved; default a minute. */
  startGraceMs?: number;
};

/** What commands are given from outside: the composition root builds hubs, commands only ask for one. */
export type Parts = {
  startHub: (config: Config, log: Log, options?: StartOptions) => Promise<RunningHub>;
};

/** The edges of the process, so that a test can stand in for them. */
export type Console = {
  out: (text: string) => void;
  err: (text: string) => void;
  readStdin: () => Promise<string>;
  /** Resolves at SIGTERM, SIGINT or SIGHUP. */
  untilSignal: () => Promise<void>;
  /** Waits until what was printed is written. @returns why not all of stdout could be, or null */
  finish: () => Promise<Error | null>;
};

export type Env = Readonly<Record<string, string | undefined>>;
export type Context = { parts: Parts; env: Env; console: Console };

export type Command = {
  /** One or two words: `serve`, `user add`. */
  name: string;
  summary: string;
  /** What follows the name in the usage line before the flags. */
  operands?: string;
  operandsMax?: number;
  flags: readonly Flag[];
  /** Runs until it is told to end: a line of stdout that nobody took is no failure of it. */
  goesOn?: true;
  /** Longer words for --help. */
  details?: string;
  /** @returns the exit code. @throws UsageError (exit 2) or any other Error (exit 1) */
  run: (given: Arguments, context: Context) => Promise<number> | number;
};
