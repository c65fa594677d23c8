import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const tasks = "/proc/self/task";
/** A quarter of the event loop's share of a core that both want. */
const niceness = 5;

/**
 * DuckDB's questions and commits run on the threads of Bun's pool. Where cores are few they would take turns with the event loop, of
 * some milliseconds each; this lets shares come first. Call it again now and then, as the pool grows when it is used.
 * Does nothing where threads cannot be told apart (not Linux).
 */
export function yieldToShares(): void {
  try {
    for (const thread of readdirSync(tasks)) {
      if (readFileSync(`${tasks}/${thread}/comm`, "utf8").startsWith("Bun Pool")) setPriority(Number(thread), niceness);
    }
  } catch {
    // A thread has ended meanwhile, or there is no such folder: then they run like the others.
  }
}
