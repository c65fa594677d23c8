/** @jsxImportSource @kitajs/html */
import { breathe } from "../turns.ts";

/** Each drawn, in their order; rigs are served in between. */
export async function drawnInTurns<T>(list: readonly T[], draw: (one: T) => JSX.Element): Promise<string[]> {
  const drawn: string[] = [];
  for (const one of list) {
    await breathe();
    drawn.push(await draw(one));
  }
  return drawn;
}

/** The rows of a long list. */
export async function InTurns<T>(props: { of: readonly T[]; draw: (one: T) => JSX.Element }): Promise<string> {
  return (await drawnInTurns(props.of, props.draw)).join("");
}
