/** @jsxImportSource @kitajs/html */
/** Shapes that stand beside a status word, so that colour is never the only sign. */
export type Shape = "disc" | "ring" | "up" | "square" | "diamond" | "half" | "zigzag" | "barred" | "cross" | "dots";

/** In a box of 12 by 12. */
export const glyphPaths: Readonly<Record<Shape, string>> = Object.freeze({
  disc: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1z",
  ring: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z",
  up: "M6 .8 11.6 11H.4z",
  square: "M1.4 1.4h9.2v9.2H1.4z",
  diamond: "M6 .3 11.7 6 6 11.7.3 6zm0 2.5L2.8 6 6 9.2 9.2 6z",
  half: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.8v6.4a3.2 3.2 0 0 0 0-6.4z",
  zigzag: "M.6 8.6 3.8 2l2.6 4.6L8.6 2l3 6.8-1.8.8-1.4-3.2-2 4-2.5-4.5-1.5 3.1z",
  barred: "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zM2.6 5.1v1.8h6.8V5.1z",
  cross: "M2.6 1.2 6 4.6l3.4-3.4 1.4 1.4L7.4 6l3.4 3.4-1.4 1.4L6 7.4l-3.4 3.4-1.4-1.4L4.6 6 1.2 2.6z",
  dots: "M1.5 4.5h2.4v2.4H1.5zM4.8 4.5h2.4v2.4H4.8zM8.1 4.5h2.4v2.4H8.1z",
});

export function Glyph(props: { shape: Shape }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path fill-rule="evenodd" d={glyphPaths[props.shape]} />
    </svg>
  );
}
