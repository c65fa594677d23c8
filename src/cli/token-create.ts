import { scopeNames } from "../control/scopes.ts";
import type { Command } from "./command.ts";
import { numberFlag, textFlag } from "./flags.ts";
import { valueOrError, withControl } from "./open-control.ts";
import { settingFlags } from "./setting-flags.ts";

const dayMs = 86_400_000;

export const tokenCreate: Command = {
  name: "token create",
  summary: "Makes a token for the JSON API and prints it, alone, on stdout. It is shown this once.",
  details: `Works while the hub runs, and before its first start.\nScopes: ${scopeNames.join(", ")}.`,
  flags: [
    { flag: "name", value: "NAME", help: "what it is for", required: true },
    { flag: "scopes", value: "A,B,…", help: "what it may do", required: true },
    { flag: "expires", value: "DAYS", help: "days until it ends (default: never)" },
    ...settingFlags(["dataDir"]),
  ],
  async run(given, { env, console }) {
    const name = textFlag(given, "name");
    const list = textFlag(given, "scopes").split(",");
    const scopes = list.map((scope) => scope.trim()).filter((scope) => scope !== "");
    const days = given.flags["expires"] === undefined ? null : numberFlag(given, "expires", { min: 0.001, max: 36_500 });
    const expiresAtMs = days === null ? null : Math.round(Date.now() + days * dayMs);
    const fields = { name: "--name", scopes: "--scopes", expiresAtMs: "--expires" };
    const { text } = await withControl(given, env, "token create", ({ tokens }) => valueOrError(tokens.create({ name, scopes, expiresAtMs }), fields));
    console.out(`${text.reveal()}\n`);
    return 0;
  },
};
