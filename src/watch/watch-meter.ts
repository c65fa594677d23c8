import { Histogram, secondsBounds } from "../health/histogram.ts";
import type { Plan } from "../schedule/plan.ts";

/** What the clocks did since the start, for the metrics. */
export class WatchMeter {
  readonly moves = new Map<string, number>();
  sliceSwitches = 0;
  readonly planSeconds = new Histogram(secondsBounds);
  readonly judgeSeconds = new Histogram(secondsBounds);

  /** A plan that was made and carried out. */
  planned({ changes }: Pick<Plan, "changes">, tookMs: number): void {
    this.planSeconds.note(tookMs / 1_000);
    for (const { cause } of changes) this.moves.set(cause, (this.moves.get(cause) ?? 0) + 1);
  }
}
