import type { HubAlarmFact } from "./alarm-facts.ts";

/** Which news of the ledger begin an alarm, and which end one. */
const begins: Readonly<Record<string, HubAlarmFact["severity"]>> = Object.freeze({
  "disk-full": "critical",
  "shares-refused": "critical",
  "disk-slow": "warning",
  "quota-exceeded": "warning",
});
const ends: Readonly<Record<string, readonly string[]>> = Object.freeze({ "disk-usable": ["disk-full", "shares-refused"], "disk-in-time": ["disk-slow"] });

/** What is wrong with the hub itself at this moment, from the news that its ledger gives. */
export class HubAlarms {
  readonly #current = new Map<string, HubAlarmFact>();

  note({ kind, text }: { kind: string; text: string }): void {
    const severity = begins[kind];
    if (severity !== undefined) this.#current.set(kind, { code: kind, severity, text });
    for (const over of ends[kind] ?? []) this.#current.delete(over);
  }

  facts(): HubAlarmFact[] {
    return [...this.#current.values()];
  }
}
