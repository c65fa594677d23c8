export type ReadSample = { name: string; labels: Record<string, string>; value: number };
export type ReadFamily = { type: string; unit: string | null; help: string | null; samples: ReadSample[] };

const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [""],
  counter: ["_total"],
  info: ["_info"],
  stateset: [""],
  histogram: ["_bucket", "_count", "_sum"],
};

const linePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;

/**
 * Reads the OpenMetrics text format and holds it to its rules: one block per family, metadata before samples, suffixes by type, the unit at
 * the end of the name, no sample twice, whole histograms, and the end that says that nothing was cut off.
 * @throws Error that names the line and the rule
 */
export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  const lines = text.split("\n");
  if (lines.at(-1) !== "" || lines.at(-2) !== "# EOF") throw new Error("must end in # EOF and a line feed");
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  let current: [name: string, family: ReadFamily] | null = null;
  for (const line of lines.slice(0, -2)) {
    const meta = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line);
    if (meta !== null) {
      current = readMeta(line, meta as unknown as [string, string, string, string], { families, current });
      continue;
    }
    if (current === null) throw new Error(`${line}: a sample before any TYPE`);
    const sample = readSample(line);
    const [name, family] = current;
    if (!(suffixes[family.type] ?? []).some((suffix) => sample.name === `${name}${suffix}`)) throw new Error(`${line}: no sample of a ${family.type} ${name}`);
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) throw new Error(`${line}: twice`);
    seen.add(key);
    family.samples.push(sample);
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

type State = { families: Map<string, ReadFamily>; current: [string, ReadFamily] | null };

function readMeta(line: string, [, kind, name, rest]: [string, string, string, string], { families, current }: State): [string, ReadFamily] {
  if (kind === "TYPE") {
    if (families.has(name)) throw new Error(`${line}: a family twice`);
    if (!(rest in suffixes)) throw new Error(`${line}: no such type`);
    const family: ReadFamily = { type: rest, unit: null, help: null, samples: [] };
    families.set(name, family);
    return [name, family];
  }
  if (current === null || current[0] !== name || current[1].samples.length > 0) throw new Error(`${line}: must follow its TYPE, before the samples`);
  if (kind === "UNIT") {
    if (!name.endsWith(`_${rest}`)) throw new Error(`${line}: the name must end in the unit`);
    current[1].unit = rest;
  } else {
    current[1].help = rest;
  }
  return current;
}

function readSample(line: string): ReadSample {
  const match = linePattern.exec(line);
  if (match === null) throw new Error(`${line}: not a sample`);
  const value = Number(match[3]);
  if (!Number.isFinite(value)) throw new Error(`${line}: the value must be a finite number`);
  return { name: match[1] ?? "", labels: match[2] === undefined ? {} : readLabels(line, match[2]), value };
}

function readLabels(line: string, text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < text.length) {
    const match = labelPattern.exec(text);
    if (match === null) throw new Error(`${line}: wrong labels`);
    const [, name = "", escaped = ""] = match;
    if (name in labels) throw new Error(`${line}: the label ${name} twice`);
    labels[name] = escaped.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
  }
  return labels;
}

function checkFamily(name: string, { type, samples }: ReadFamily): void {
  if (type === "counter" && samples.some(({ value }) => value < 0)) throw new Error(`${name}: a counter below 0`);
  if (type === "stateset" && samples.some(({ labels, value }) => !(name in labels) || (value !== 0 && value !== 1))) throw new Error(`${name}: no states`);
  if (type === "info" && samples.some(({ value }) => value !== 1)) throw new Error(`${name}: an info is 1`);
  if (type === "histogram") checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  const one = Map.groupBy(samples, ({ labels: { le, ...labels } }) => JSON.stringify(labels));
  for (const [labels, own] of one) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((bucket) => Number((bucket.labels["le"] ?? "").replace("+Inf", "Infinity")));
    const ascend = (values: readonly number[], strictly: boolean) =>
      values.every((value, at) => at === 0 || value > Number(values[at - 1]) - (strictly ? 0 : 1e-9));
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || !ascend(bounds, true)) throw new Error(`${name}${labels}: bounds must ascend to +Inf`);
    if (buckets.slice(0, -1).some((bucket) => !/[.e]/.test(bucket.labels["le"] ?? ""))) throw new Error(`${name}${labels}: bounds must be floats`);
    const counts = buckets.map(({ value }) => value);
    if (!ascend(counts, false)) throw new Error(`${name}${labels}: buckets must be cumulative`);
    const total = own.find((sample) => sample.name === `${name}_count`)?.value;
    if (total !== counts.at(-1)) throw new Error(`${name}${labels}: the count must be that of +Inf`);
    if (!own.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name}${labels}: no sum`);
  }
}
