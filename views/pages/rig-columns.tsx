/** @jsxImportSource @kitajs/html */
import { percent, plusMinus } from "../format.ts";
import { DeliveryStrip, type StripBar } from "../parts/delivery-strip.tsx";
import { listHref } from "../parts/saved-views.tsx";
import type { RigStatusWord } from "../parts/status.tsx";
import { Moment, Rate } from "../parts/text.tsx";
import type { Clock } from "../viewer.ts";

/** Columns beside status and name, in the order in which they stand. */
export const rigColumns = ["hps60", "hps900", "hps86400", "nominal", "day", "rejected", "model", "place", "contract", "pool", "last"] as const;
export type RigColumn = (typeof rigColumns)[number];
export type RigSort = "name" | "status" | Exclude<RigColumn, "day">;
export const rigSorts: readonly RigSort[] = ["name", "status", ...rigColumns.filter((name) => name !== "day")];

/** The last day of a rig by the hour, over its nominal; where it has none, over its own best hour. `shortBelow` (0..1): below it the rig counts as degraded. */
export type RigStrip = { bars: readonly StripBar[]; by: "nominal" | "best"; shortBelow: number };
const stripBarMs = 3_600_000;

/** What the address of the list says; every field has its neutral value, so that a link can be shared. `gone`: not connected, which no status says yet. `columns`: null = the usual ones, as the window has room. */
export type RigQuery = {
  q: string;
  status: RigStatusWord | "attention" | "gone" | "";
  sort: RigSort;
  descending: boolean;
  page: number;
  columns: readonly RigColumn[] | null;
};

export type RigLine = {
  id: string;
  name: string;
  assetCode: string | null;
  status: RigStatusWord;
  statusSinceMs: number;
  hps60: number | null;
  hps900: number | null;
  hps86400: number | null;
  nominalHps: number | null;
  /** What chance may do to its share of nominal, as a part of it, 19 times in 20; null = not known. */
  luck: number | null;
  /** Rejected work of all work, 0..1, over the last hour; null = no share. */
  rejected: number | null;
  /** Null where it is not shown. */
  strip: RigStrip | null;
  model: string | null;
  /** From building to position; empty = nobody said. */
  place: string;
  /** The contract or the house; null = nobody, it holds no job. */
  serving: { text: string; href: string | null } | null;
  poolName: string | null;
  lastShareAtMs: number | null;
  /** Not connected now, which its status does not say yet. */
  isGone: boolean;
  /** What people decided of it: "draining", "parked", "pinned"; empty = nothing. */
  decisions: string;
};

/** The query as fields of an address or a form; neutral values are left out. */
export function rigFields({ q, status, sort, descending, page, columns }: RigQuery): [name: string, value: string][] {
  return [
    ...(q === "" ? [] : [["q", q] satisfies [string, string]]),
    ...(status === "" ? [] : [["status", status] satisfies [string, string]]),
    ...(sort === "name" && !descending ? [] : [["sort", `${descending ? "-" : ""}${sort}`] satisfies [string, string]]),
    ...(columns === null ? [] : [["cols", columns.join(" ")] satisfies [string, string]]),
    ...(page > 1 ? [["page", String(page)] satisfies [string, string]] : []),
  ];
}

/** The address of the list that shows `query`. */
export function rigsHref(query: RigQuery): string {
  return listHref("rigs", new URLSearchParams(rigFields(query)).toString());
}

type Column = {
  text: string;
  numeric: boolean;
  isUsual: boolean;
  priority: "" | "c2" | "c3" | "c3 day" | "c4";
  cell: (line: RigLine, clock: Clock) => JSX.Element;
};

/** Over a quarter of an hour; over the last minute while the hub is too young for that. */
function ofNominal({ nominalHps, hps900, hps60 }: RigLine): number | null {
  const hps = hps900 ?? hps60;
  return nominalHps === null || nominalHps <= 0 || hps === null ? null : hps / nominalHps;
}

/** With what luck alone may do to it: of a few shares 90 % is no news. */
function OfNominal({ line }: { line: RigLine }): JSX.Element {
  const part = ofNominal(line);
  return (
    <>
      <span safe>{percent(part)}</span>
      {part === null || line.luck === null ? (
        ""
      ) : (
        <small class="luck" safe>
          {plusMinus(part * line.luck)}
        </small>
      )}
    </>
  );
}

/** To draw one takes as long as the rest of its row, and it stays the same for many renderings. */
const drawn = new WeakMap<RigStrip, JSX.Element>();

function DayStrip({ strip }: { strip: RigStrip | null }): JSX.Element {
  if (strip === null) return <span>–</span>;
  const known = drawn.get(strip) ?? drawStrip(strip);
  drawn.set(strip, known);
  return known;
}

function drawStrip(strip: RigStrip): JSX.Element {
  const of = strip.by === "nominal" ? "of its nominal hashrate" : "of its own best hour, as it has no nominal hashrate";
  const words = {
    of,
    short: `below ${percent(strip.shortBelow, 0)}`,
    early: "known too shortly to be measured",
    nothing: "nothing is known of it",
    none: "not known or not in use",
  };
  return <DeliveryStrip bars={strip.bars} barMs={stripBarMs} size="rig" words={words} />;
}

