import { UsageError } from "../config.ts";
import { backup } from "./backup.ts";
import type { Command, Console, Context, Env, Parts } from "./command.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { closest, type Flag, readArguments } from "./flags.ts";
import { ledgerVerify } from "./ledger-verify.ts";
import { misspeltVariables } from "./misspelt-variables.ts";
import { processConsole } from "./process-console.ts";
import { restore } from "./restore.ts";
import { serve } from "./serve.ts";
import { simulatePool } from "./simulate-pool.ts";
import { simulateRigs } from "./simulate-rigs.ts";
import { tokenCreate } from "./token-create.ts";
import { userAdd } from "./user-add.ts";
import { version } from "./version.ts";

export const commands: readonly Command[] = Object.freeze([
  serve,
  demo,
  simulateRigs,
  simulatePool,
  userAdd,
  tokenCreate,
  doctor,
  ledgerVerify,
  backup,
  restore,
  exportCommand,
  version,
]);

const exit = Object.freeze({ done: 0, failed: 1, wrongUsage: 2 });

/**
 * Runs one command line (without the program's name).
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage; what went wrong is one line on stderr that names the flag and the rule
 */
export async function runCli(argv: readonly string[], env: Env, parts: Parts, edges: Console = processConsole()): Promise<number> {
  const exitCode = await attempt(argv, { env, parts, console: edges });
  const unwritten = await edges.finish();
  if (unwritten === null || exitCode !== exit.done || findCommand(argv)?.goesOn === true) return exitCode;
  edges.err(`stratum-hub: stdout: what was printed could not be written (${unwritten.message})\n`);
  await edges.finish();
  return exit.failed;
}

async function attempt(argv: readonly string[], context: Context): Promise<number> {
  const { err } = context.console;
  try {
    return await dispatch(plainForm(argv), context);
  } catch (error) {
    const wrongUsage = error instanceof UsageError;
    err(`stratum-hub: ${error instanceof Error ? error.message : String(error)}\n`);
    if (wrongUsage) err(`Try "stratum-hub ${nameOf(argv)}--help".\n`);
    return wrongUsage ? exit.wrongUsage : exit.failed;
  }
}

/** `--version` is `version`, and `help COMMAND` is `COMMAND --help`. */
function plainForm(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === "--version") return ["version", ...rest];
  return first === "help" && rest.length > 0 ? [...rest, "--help"] : argv;
}

function dispatch(argv: readonly string[], context: Context): Promise<number> | number {
  const command = findCommand(argv);
  const words = command?.name.split(" ").length ?? 0;
  const rest = argv.slice(words);
  if (command === null || wantsHelp(rest)) return help(command, argv, context.console);
  const given = readArguments(rest, command.flags, command.operandsMax);
  const readsSettings = command.flags.some(({ flag }) => flag === "config");
  for (const line of readsSettings ? misspeltVariables(context.env) : []) context.console.err(`stratum-hub: ${line}\n`);
  return command.run(given, context);
}

function wantsHelp(rest: readonly string[]): boolean {
  return rest.includes("--help") || rest.includes("-h");
}

function help(command: Command | null, argv: readonly string[], { out }: Console): number {
  const group = commands.filter(({ name }) => name.startsWith(`${argv[0]} `));
  if (command !== null) out(helpOf(command));
  else if (group.length > 0 && wantsHelp(argv)) out(group.map(helpOf).join("\n"));
  else if (argv[0] === "--help" || argv[0] === "-h" || argv[0] === "help") out(overview());
  else throw new UsageError(unknownCommand(argv));
  return exit.done;
}

function findCommand(argv: readonly string[]): Command | null {
  return commands.find(({ name }) => name.split(" ").every((word, at) => argv[at] === word)) ?? null;
}

function nameOf(argv: readonly string[]): string {
  const command = findCommand(argv);
  return command === null ? "" : `${command.name} `;
}

function unknownCommand(argv: readonly string[]): string {
  const [first, second] = argv;
  if (first === undefined) return `a command must be given: ${commands.map(({ name }) => name).join(", ")}`;
  const asked = second === undefined || second.startsWith("-") ? first : `${first} ${second}`;
  const near =
    closest(
      asked,
      commands.map(({ name }) => name),
    ) ??
    commands.find(({ name }) => name.startsWith(`${first} `))?.name ??
    null;
  return `${asked}: is no command${near === null ? `; the commands are ${commands.map(({ name }) => name).join(", ")}` : `; did you mean ${near}?`}`;
}

/** All commands, one line each. */
function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`);
  return `stratum-hub: high-availability stratum hub and scheduler\n\nUsage: stratum-hub COMMAND [FLAGS]\n\n${lines.join("\n")}\n\n"stratum-hub COMMAND --help" tells the rest. Flags beat environment variables (HUB_…) beat the --config file.\n`;
}

function helpOf(command: Command): string {
  const lines = command.flags.map((flag) => `  ${wordsOf(flag).padEnd(32)}${flag.help}${flag.required === true ? " (required)" : ""}`);
  const required = command.flags.filter((flag) => flag.required === true).map(wordsOf);
  const operands = [...(command.operands === undefined ? [] : [command.operands]), ...required].map((word) => ` ${word}`).join("");
  const details = command.details === undefined ? "" : `\n${command.details}\n`;
  return `Usage: stratum-hub ${command.name}${operands} [FLAGS]\n\n${command.summary}\n${details}\n${[...lines, `  ${"--help".padEnd(32)}this text`].join("\n")}\n`;
}

function wordsOf({ flag, value }: Flag): string {
  return value === undefined ? `--${flag}` : `--${flag} ${value}`;
}
