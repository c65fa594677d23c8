import { UsageError } from "../config.ts";
import { type Role, roles } from "../control/scopes.ts";
import { Secret } from "../control/secret.ts";
import type { Command } from "./command.ts";
import { textFlag } from "./flags.ts";
import { valueOrError, withControl } from "./open-control.ts";
import { settingFlags } from "./setting-flags.ts";

export const userAdd: Command = {
  name: "user add",
  summary: "Adds somebody who logs in with a browser.",
  details: "Works while the hub runs, and before its first start. Without --password-stdin a password is made and printed, alone, on stdout.",
  operands: "EMAIL",
  operandsMax: 1,
  flags: [
    { flag: "role", value: "ROLE", help: `one of ${roles.join(", ")}`, required: true },
    { flag: "name", value: "NAME", help: "how the pages call him (default: the e-mail address up to the @)" },
    { flag: "password-stdin", help: "read the password from stdin (one trailing newline is dropped)" },
    ...settingFlags(["dataDir"]),
  ],
  async run(given, { env, console }) {
    const [email] = given.positional;
    if (email === undefined) throw new UsageError("EMAIL: must be given");
    const role = readRole(textFlag(given, "role"));
    const fromStdin = given.flags["password-stdin"] !== undefined;
    const password = new Secret(fromStdin ? readPassword(await console.readStdin()) : makePassword());
    const { name } = given.flags;
    const input = { email, role, password, ...(name === undefined ? {} : { name }) };
    const fields = { email: "EMAIL", role: "--role", name: "--name", password: "--password-stdin" };
    const user = await withControl(given, env, "user add", async ({ users }) => valueOrError(await users.add(input), fields));
    console.err(`added ${user.email} (${user.role})\n`);
    if (!fromStdin) console.out(`${password.reveal()}\n`);
    return 0;
  },
};

/** What a browser's field cannot hold could never be typed in again. */
function readPassword(stdin: string): string {
  const text = stdin.replace(/\r?\n$/, "");
  if (/[\p{Cc}\uFFFD]/u.test(text)) throw new UsageError("--password-stdin: must be one line of text in UTF-8, without control characters");
  return text;
}

/** Twenty letters and digits that are not mistaken for each other: 99 bits. */
export function makePassword(): string {
  const letters = "23456789abcdefghjkmnpqrstuvwxyz";
  const draws = crypto.getRandomValues(new Uint8Array(200)).filter((draw) => draw < 248);
  return Array.from(draws.slice(0, 20), (draw) => letters[draw % letters.length]).join("");
}

function readRole(text: string): Role {
  const role = roles.find((one) => one === text);
  if (role === undefined) throw new UsageError(`--role: must be one of ${roles.join(", ")} (got ${JSON.stringify(text)})`);
  return role;
}
