import { settings } from "../config.ts";
import type { Env } from "./command.ts";
import { closest } from "./flags.ts";

const prefix = "HUB_";
const endings: readonly string[] = [...Object.values(settings).map(({ env }) => env.slice(prefix.length)), "CONFIG"];

/**
 * One line for each variable that begins like the hub's, is none, and looks like one misspelt. Others that begin so may belong to another program.
 */
export function misspeltVariables(env: Env): string[] {
  return Object.keys(env).flatMap((name) => {
    if (!name.toUpperCase().startsWith(prefix)) return [];
    const ending = name.slice(prefix.length).toUpperCase();
    const near = closest(ending, endings);
    return near === null || name === prefix + near ? [] : [`${name}: is no variable of the hub and is ignored; did you mean ${prefix}${near}?`];
  });
}
