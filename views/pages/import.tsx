/** @jsxImportSource @kitajs/html */

import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, Hidden } from "../parts/form.tsx";
import { Glyph, type Shape } from "../parts/glyph.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { Paging } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

export type Outcome = "new" | "changed" | "unchanged" | "removed" | "error";
export type ImportRowLine = {
  line: number;
  outcome: Outcome;
  name: string;
  changes: { cell: string; from: string; to: string }[];
  errors: { cell: string; rule: string }[];
  warnings: { cell: string; rule: string }[];
};

export type ImportProps = {
  viewer: Viewer;
  assets: AssetUrls;
  id: string;
  fileName: string;
  state: "ready" | "applying" | "done";
  isRunning: boolean;
  done: number;
  total: number;
  /** What is wrong with the file as a whole; null = nothing. */
  fault: string | null;
  columns: { title: string; field: string; example: string }[];
  fields: readonly Choice[];
  giveCodes: boolean;
  /** Names in the column of sites that are no site's; a few of them. */
  unknownSites: readonly string[];
  /** Whether it takes another import back: its columns are known. */
  isUndo: boolean;
  /** Whether anything of what it did can still be taken back. */
  isUndoable: boolean;
  counts: Readonly<Record<Outcome, number>>;
  /** Rows with a warning. */
  warned: number;
  /** Which rows are shown; "" = all. */
  shown: Outcome | "";
  rows: readonly ImportRowLine[];
  /** From 1, and how many there are. */
  page: number;
  pages: number;
};

const looks: Readonly<Record<Outcome, { shape: Shape; tone: string }>> = Object.freeze({
  new: { shape: "diamond", tone: "new" },
  changed: { shape: "half", tone: "ok" },
  unchanged: { shape: "disc", tone: "off" },
  removed: { shape: "ring", tone: "warn" },
  error: { shape: "cross", tone: "bad" },
});
const outcomes: readonly Outcome[] = ["error", "new", "changed", "removed", "unchanged"];
const cellShown = 60;

function cut(text: string): string {
  if (text === "") return "—";
  return text.length > cellShown ? `${text.slice(0, cellShown)}…` : text;
}

function Mark(props: { outcome: Outcome }): JSX.Element {
  const { shape, tone } = looks[props.outcome];
  return (
    <span class={`mark ${tone}`}>
      <Glyph shape={shape} />
      <b>{props.outcome}</b>
    </span>
  );
}

function shownHref({ id, shown }: Pick<ImportProps, "id" | "shown">, page: number): string {
  const search = new URLSearchParams({ ...(shown !== "" && { show: shown }), ...(page > 1 && { page: String(page) }) });
  return `/imports/${id}${search.size === 0 ? "" : `?${search}`}`;
}

const rowsHref = (props: Pick<ImportProps, "id" | "shown">, page = 1): string => `${shownHref(props, page)}#rows`;

