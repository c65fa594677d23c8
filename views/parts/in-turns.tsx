/** @jsxImportSource @kitajs/html */

/** Rows that are drawn in one turn of the event loop: a row takes some 50 to 150 µs, and rigs wait meanwhile. */
const rowsPerTurn = 8;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Each drawn, in their order; rigs are served in between. */
export async function drawnInTurns<T>(list: readonly T[], draw: (one: T) => JSX.Element): Promise<string[]> {
  const drawn: string[] = [];
  for (const one of list) {
    if (drawn.length > 0 && drawn.length % rowsPerTurn === 0) await nextTurn();
    const element = draw(one);
    drawn.push(typeof element === "string" ? element : await element);
  }
  return drawn;
}

/** The rows of a long list. */
export async function InTurns<T>(props: { of: readonly T[]; draw: (one: T) => JSX.Element }): Promise<string> {
  return (await drawnInTurns(props.of, props.draw)).join("");
}
