import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const tasks = "/proc/self/task";
/** A tenth of the event loop's share of a core that both want. */
const niceness = 10;
/** What works beside the event loop and nobody's share waits for: DuckDB's questions and commits, which run on the threads of Bun's pool; the compiler; the allocator's tidying up. */
const helpers = /^(?:Bun Pool|JITWorker|JSCWarmUp|mi-scavenger)/;

/**
 * Where cores are few these threads would take turns with the event loop, of some milliseconds each; this lets shares come first. Call it again now and
 * then, as there come more of them when they are used. Does nothing where threads cannot be told apart (not Linux).
 */
export function yieldToShares(): void {
  try {
    for (const thread of readdirSync(tasks)) {
      if (helpers.test(readFileSync(`${tasks}/${thread}/comm`, "utf8"))) setPriority(Number(thread), niceness);
    }
  } catch {
    // A thread has ended meanwhile, or there is no such folder: then they run like the others.
  }
}
