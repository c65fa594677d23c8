/** @jsxImportSource @kitajs/html */
import { rangeHref, rangeQuery, rangeWords, type TimeRange, wordText } from "../time-range.ts";

export type RangePickerProps = {
  /** Where the page is, with what its address says beside the range. */
  path: string;
  range: TimeRange;
  /** Both ends as a `datetime-local` field takes them, in `zone`. */
  local: { from: string; to: string };
  zone: string;
};

/** Which time is shown: links for the usual ones, a form for any other. Both end in the address, so that it can be shared. */
export function RangePicker(props: RangePickerProps): JSX.Element {
  const { path, range, local, zone } = props;
  const [place = "", search = ""] = path.split("?", 2);
  return (
    <div class="range">
      <nav class="segments" aria-label="Time shown">
        {rangeWords.map((word) => (
          <a href={rangeHref(path, { ...range, word })} aria-current={range.word === word ? "true" : undefined} safe>
            {wordText(word)}
          </a>
        ))}
      </nav>
      <details class="other">
        <summary class={range.word === null ? "button chosen" : "button"}>From – to</summary>
        <form method="get" action={place} class="pop">
          {[...new URLSearchParams(search)].map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <label>
            <span safe>{`From (${zone})`}</span>
            <input type="datetime-local" name="from" value={local.from} step="1" required />
          </label>
          <label>
            <span safe>{`To (${zone})`}</span>
            <input type="datetime-local" name="to" value={local.to} step="1" />
          </label>
          <button type="submit">Show</button>
        </form>
      </details>
    </div>
  );
}

/** The range as hidden fields, so that another form of the page keeps it. */
export function RangeFields(props: { range: TimeRange }): JSX.Element {
  return (
    <>
      {[...new URLSearchParams(rangeQuery(props.range))].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  );
}
