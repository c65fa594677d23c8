const factors: Readonly<Record<string, number>> = Object.freeze({ "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, e: 1e18 });
const form = /^(\d{1,15}(?:\.\d{1,9})?(?:e\+?\d{1,2})?)\s*(?:([kKmMgGtTpPeE]?)(?:[hH](?:\/?[sS])?)?)$/;

/** Threes of digits with marks between them, two at least or a fraction behind them: one group alone, `1.100`, may be a fraction as well, and is read as one. */
const grouped = [
  /^\d{1,3}(?:\.\d{3})+,\d+/,
  /^\d{1,3}(?:,\d{3})+\.\d+/,
  /^\d{1,3}(?:\.\d{3}){2,}(?![\d.,])/,
  /^\d{1,3}(?:,\d{3}){2,}(?![\d.,])/,
  /^\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?/,
];

/** The number that a text begins with as programs write it: a point before its fraction, and nothing between its thousands. The rest stays. */
export function plainNumber(text: string): string {
  const whole = grouped.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined) ?? /^\d+,\d+/.exec(text)?.[0] ?? "";
  const marks = [...whole.matchAll(/[.,]/g)].map(({ 0: mark }) => mark);
  // Of two kinds of marks the last is before the fraction; one kind that comes twice is between thousands.
  const isFraction = new Set(marks).size === 2 || marks.length === 1;
  const cut = isFraction ? Math.max(whole.lastIndexOf("."), whole.lastIndexOf(",")) : whole.length;
  const fraction = whole.slice(cut + 1);
  return `${whole.slice(0, cut).replace(/\D/g, "")}${fraction === "" ? "" : `.${fraction}`}${text.slice(whole.length)}`;
}

/** What people write for a hashrate, in H/s: `110T`, `110 TH/s`, `110,5 th`, `1.100,25 GH/s`, `1.1e14`; null for what is none. */
export function readHashrate(text: string): number | null {
  const [, digits, prefix] = form.exec(plainNumber(text.trim())) ?? [];
  if (digits === undefined) return null;
  const hps = Number(digits) * (factors[(prefix ?? "").toLowerCase()] ?? 1);
  return Number.isFinite(hps) && hps > 0 ? Number(hps.toPrecision(15)) : null;
}

/** The shortest text that `readHashrate` reads as the same number: `110T`. */
export function hashrateInput(hps: number | null): string {
  if (hps === null) return "";
  for (const [prefix, factor] of [
    ["P", 1e15],
    ["T", 1e12],
    ["G", 1e9],
    ["M", 1e6],
  ] as const) {
    const text = `${hps / factor}${prefix}`;
    if (hps >= factor && readHashrate(text) === hps) return text;
  }
  return String(hps);
}
