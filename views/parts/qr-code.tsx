/** @jsxImportSource @kitajs/html */

/** The modules of a QR code, row by row: bit `at & 31` of word `at >> 5` is set where the module is dark. */
export type QrModules = { size: number; bits: Uint32Array };

/** Quiet zone around a QR code, in modules (ISO/IEC 18004). */
const margin = 4;

/** The dark modules as strokes of their height, one for each run in a row: a sheet holds hundreds of codes. */
function strokesOf({ size, bits }: QrModules): string {
  const isDark = (at: number): boolean => (((bits[at >> 5] ?? 0) >>> (at & 31)) & 1) === 1;
  let path = "";
  for (let row = 0; row < size; row += 1) {
    path += `M${margin} ${row + margin}.5`;
    for (let x = 0, drawnTo = 0; x < size; x += 1) {
      if (!isDark(row * size + x)) continue;
      const from = x;
      while (x + 1 < size && isDark(row * size + x + 1)) x += 1;
      path += from === drawnTo ? `h${x + 1 - from}` : `m${from - drawnTo} 0h${x + 1 - from}`;
      drawnTo = x + 1;
    }
  }
  return path;
}

/** A QR code as one path; always dark on light, because not all cameras read the other way. */
export function QrCode(props: { modules: QrModules; label: string }): JSX.Element {
  const size = props.modules.size + 2 * margin;
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width="220" height="220" role="img" aria-label={props.label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={strokesOf(props.modules)} stroke="#000" />
    </svg>
  );
}
