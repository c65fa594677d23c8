/**
 * `bun run check`: types, lint, unescaped HTML, the house's rules, dead code. Each is one check; the last line is `N passed, N failed`.
 */
export {};

const bin = (name: string) => `node_modules/.bin/${name}`;

// The tools are Node scripts; `--bun` runs them where Node is missing.
const checks: readonly [name: string, argv: string[]][] = [
  ["types", ["--bun", bin("tsc"), "--project", ".", "--incremental", "--tsBuildInfoFile", "node_modules/.cache/types.tsbuildinfo"]],
  ["lint", ["--bun", bin("biome"), "check", "--error-on-warnings"]],
  ["unescaped HTML", ["--bun", bin("xss-scan"), "--cwd", "."]],
  ["tidy", ["test", "test/tidy.test.ts"]],
  ["dead code", ["--bun", bin("knip"), "--no-progress"]],
];

const results = await Promise.all(checks.map(([name, argv]) => check(name, argv)));
const failed = results.filter((ok) => !ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function check(name: string, argv: string[]): Promise<boolean> {
  const began = performance.now();
  const run = Bun.spawn([process.execPath, ...argv], { stdout: "pipe", stderr: "pipe", stdin: "ignore" });
  const [out, err, exitCode] = await Promise.all([run.stdout.text(), run.stderr.text(), run.exited]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (exitCode !== 0) console.log(`${out}${err}`.trimEnd());
  return exitCode === 0;
}
