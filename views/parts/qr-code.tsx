/** @jsxImportSource @kitajs/html */

/** Quiet zone around a QR code, in modules (ISO/IEC 18004). */
const margin = 4;

/** The dark modules of a row as one piece of path for each run of them: a sheet holds hundreds of codes. */
function runsOf(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const from = x;
    while (row[x + 1] === true) x += 1;
    const length = x - from + 1;
    path += `M${from + margin} ${y + margin}h${length}v1h-${length}z`;
  }
  return path;
}

/** A QR code as one path; always dark on light, because not all cameras read the other way. */
export function QrCode(props: { modules: readonly (readonly boolean[])[]; label: string }): JSX.Element {
  const size = props.modules.length + 2 * margin;
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width="220" height="220" role="img" aria-label={props.label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={props.modules.map(runsOf).join("")} fill="#000" />
    </svg>
  );
}
