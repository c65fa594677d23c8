import { expect, test } from "bun:test";
import { encode } from "uqr";
import { QrCodes, qrCodeOf } from "../../src/web/qr-codes.ts";
import { QrCode, type QrModules } from "../../views/parts/qr-code.tsx";

const letters = "0123456789abcdefghjkmnpqrstvwxyz";
/** An id as rigs have them, another one for each number. */
const idOf = (no: number) => `rig_${Array.from({ length: 26 }, (_, at) => letters[(no * 7919 + at * at * (no + 3)) % letters.length]).join("")}`;

function rowsOf({ size, bits }: QrModules): boolean[][] {
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_module, x) => (((bits[(y * size + x) >> 5] ?? 0) >>> ((y * size + x) & 31)) & 1) === 1),
  );
}

test("each of many codes is the library's, also after texts of another length", () => {
  const codes = new QrCodes();
  for (const origin of ["http://10.0.0.4:8080", "https://hub.farm.example", "https://ÿ.example:65535", "http://10.0.0.5:8080"]) {
    for (let no = 0; no < 40; no += 1) {
      const text = `${origin}/rigs/${idOf(no)}`;
      expect(rowsOf(codes.of(text))).toEqual(encode(text, { border: 0, maskPattern: 2 }).data);
    }
  }
});

/** The modules that a drawing darkens; its strokes are one module high and begin in the middle of a row. */
function drawnRows(svg: string, size: number): boolean[][] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const path = / d="([^"]*)" stroke="#000"/.exec(svg)?.[1] ?? "";
  for (const [, row = "", strokes = ""] of path.matchAll(/M4 (\d+)\.5([^M]*)/g)) {
    let x = 0;
    for (const [, gap = "0", length = "0"] of strokes.matchAll(/(?:m(\d+) 0)?h(\d+)/g)) {
      x += Number(gap);
      rows[Number(row) - 4]?.fill(true, x, x + Number(length));
      x += Number(length);
    }
  }
  return rows;
}

test("a code is drawn as it is, with its quiet zone", async () => {
  const modules = qrCodeOf(`https://hub.farm.example/rigs/${idOf(7)}`);
  const svg = await QrCode({ modules, label: "a code" });
  expect(drawnRows(svg, modules.size)).toEqual(rowsOf(modules));
  expect(svg).toContain(`viewBox="0 0 ${modules.size + 8} ${modules.size + 8}"`);
});