function Counts(props: ImportProps): JSX.Element {
  const href = (shown: ImportProps["shown"]) => rowsHref({ id: props.id, shown });
  return (
    <nav class="chips" aria-label="Filter by result">
      <a class="chip" href={href("")} aria-current={props.shown === "" ? "true" : undefined}>
        All <span safe>{count(outcomes.reduce((sum, outcome) => sum + props.counts[outcome], 0))}</span>
      </a>
      {outcomes.map((outcome) => (
        <a class="chip" href={href(outcome)} aria-current={props.shown === outcome ? "true" : undefined}>
          <Mark outcome={outcome} /> <span safe>{count(props.counts[outcome])}</span>
        </a>
      ))}
    </nav>
  );
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
        <b class="warn">
          <Glyph shape="up" /> <span safe>{`${count(warnings.length)} ${warnings.length === 1 ? "warning" : "warnings"}`}</span>{" "}
        </b>
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
function Row(props: { row: ImportRowLine }): JSX.Element {
  const { row } = props;
  const says = row.errors.length + row.warnings.length + row.changes.length;
  return (
    <tr>
      <td class="n" safe>
        {String(row.line)}
      </td>
      <td>
        <Mark outcome={row.outcome} />
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

function Mapping(props: ImportProps): JSX.Element {
  const choices: readonly Choice[] = [{ value: "", text: "not used" }, ...props.fields];
  const again = { "hx-trigger": "change, submit", "hx-target": "#main", "hx-select": "#main", "hx-swap": "outerMorph", "hx-sync": "this:replace" } as const;
  return (
    <form method="post" action={`/imports/${props.id}`} class="panel" hx-post={`/imports/${props.id}`} {...again}>
      <Hidden csrf={props.viewer.csrf} />
      <header>
        <h2>Columns</h2>
        <button type="submit">Look again</button>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Is the rig's</th>
            <th scope="col" class="c2">
              For example
            </th>
          </tr>
        </thead>
        <tbody>
          {props.columns.map((column, at) => (
            <tr>
              <th scope="row" safe>
                {cut(column.title)}
              </th>
              <td>
                <select name={`c${at}`} aria-label={`Column ${at + 1}`}>
                  {choices.map((choice) => (
                    <option value={choice.value} selected={choice.value === column.field} safe>
                      {choice.text}
                    </option>
                  ))}
                </select>
              </td>
              <td class="c2 wrap">
                <bdi safe>{cut(column.example)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="foot">
        <input type="checkbox" class="tick" id="codes" name="codes" value="1" checked={props.giveCodes} />{" "}
        <label for="codes">Give the next asset code to new and changed rigs that have none</label>
      </p>
    </form>
  );
}

/** A site is no mere word: it has a zone and a pattern for codes, so a file makes none. */
function UnknownSites(props: { names: readonly string[] }): JSX.Element {
  if (props.names.length === 0) return "";
  return (
    <p class="notice warn">
      No site is called so:{" "}
      {props.names.map((name) => (
        <a href={`/settings?${new URLSearchParams({ site: name })}#sites`} target="_blank" rel="noopener" safe>
          {`add ${cut(name)}`}
        </a>
      ))}
      Then look again.
    </p>
  );
}

function Apply(props: ImportProps): JSX.Element {
  const { counts } = props;
  const acting = counts.new + counts.changed + counts.removed;
  if (acting === 0) return <p class="notice">{counts.error === 0 ? "The file would change nothing." : "No line without an error would change anything."}</p>;
  const left = counts.error === 0 ? "" : ` ${count(counts.error)} with errors are left out.`;
  const warned = props.warned === 0 ? "" : ` ${count(props.warned)} ${props.warned === 1 ? "line has a warning" : "lines have warnings"}: look there first.`;
  return (
    <form method="post" action={`/imports/${props.id}/apply`} class="panel stack">
      <Hidden csrf={props.viewer.csrf} />
      <p safe>{`${count(counts.new)} rigs come in, ${count(counts.changed)} are changed, ${count(counts.removed)} are removed.${left}${warned}`}</p>
      <p>
        <button type="submit" class="primary">
          Apply
        </button>
      </p>
    </form>
  );
}

function Progress(props: ImportProps): JSX.Element {
  if (props.state === "ready") return "";
  const isRunning = props.state === "applying" && props.isRunning;
  // The answer takes the place of what asked for it, so the last one, which asks no more, ends it.
  const swap = { "hx-trigger": "every 1s", "hx-select": "#progress", "hx-swap": "outerHTML", "hx-select-oob": "#results" } as const;
  const here = shownHref(props, props.page);
  const again = isRunning ? { "hx-get": here, ...swap } : {};
  return (
    <section class="panel progress" aria-label="Progress" id="progress" {...again}>
      {isRunning ? (
        <p class="notice">
          It is being applied. <a href={here}>Look again</a> for what became of each row.
        </p>
      ) : (
        ""
      )}
      <p>
        <progress max={String(props.total)} value={String(props.done)} aria-label="Rows applied" />{" "}
        <span safe>{`${count(props.done)} of ${count(props.total)} rows`}</span>
      </p>
      {props.state === "applying" && !props.isRunning ? (
        <form method="post" action={`/imports/${props.id}/apply`}>
          <Hidden csrf={props.viewer.csrf} />
          <p>The hub was restarted meanwhile.</p>
          <button type="submit" class="primary">
            Go on
          </button>
        </form>
      ) : (
        ""
      )}
      {props.state === "done" ? <Undo {...props} /> : ""}
    </section>
  );
}

function Undo(props: ImportProps): JSX.Element {
  const { counts } = props;
  return (
    <>
      {props.isUndoable ? (
        <form method="post" action={`/imports/${props.id}/undo`} class="row">
          <Hidden csrf={props.viewer.csrf} />
          <p class="dim">
            Shows first what it takes back: rigs that came in go again, if they serve nobody; changed fields get their former values. As a file:{" "}
            <a href={`/imports/${props.id}/undo.csv`} download="undo.csv">
              undo.csv
            </a>
          </p>
          <button type="submit">Undo…</button>
        </form>
      ) : (
        ""
      )}
      {!props.isUndoable && counts.new + counts.changed > 0 ? <p class="dim">Nothing of it is left to take back.</p> : ""}
      {counts.removed > 0 ? <p class="dim">Rigs that it removed come back when they are imported again.</p> : ""}
    </>
  );
}

function Results(props: ImportProps): JSX.Element {
  return (
    <section class="panel" aria-label="Rows" id="rows">
      <table hidden={props.rows.length === 0}>
        <thead>
          <tr>
            <th scope="col" class="n">
              Line
            </th>
            <th scope="col">Result</th>
            <th scope="col">Rig</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          <InTurns of={props.rows} draw={(row) => <Row row={row} />} />
        </tbody>
      </table>
    </section>
  );
}

export function ImportPage(props: ImportProps): JSX.Element {
  return (
    <Layout title={props.fileName} current="inventory" viewer={props.viewer} assets={props.assets} live={null}>
      <Heading
        crumbs={[
          { text: "Inventory", href: "/inventory" },
          { text: "Import", href: "/imports" },
        ]}
        title={props.fileName}
      />
      {props.fault === null ? (
        ""
      ) : (
        <p class="notice bad" role="alert" safe>
          {props.fault}
        </p>
      )}
      <Progress {...props} />
      <div id="results">
        <Counts {...props} />
        {props.state === "ready" && props.fault === null ? (
          <>
            <UnknownSites names={props.unknownSites} />
            <Apply {...props} />
            {props.isUndo ? "" : <Mapping {...props} />}
          </>
        ) : (
          ""
        )}
        <Results {...props} />
        <Paging
          prevHref={props.page > 1 ? rowsHref(props, props.page - 1) : null}
          nextHref={props.page < props.pages ? rowsHref(props, props.page + 1) : null}
        />
      </div>
    </Layout>
  );
}
