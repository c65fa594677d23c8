import { duration } from "../../views/format.ts";
import type { Contract } from "../control/contract-row.ts";
import type { Control } from "../control/control.ts";
import { namesakeWarnings } from "./namesake-warnings.ts";

/** Two clocks may differ by so much, and a form knows whole minutes. */
const clocksApartMsMax = 60_000;
/** What one request makes is no farther apart. */
const requestMsMax = 1_000;

/** What whoever opened the contract may not have meant: it holds all the same. `timeOf` writes a moment (milliseconds since 1970) for him. */
export function openingWarnings(control: Pick<Control, "customers" | "pools">, contract: Contract, timeOf: (ms: number) => string): string[] {
  return [...pastStart(contract, timeOf), ...newNamesake(control, contract)];
}

/** What was promised counts from the first share that the customer's pool accepts; a start in the past changes nothing of that. */
function pastStart({ startsAtMs, createdAtMs }: Contract, timeOf: (ms: number) => string): string[] {
  const lateMs = createdAtMs - startsAtMs;
  if (lateMs <= clocksApartMsMax) return [];
  return [
    `its start, ${timeOf(startsAtMs)}, was past by ${duration(lateMs)} when it was opened: what it promises counts from its first accepted share, not from then`,
  ];
}

/** A customer who came with his contract, and is known under the same name. */
function newNamesake(control: Pick<Control, "customers" | "pools">, { customerNo, createdAtMs }: Contract): string[] {
  const customer = control.customers.byNo(customerNo);
  if (customer === null || createdAtMs - customer.createdAtMs > requestMsMax) return [];
  return namesakeWarnings(control, "customers", [customer])(customer).map((text) => `customer ${customer.name} was added with it: ${text}`);
}
