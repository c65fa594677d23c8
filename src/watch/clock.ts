import { Cron } from "croner";
import type { Log } from "../log.ts";

/** One thing to do again and again; `pattern` as croner reads it, seconds first. */
export type Task = { name: string; pattern: string; run: () => void | Promise<void> };

/** Starts the tasks; none overlaps itself, and one that fails is logged and tried again at its next time. Returns how to stop them. */
export function startClock(tasks: readonly Task[], log: Log): () => void {
  const jobs = tasks.map(
    (task) =>
      new Cron(
        task.pattern,
        {
          protect: true,
          catch: (error) => log.error("watch.failed", { task: task.name, error: error instanceof Error ? error.message : String(error) }),
        },
        task.run,
      ),
  );
  return () => {
    for (const job of jobs) job.stop();
  };
}
