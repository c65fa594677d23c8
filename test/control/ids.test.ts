import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeBase32, isId, newId } from "../../src/control/ids.ts";
import { startMs } from "./test-control.ts";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

test("base32 carries the 128 bits as one number", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = encodeBase32(bytes);
      expect(text).toHaveLength(26);
      const number = [...text].reduce((sum, letter) => sum * 32n + BigInt(alphabet.indexOf(letter)), 0n);
      expect(number).toBe(BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
    }),
  );
});

test("ids are unique, say what they name, and sort by time", () => {
  const ids = Array.from({ length: 5_000 }, (_, index) => newId("rig", startMs + Math.floor(index / 100)));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids.slice(0, 50)) expect([isId(id), isId(id, "rig"), isId(id, "pol")]).toEqual([true, true, false]);
  const stamps = ids.map((id) => id.slice(0, 13));
  expect(stamps).toEqual([...stamps].sort());
  for (const wrong of ["", "rig_", "rig_01", `${ids[0]}0`, ids[0]?.toUpperCase() ?? "", `rig_8${"0".repeat(25)}`, `rig_0${"u".repeat(25)}`])
    expect(isId(wrong)).toBe(false);
});
