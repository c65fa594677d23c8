/** @jsxImportSource @kitajs/html */

/** Quiet zone around a QR code, in modules (ISO/IEC 18004). */
const margin = 4;

/** A QR code as one path; always dark on light, because not all cameras read the other way. */
export function QrCode(props: { modules: readonly (readonly boolean[])[]; label: string }): JSX.Element {
  const size = props.modules.length + 2 * margin;
  const path = props.modules.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + margin} ${y + margin}h1v1h-1z` : ""))).join("");
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width="220" height="220" role="img" aria-label={props.label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
