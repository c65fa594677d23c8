import { settings } from "../config.ts";
import type { Flag } from "./flags.ts";

type Name = keyof typeof settings;

const configFlag: Flag = { flag: "config", value: "FILE", help: "TOML file with the same settings (HUB_CONFIG)" };

/** The flags of the hub's settings, all of them or those named, and `--config`. `defaults` are the words for a command that has its own. */
export function settingFlags(names: readonly Name[] = Object.keys(settings) as Name[], defaults: Readonly<Partial<Record<Name, string>>> = {}): Flag[] {
  const flags = names.map((name): Flag => {
    const { flag, value, env, help, fallback } = settings[name];
    const usual = defaults[name] ?? fallback;
    return { flag, value, help: `${help} (${env}${usual === "" ? "" : `; default ${usual}`})` };
  });
  return [...flags, configFlag];
}
