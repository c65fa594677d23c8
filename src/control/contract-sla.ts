import { type Invalid, invalid, type Success, succeed, together } from "./result.ts";

export const slaPlans = Object.freeze(["lease", "work", "make-up"] as const);
export type SlaPlan = (typeof slaPlans)[number];

/** Where availability is below `belowBp`, so much of the price is credited. */
export type SlaTier = { belowBp: number; creditBp: number };

/** What is paid, and what is owed where less comes. */
export type Sla = {
  plan: SlaPlan;
  /** Per calendar month, in the currency's smallest unit. */
  priceMinor: bigint;
  /** ISO 4217, or what a coin is called: EUR, BTC. */
  currency: string;
  /** Digits after the point: 2 for EUR, 0 for JPY, 8 for BTC. */
  minorUnits: number;
  /** A shortfall within it is luck, and pays nothing back. */
  toleranceBp: number;
  /** From the mildest to the worst. */
  tiers: readonly SlaTier[];
};

/** As it is entered: `price.amount` is decimal text with just the currency's digits, or none after the point. Defaults: lease, 200 bp, the house's tiers. */
export type SlaInput = {
  price: { amount: string; currency: string };
  plan?: SlaPlan;
  toleranceBp?: number;
  tiers?: readonly SlaTier[];
};

/** Availability of at least 99.00 %: nothing; from 95 %: 10 %; from 90 %: 25 %; below: the whole price. */
export const defaultTiers: readonly SlaTier[] = Object.freeze([
  { belowBp: 9_900, creditBp: 1_000 },
  { belowBp: 9_500, creditBp: 2_500 },
  { belowBp: 9_000, creditBp: 10_000 },
]);
const toleranceBpDefault = 200;
const tiersMax = 10;
const digitsMax = 18;

/** Coins, which no standard lists. */
const coinUnits: ReadonlyMap<string, number> = new Map([
  ["BTC", 8],
  ["LTC", 8],
  ["DOGE", 8],
  ["USDT", 6],
  ["USDC", 6],
]);
const standardCurrencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** Digits after the point of a currency; null for one that nobody knows. */
export function minorUnitsOf(currency: string): number | null {
  const coin = coinUnits.get(currency);
  if (coin !== undefined) return coin;
  if (!standardCurrencies.has(currency)) return null;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Decimal text as a whole number of the smallest unit; null unless it has all digits after the point, or none. */
export function readMoney(amount: string, minorUnits: number): bigint | null {
  const [, whole = "", fraction] = /^(\d{1,18})(?:\.(\d{1,18}))?$/.exec(amount) ?? [];
  if (whole === "" || (fraction !== undefined && fraction.length !== minorUnits)) return null;
  const digits = whole + (fraction ?? "0".repeat(minorUnits));
  return digits.length > digitsMax + minorUnits ? null : BigInt(digits);
}

/** The exact amount as decimal text with the currency's digits. */
export function moneyText(minor: bigint, minorUnits: number): string {
  const sign = minor < 0n ? "-" : "";
  const digits = String(minor < 0n ? -minor : minor).padStart(minorUnits + 1, "0");
  return minorUnits === 0 ? sign + digits : `${sign}${digits.slice(0, -minorUnits)}.${digits.slice(-minorUnits)}`;
}

/** Checks what was entered and fills in the defaults. Fields of a failure begin with `sla.`. */
export function readSla(input: SlaInput): Success<Sla> | Invalid {
  const { amount, currency } = input.price;
  const minorUnits = minorUnitsOf(currency);
  const priceMinor = readMoney(amount, minorUnits ?? amount.split(".")[1]?.length ?? 0);
  const { plan = "lease", toleranceBp = toleranceBpDefault, tiers = defaultTiers } = input;
  const broken = together<Invalid>(
    priceMinor === null ? invalid("sla.price.amount", amountRule(currency, minorUnits)) : null,
    minorUnits === null ? invalid("sla.price.currency", "must be a currency of ISO 4217 in capitals, or one of BTC, LTC, DOGE, USDT, USDC") : null,
    slaPlans.includes(plan) ? null : invalid("sla.plan", `must be one of ${slaPlans.join(", ")}`),
    isBp(toleranceBp) ? null : invalid("sla.toleranceBp", "must be a whole number from 0 to 10000"),
    checkTiers(tiers),
  );
  if (broken !== null || priceMinor === null || minorUnits === null) return broken ?? invalid("sla.price.amount", amountRule(currency, minorUnits));
  return succeed({ plan, priceMinor, currency, minorUnits, toleranceBp, tiers: tiers.map(({ belowBp, creditBp }) => ({ belowBp, creditBp })) });
}

function amountRule(currency: string, minorUnits: number | null): string {
  if (minorUnits === null) return "must be an amount such as 1234.56";
  return `must be an amount such as ${moneyText(123_456n, minorUnits)} (${currency} has ${minorUnits} digits after the point)`;
}

const isBp = (value: number) => Number.isInteger(value) && value >= 0 && value <= 10_000;

/** Less delivered must never pay less: limits fall, credits rise. */
function checkTiers(tiers: readonly SlaTier[]): Invalid | null {
  if (tiers.length > tiersMax) return invalid("sla.tiers", `must have at most ${tiersMax} entries`);
  for (const [index, { belowBp, creditBp }] of tiers.entries()) {
    if (!isBp(belowBp) || !isBp(creditBp)) return invalid(`sla.tiers.${index}`, "must hold whole numbers from 0 to 10000");
    const before = tiers[index - 1];
    if (before !== undefined && (belowBp >= before.belowBp || creditBp <= before.creditBp))
      return invalid(`sla.tiers.${index}`, "must have a lower limit and a higher credit than the one before");
  }
  return null;
}

/** The terms of money after a change: undefined leaves those of now, null takes them away. */
export function slaAfter(input: SlaInput | null | undefined, current: Sla | null): Success<Sla | null> | Invalid {
  if (input === undefined) return succeed(current);
  return input === null ? succeed(null) : readSla(input);
}

export function slaText(sla: Sla): string {
  return JSON.stringify({ ...sla, priceMinor: String(sla.priceMinor) });
}

export function slaOfText(text: string): Sla {
  const stored = JSON.parse(text) as Omit<Sla, "priceMinor"> & { priceMinor: string };
  return { ...stored, priceMinor: BigInt(stored.priceMinor) };
}