function Serving(props: { of: RigLine["serving"] }): JSX.Element {
  if (props.of === null) return <span>–</span>;
  return props.of.href === null ? (
    <span class="dim" safe>
      {props.of.text}
    </span>
  ) : (
    <a href={props.of.href} safe>
      {props.of.text}
    </a>
  );
}

const figure = { numeric: true, isUsual: true } as const;
const word = { numeric: false, isUsual: true } as const;
const columnsOf: Readonly<Record<RigColumn, Column>> = Object.freeze({
  hps60: { text: "1 min", ...figure, priority: "c2", cell: (line: RigLine) => <Rate hps={line.hps60} /> },
  hps900: { text: "15 min", ...figure, priority: "", cell: (line: RigLine) => <Rate hps={line.hps900} /> },
  hps86400: { text: "24 h", ...figure, priority: "c4", cell: (line: RigLine) => <Rate hps={line.hps86400} /> },
  nominal: { text: "Of nominal", ...figure, priority: "c2", cell: (line: RigLine) => <OfNominal line={line} /> },
  day: { text: "Last 24 h", ...word, priority: "c3 day", cell: (line: RigLine) => <DayStrip strip={line.strip} /> },
  rejected: { text: "Rejected, 1 h", ...figure, priority: "c3", cell: (line: RigLine) => <span safe>{percent(line.rejected, 2)}</span> },
  model: { text: "Model", ...word, isUsual: false, priority: "", cell: (line: RigLine) => <span safe>{line.model ?? "–"}</span> },
  place: { text: "Place", ...word, isUsual: false, priority: "", cell: (line: RigLine) => <span safe>{line.place === "" ? "–" : line.place}</span> },
  contract: { text: "Serves", ...word, priority: "c2", cell: (line: RigLine) => <Serving of={line.serving} /> },
  pool: { text: "Pool", ...word, priority: "c4", cell: (line: RigLine) => <span safe>{line.poolName ?? "–"}</span> },
  last: { text: "Last share", ...figure, priority: "c2", cell: (line: RigLine, clock: Clock) => <Moment atMs={line.lastShareAtMs} clock={clock} /> },
});
export const usualColumns: readonly RigColumn[] = rigColumns.filter((name) => columnsOf[name].isUsual);

/** Chosen columns are there at any width. */
function classOf(name: RigColumn, { columns }: Pick<RigQuery, "columns">): string {
  const { numeric, priority } = columnsOf[name];
  return [numeric ? "n" : "cut", columns === null ? priority : ""].filter((one) => one !== "").join(" ");
}

function Head(props: { sort: RigSort | null; text: string; numeric: boolean; class: string; query: RigQuery }): JSX.Element {
  const { sort, query } = props;
  const className = props.class === "" ? undefined : props.class;
  if (sort === null) {
    return (
      <th scope="col" class={className} safe>
        {props.text}
      </th>
    );
  }
  const current = query.sort === sort;
  const direction = query.descending ? "descending" : "ascending";
  // Figures are first wanted from the top down, words from A to Z.
  const descending = current ? !query.descending : props.numeric;
  return (
    <th scope="col" class={className} aria-sort={current ? direction : undefined}>
      <a href={rigsHref({ ...query, sort, descending, page: 1 })} safe>
        {props.text}
      </a>
    </th>
  );
}

export function RigHeads(props: { query: RigQuery }): JSX.Element {
  const { query } = props;
  return (
    <>
      <Head sort="status" text="Status" numeric={false} class="" query={query} />
      <Head sort="name" text="Rig" numeric={false} class="" query={query} />
      {(query.columns ?? usualColumns).map((name) => (
        <Head sort={name === "day" ? null : name} text={columnsOf[name].text} numeric={columnsOf[name].numeric} class={classOf(name, query)} query={query} />
      ))}
    </>
  );
}

/** A rig's cells after its name. */
export function RigCells(props: { line: RigLine; clock: Clock; columns: RigQuery["columns"] }): JSX.Element {
  const { line, clock, columns } = props;
  return (
    <>
      {(columns ?? usualColumns).map((name) => (
        <td class={classOf(name, { columns })}>{columnsOf[name].cell(line, clock)}</td>
      ))}
    </>
  );
}

/** Which columns are shown; the choice is in the address, and the rest of it stays. */
export function ColumnChooser(props: { query: RigQuery }): JSX.Element {
  const { query } = props;
  const shown = new Set(query.columns ?? usualColumns);
  const kept = { ...query, columns: null };
  return (
    <details class="other">
      <summary class={query.columns === null ? "button" : "button chosen"}>Columns</summary>
      <form method="get" action="/rigs" class="pop" aria-label="Columns">
        {rigFields(kept).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <input type="hidden" name="cols" value="" />
        {rigColumns.map((name) => (
          <label class="pick">
            <input type="checkbox" name="cols" value={name} checked={shown.has(name)} autocomplete="off" /> <span safe>{columnsOf[name].text}</span>
          </label>
        ))}
        <button type="submit">Show</button>
        {query.columns === null ? "" : <a href={rigsHref(kept)}>The usual columns</a>}
      </form>
    </details>
  );
}
