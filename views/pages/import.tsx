/** @jsxImportSource @kitajs/html */

import { count, plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Ask } from "../parts/ask.tsx";
import { type Choice, Hidden } from "../parts/form.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { Empty, Paging } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import { cut, ImportRow, type ImportRowLine, type Outcome, OutcomeMark } from "./import-rows.tsx";

/** Which rows are shown: those of one result, those with a warning, or all. */
export type Shown = Outcome | "warning" | "";
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
  shown: Shown;
  rows: readonly ImportRowLine[];
  /** From 1, and how many there are. */
  page: number;
  pages: number;
};

const outcomes: readonly Outcome[] = ["error", "new", "changed", "removed", "unchanged"];
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
          <OutcomeMark outcome={outcome} /> <span safe>{count(props.counts[outcome])}</span>
        </a>
      ))}
      {props.state === "ready" ? (
        <a class="chip" href={href("warning")} aria-current={props.shown === "warning" ? "true" : undefined}>
          <span class="mark warn">
            <Glyph shape="up" />
            <b>with a warning</b>
          </span>{" "}
          <span safe>{count(props.warned)}</span>
        </a>
      ) : (
        ""
      )}
    </nav>
  );
}

/** What each column is; closed where the file says it of all of them, so that what is wrong with its rows comes first. */
function Mapping(props: ImportProps): JSX.Element {
  const unused = props.columns.filter(({ field }) => field === "").length;
  const again = { "hx-trigger": "change, submit", "hx-target": "#main", "hx-select": "#main", "hx-swap": "outerMorph", "hx-sync": "this:replace" } as const;
  return (
    <form method="post" action={`/imports/${props.id}`} class="panel" hx-post={`/imports/${props.id}`} {...again}>
      <Hidden csrf={props.viewer.csrf} />
      <header>
        <h2 safe>{unused === 0 ? "Columns" : `Columns, ${count(unused)} not used`}</h2>
        <button type="submit">Look again</button>
      </header>
      <details open={unused > 0}>
        <summary class="body">Which column is what</summary>
        <MappingTable {...props} />
      </details>
      <p class="foot">
        <input type="checkbox" class="tick" id="codes" name="codes" value="1" checked={props.giveCodes} />{" "}
        <label for="codes">Give the next asset code to new and changed rigs that have none</label>
      </p>
    </form>
  );
}

function MappingTable(props: ImportProps): JSX.Element {
  const choices: readonly Choice[] = [{ value: "", text: "not used" }, ...props.fields];
  return (
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
  );
}

/** A site is no mere word: it has a zone and a pattern for codes, so a file makes none. */
function UnknownSites(props: { names: readonly string[] }): JSX.Element {
  if (props.names.length === 0) return "";
  return (
    <p class="notice warn">
      No site is called so:{" "}
      {props.names.map((name, at) => (
        <>
          {at === 0 ? "" : ", "}
          <a href={`/settings?${new URLSearchParams({ site: name })}#sites`} target="_blank" rel="noopener" safe>
            {`add ${cut(name)}`}
          </a>
        </>
      ))}
      . Then look again.
    </p>
  );
}

const are = (some: number): string => (some === 1 ? "is" : "are");

/** What applying does, and to how much of the file. Where lines are left out it asks first: nobody means to apply one line of a hundred. */
function Apply(props: ImportProps): JSX.Element {
  const { counts, viewer } = props;
  const action = `/imports/${props.id}/apply`;
  const acting = counts.new + counts.changed + counts.removed;
  if (acting === 0) return <p class="notice">{counts.error === 0 ? "The file would change nothing." : "No line without an error would change anything."}</p>;
  const doing = `${plural(counts.new, "rig")} ${counts.new === 1 ? "comes" : "come"} in, ${count(counts.changed)} ${are(counts.changed)} changed, ${count(counts.removed)} ${are(counts.removed)} removed.`;
  const warned = props.warned === 0 ? "" : ` ${count(props.warned)} ${props.warned === 1 ? "line has a warning" : "lines have warnings"}: look there first.`;
  if (counts.error === 0)
    return (
      <form method="post" action={action} class="panel stack">
        <Hidden csrf={viewer.csrf} />
        <p safe>{`${doing}${warned}`}</p>
        <p>
          <button type="submit" class="primary">
            Apply
          </button>
        </p>
      </form>
    );
  const part = `${count(acting)} of ${count(props.total)} rows`;
  const left = `Applies ${part}; ${count(counts.error)} with errors ${are(counts.error)} left out.`;
  return (
    <section class="panel stack" aria-label="Apply">
      <p>
        <span class="mark bad">
          <Glyph shape="cross" />
        </span>{" "}
        <b safe>{left}</b> <span safe>{`${doing}${warned}`}</span>
      </p>
      <div>
        <Ask action={action} text={`Apply ${part}`} verb={`Apply, and leave out ${count(counts.error)}`} csrf={viewer.csrf}>
          <p safe>{`${left} ${doing}`}</p>
          <p class="dim">What is left out can be mended in the file and sent again: lines that are in force by then change nothing.</p>
        </Ask>
      </div>
    </section>
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
        <p>
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
            Shows first what it takes back: rigs that came in go again, if they serve nobody; changed fields get their former values. The asset code of a rig
            that never connected may then be entered again, as the mended file does; nobody ever gets the code of a rig that did. As a file:{" "}
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
      {props.rows.length === 0 ? <Empty text="No row of this kind." /> : ""}
      <table class="imported" hidden={props.rows.length === 0}>
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
          <InTurns of={props.rows} draw={(row) => <ImportRow row={row} />} />
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
