import { settings } from "../config.ts";
import type { Flag } from "./flags.ts";

const configFlag: Flag = { flag: "config", value: "FILE", help: "TOML file with the same settings (HUB_CONFIG)" };

/** The flags of the hub's settings, all of them or those named, and `--config`. */
export function settingFlags(names: readonly (keyof typeof settings)[] = Object.keys(settings) as (keyof typeof settings)[]): Flag[] {
  const flags = names.map((name): Flag => {
    const { flag, value, env, help, fallback } = settings[name];
    return { flag, value, help: `${help} (${env}${fallback === "" ? "" : `; default ${fallback}`})` };
  });
  return [...flags, configFlag];
}
