/** @jsxImportSource @kitajs/html */

export type FactLine = { label: string; value: string };

/** What is known of a thing, a line each. */
export function Facts(props: { lines: readonly FactLine[] }): JSX.Element {
  return (
    <dl class="facts">
      {props.lines.map((line) => (
        <div>
          <dt safe>{line.label}</dt>
          <dd safe>{line.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The same as a panel of its own. */
export function FactsPanel(props: { id: string; title: string; lines: readonly FactLine[] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby={props.id}>
      <header>
        <h2 id={props.id} safe>
          {props.title}
        </h2>
      </header>
      <Facts lines={props.lines} />
    </section>
  );
}
