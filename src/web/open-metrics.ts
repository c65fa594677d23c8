import type { Histogram } from "../health/histogram.ts";

/** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md, text format 1.0.0. */
export const openMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];
type Family = { name: string; help: string; unit?: string };

/** Writes families one after the other; a family's unit is the end of its name. */
export class OpenMetrics {
  private readonly lines: string[] = [];

  gauge(family: Family, samples: Iterable<Sample>): void {
    this.head("gauge", family);
    for (const [labels, value] of samples) this.line(family.name, labels, value);
  }

  /** What only grows until the next start. */
  counter(family: Family, samples: Iterable<Sample>): void {
    this.head("counter", family);
    for (const [labels, value] of samples) this.line(`${family.name}_total`, labels, value);
  }

  histogram(family: Family, samples: Iterable<readonly [labels: Labels, histogram: Histogram]>): void {
    this.head("histogram", family);
    for (const [labels, { bounds, counts, sum }] of samples) {
      let count = 0;
      for (const [at, bucket] of counts.entries()) {
        count += bucket;
        const bound = bounds[at];
        this.line(`${family.name}_bucket`, { ...labels, le: bound === undefined ? "+Inf" : floatText(bound) }, count);
      }
      this.line(`${family.name}_count`, labels, count);
      this.line(`${family.name}_sum`, labels, sum);
    }
  }

  /** Names and other words that go with an id; joined with other families by it. */
  info(family: Family, samples: Iterable<Labels>): void {
    this.head("info", family);
    for (const labels of samples) this.line(`${family.name}_info`, labels, 1);
  }

  /** Which of the states holds, one line for each of them. */
  stateset(family: Family, states: readonly string[], samples: Iterable<readonly [labels: Labels, state: string]>): void {
    this.head("stateset", family);
    for (const [labels, held] of samples) for (const state of states) this.line(family.name, { ...labels, [family.name]: state }, state === held ? 1 : 0);
  }

  text(): string {
    return `${this.lines.join("\n")}\n# EOF\n`;
  }

  private head(type: string, { name, help, unit }: Family): void {
    if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} must end in its unit ${unit}`);
    this.lines.push(`# TYPE ${name} ${type}`);
    if (unit !== undefined) this.lines.push(`# UNIT ${name} ${unit}`);
    this.lines.push(`# HELP ${name} ${escaped(help)}`);
  }

  private line(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.lines.push(`${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`);
  }
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}

/** Bounds are floats, so a whole one has a `.0`. */
function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
