import type { Control } from "../control/control.ts";

const nouns = Object.freeze({ customers: "customer", pools: "pool" });

/** What to say of each of these rows, by its number, where another has the same name: people would take one for the other. */
export function namesakeWarnings(control: Pick<Control, keyof typeof nouns>, table: keyof typeof nouns, rows: readonly { no: number }[]) {
  const found = control[table].namesakes(rows.map(({ no }) => no));
  const warnings = [`another ${nouns[table]} has the same name`];
  return ({ no }: { no: number }): readonly string[] => (found.has(no) ? warnings : []);
}
