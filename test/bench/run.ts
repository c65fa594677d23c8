/** Runs benches: `bun run bench [NAME [its own flags]]`; without a name all of them, one after the other. JSON lines on stdout. */
import { readdirSync } from "node:fs";

const suffix = ".bench.ts";
const known = readdirSync(import.meta.dir)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .sort();
const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && !known.includes(name)) {
  process.stderr.write(`no bench ${name}; there are ${known.join(", ")}\n`);
  process.exit(2);
}
for (const bench of name === undefined ? known : [name]) {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/${bench}${suffix}`, ...rest], { stdio: ["ignore", "inherit", "inherit"] });
  if ((await child.exited) !== 0) process.exitCode = 1;
}
