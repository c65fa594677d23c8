/** @jsxImportSource @kitajs/html */
import { count } from "../format.ts";
import { Glyph } from "../parts/glyph.tsx";
import { type Look, Mark } from "../parts/status.tsx";

export type Outcome = "new" | "changed" | "unchanged" | "removed" | "error";
export type ImportRowLine = {
  line: number;
  outcome: Outcome;
  name: string;
  changes: { cell: string; from: string; to: string }[];
  errors: { cell: string; rule: string }[];
  warnings: { cell: string; rule: string }[];
};

const looks: Readonly<Record<Outcome, Look>> = Object.freeze({
  new: { shape: "diamond", tone: "new" },
  changed: { shape: "half", tone: "ok" },
  unchanged: { shape: "disc", tone: "off" },
  removed: { shape: "ring", tone: "warn" },
  error: { shape: "cross", tone: "bad" },
});
const cellShown = 60;

/** As much of a cell as a row has room for. */
export function cut(text: string): string {
  if (text === "") return "—";
  return text.length > cellShown ? `${text.slice(0, cellShown)}…` : text;
}

export function OutcomeMark(props: { outcome: Outcome }): JSX.Element {
  return <Mark word={props.outcome} look={looks[props.outcome]} forMs={null} />;
}

const wordsOf = (cell: string): string => cell.replaceAll("_", " ");
const brief = 24;
const cutBrief = (text: string): string => (text.length > brief ? `${text.slice(0, brief)}…` : text || "—");

/** What a row does, as few words. */
function Brief(props: { row: ImportRowLine }): JSX.Element {
  const { errors, warnings, changes, outcome } = props.row;
  const [error] = errors;
  if (error !== undefined)
    return <span class="bad" safe>{`${wordsOf(error.cell)}: ${error.rule}${errors.length > 1 ? `, and ${errors.length - 1} more` : ""}`}</span>;
  const [warning] = warnings;
  if (warning !== undefined && warnings.length + changes.length === 1)
    return (
      <span class="warn">
        <Glyph shape="up" /> <span safe>{`warning: ${wordsOf(warning.cell)} ${warning.rule}`}</span>
      </span>
    );
  return (
    <>
      {warning === undefined ? (
        ""
      ) : (
        <span class="warn">
          <Glyph shape="up" /> <b safe>{warnings.length === 1 ? "warning" : `${count(warnings.length)} warnings`}</b>
          <span safe>{`: ${wordsOf(warning.cell)} ${warning.rule} · `}</span>
        </span>
      )}
      {changes.map(({ cell, from, to }, at) => (
        <>
          {at === 0 ? "" : " · "}
          <small safe>{wordsOf(cell)}</small> {outcome === "new" || from === "" ? "" : <span class="dim" safe>{`${cutBrief(from)} → `}</span>}
          <bdi safe>{cutBrief(to)}</bdi>
        </>
      ))}
    </>
  );
}

/** All of it, for who opens the row. */
function Whole(props: { row: ImportRowLine }): JSX.Element {
  const { row } = props;
  return (
    <>
      {row.errors.map(({ cell, rule }) => (
        <p class="bad" safe>{`${wordsOf(cell)}: ${rule}`}</p>
      ))}
      {row.warnings.map(({ cell, rule }) => (
        <p class="warn">
          <Glyph shape="up" /> <span safe>{`warning: ${wordsOf(cell)} ${rule}`}</span>
        </p>
      ))}
      {row.changes.map(({ cell, from, to }) => (
        <p>
          <small safe>{wordsOf(cell)}</small> {row.outcome === "new" ? "" : <span class="dim" safe>{`${cut(from)} → `}</span>}
          <bdi safe>{cut(to)}</bdi>
        </p>
      ))}
    </>
  );
}

/** One line, however much the row does: thousands of them are looked through on a phone. */
export function ImportRow(props: { row: ImportRowLine }): JSX.Element {
  const { row } = props;
  const says = row.errors.length + row.warnings.length + row.changes.length;
  return (
    <tr>
      <td class="n" safe>
        {String(row.line)}
      </td>
      <td>
        <OutcomeMark outcome={row.outcome} />
      </td>
      <th scope="row" safe>
        {row.name === "" ? "–" : cut(row.name)}
      </th>
      <td class="brief">
        {says === 0 ? (
          ""
        ) : (
          <details class={says === 1 ? "one" : undefined}>
            <summary>
              <Brief row={row} />
            </summary>
            {says === 1 ? "" : <Whole row={row} />}
          </details>
        )}
      </td>
    </tr>
  );
}
