import { expect, test } from "bun:test";
import { mostRigsPerX, type RoutedHand } from "../../src/hub/route.ts";

const hand = (x: number, e2Bytes: number, e1Bytes = 1) => ({ x, layout: { e1Bytes, e2Bytes } }) as RoutedHand;

test("a pool needs as many sessions as rigs with one extranonce1 fill its bytes; the others share one", () => {
  const hands = [hand(5, 3), hand(5, 3), hand(5, 3), hand(6, 3), hand(5, 7), hand(5, 2, 2)];
  expect(mostRigsPerX(hands, 8)).toBe(1);
  // Whose layout is too long is given a shorter one, which fills it too.
  expect(mostRigsPerX(hands, 4)).toBe(4);
  expect(mostRigsPerX(hands, 9)).toBe(0);
});
