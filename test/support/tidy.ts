import { dirname, join } from "node:path";
import { environmentReader, hashFile, hashOutside, lineWriter, type Room, rooms, thinkingRooms } from "./house-rules.ts";

/** A file of the tree; `path` from the root, with forward slashes. */
export type SourceFile = { path: string; text: string };

/** Every breach of the rules of the house, each with its file, in words. */
export function tidyFaults(files: readonly SourceFile[]): string[] {
  const sources = files.filter(({ path }) => isSource(path));
  return [...sources.flatMap(faultsOfSource), ...unclaimedMigrations(files)];
}

function isSource(path: string): boolean {
  return /^(src|views)\/.*\.tsx?$/.test(path) && !path.endsWith(".d.ts");
}

function faultsOfSource(file: SourceFile): string[] {
  const name = roomOf(file.path);
  const room = rooms[name];
  if (room === undefined) return [`${file.path}: belongs to no room of the table`];
  return [...importFaults(file, name, room), ...purityFaults(file, name), ...placeFaults(file), ...wordFaults(file)];
}

/** The room of a path: `work` for src/work/x.ts, `main` for src/main.ts, `views` for views/x.tsx, the top folder or file for the rest. */
export function roomOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "src" ? second.replace(/\.tsx?$/, "") : top;
}

/** All that a file imports, type-only imports too (which is why the text is matched and no transpiler is asked). */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const from = /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm;
  const bare = /^\s*import\s*["']([^"']+)["']/gm;
  const dynamic = /\b(?:import|require)\s*\(\s*["']([^"']+)["']/g;
  return [from, bare, dynamic].flatMap((pattern) => [...code.matchAll(pattern)].map(([, specifier = ""]) => specifier));
}

function importFaults({ path, text }: SourceFile, name: string, room: Room): string[] {
  return importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith(".")) {
      const target = roomOf(join(dirname(path), specifier));
      const allowed = target === name || room.imports.includes(target);
      return allowed ? [] : [`${path}: ${name} must not import ${target} (${specifier})`];
    }
    const outside = path === hashFile ? [...room.outside, ...hashOutside] : room.outside;
    const allowed = outside.some((one) => (one.endsWith("*") ? specifier.startsWith(one.slice(0, -1)) : specifier === one));
    return allowed ? [] : [`${path}: ${name} must not import the package ${specifier}`];
  });
}

const impure: readonly [what: string, pattern: RegExp][] = [
  ["a clock", /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b/],
  ["randomness", /\bMath\.random\b|\bcrypto\.(getRandomValues|random\w*)\b/],
  ["the process", /\bprocess\./],
  ["the runtime", /\bBun\./],
  ["the network", /\bfetch\(|\bnew WebSocket\b/],
];

function purityFaults({ path, text }: SourceFile, name: string): string[] {
  if (!thinkingRooms.includes(name) || path === hashFile) return [];
  const code = withoutComments(text);
  return impure.filter(([, pattern]) => pattern.test(code)).map(([what]) => `${path}: a thinking room must not use ${what}`);
}

function placeFaults({ path, text }: SourceFile): string[] {
  const code = withoutComments(text);
  const faults: string[] = [];
  if (path.startsWith("src/hub/") && path !== lineWriter && /\b\w*(socket|sink)\b[?!]?\.(write|end|flush)\(/i.test(code))
    faults.push(`${path}: only ${lineWriter} writes to sockets`);
  if (path !== environmentReader && /\b(process|Bun)\.env\b|\bimport\.meta\.env\b/.test(code))
    faults.push(`${path}: only ${environmentReader} reads the environment`);
  if (/(^|\/)(utils?|common|helpers?|types|misc|index)\.tsx?$/.test(path)) faults.push(`${path}: a file is named after the thing that lives in it`);
  return faults;
}

function wordFaults({ path, text }: SourceFile): string[] {
  return text
    .split("\n")
    .flatMap((line, at) => (/\b(TODO|FIXME|XXX|HACK)\b/.test(line) ? [`${path}:${at + 1}: unfinished work belongs in the tracker, not in a comment`] : []));
}

/** A migration that no source embeds would never run. */
function unclaimedMigrations(files: readonly SourceFile[]): string[] {
  const imported = new Set(
    files.filter(({ path }) => isSource(path)).flatMap(({ path, text }) => importsOf(text).map((specifier) => join(dirname(path), specifier))),
  );
  const migrations = files.filter(({ path }) => path.startsWith("migrations/"));
  return migrations.filter(({ path }) => !imported.has(path)).map(({ path }) => `${path}: no source embeds this migration`);
}

/** Comments go, so that a rule's name in a sentence is no breach. `//` inside a text is kept when no space stands before it, as in URLs. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
