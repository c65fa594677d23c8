import { userInfo } from "node:os";
import { controlFile, readDataDir, UsageError } from "../config.ts";
import { type Control, openControl } from "../control/control.ts";
import type { Failure, Result } from "../control/result.ts";
import { silentLog } from "../log.ts";
import type { Env } from "./command.ts";
import { giveToOwner, inDataFolder, isInUse, refuseHalfFolder } from "./data-folder.ts";
import type { Arguments } from "./flags.ts";
import { makeDataDir } from "./places.ts";

/** Opens the control database of `--data` (making both on the way, so that it works before the hub's first start), hands it over, closes it. What it changes stands in the audit log under `action`. */
export async function withControl<T>({ flags }: Arguments, env: Env, action: string, use: (control: Control) => T | Promise<T>): Promise<T> {
  const dataDir = readDataDir(flags, env);
  makeDataDir(dataDir);
  return await inDataFolder(dataDir, async () => {
    const control = openBeside(dataDir);
    try {
      return await control.audit.during({ actor: "command", name: loginName(), address: null, action, subjectId: null }, () => use(control));
    } finally {
      control.close();
      giveToOwner(dataDir);
    }
  });
}

/** The control database for a command, which leaves the schema to a hub that has the folder. @throws ControlOpenError */
export function openBeside(dataDir: string): Control {
  refuseHalfFolder(dataDir);
  return openControl(controlFile(dataDir), { now: Date.now, log: silentLog, mayMigrate: () => !isInUse(dataDir) });
}

/** Of the account that runs the command, as the machine knows it. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "?");
  }
}

/** The value of a change, or an error in the words of the command line: `fields` says which flag carries which field. @throws UsageError for bad input, Error otherwise */
export function valueOrError<T>(result: Result<T>, fields: Readonly<Record<string, string>>): T {
  if (result.ok) return result.value;
  const text = textOf(result, fields);
  throw result.problem === "invalid" ? new UsageError(text) : new Error(text);
}

function textOf(failure: Failure, fields: Readonly<Record<string, string>>): string {
  return "field" in failure ? `${fields[failure.field] ?? failure.field}: ${failure.rule}` : failure.rule;
}
