const factors: Readonly<Record<string, number>> = Object.freeze({ "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, e: 1e18 });
const form = /^(\d{1,15}(?:[.,]\d{1,9})?(?:e\+?\d{1,2})?)\s*(?:([kKmMgGtTpPeE]?)(?:[hH](?:\/?[sS])?)?)$/;

/** What people write for a hashrate, in H/s: `110T`, `110 TH/s`, `110,5 th`, `1.1e14`; null for what is none. */
export function readHashrate(text: string): number | null {
  const [, digits, prefix] = form.exec(text.trim()) ?? [];
  if (digits === undefined) return null;
  const hps = Number(digits.replace(",", ".")) * (factors[(prefix ?? "").toLowerCase()] ?? 1);
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
