/** @jsxImportSource @kitajs/html */

/** Where one jumps to from the keyboard. Closed, and asked of nobody, until it is opened; the script opens it and walks its options. */
export function Palette(): JSX.Element {
  return (
    <dialog id="palette" aria-label="Search or jump to">
      <form
        method="get"
        action="/search"
        hx-get="/search"
        hx-trigger="input delay:120ms from:#palette-q, submit"
        hx-target="#palette-list"
        hx-swap="innerHTML"
        hx-sync="this:replace"
      >
        <input
          id="palette-q"
          name="q"
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-label="Rig, contract, customer, pool or page"
          placeholder="Rig, contract, customer, pool or page"
          autocomplete="off"
          spellcheck="false"
        />
      </form>
      <div id="palette-list" role="listbox" aria-label="Found" />
    </dialog>
  );
}

function Keys(props: { keys: readonly string[]; text: string; href?: string }): JSX.Element {
  return (
    <div>
      <dt>
        {props.keys.map((key) => (
          <>
            <kbd safe>{key}</kbd>{" "}
          </>
        ))}
      </dt>
      {props.href === undefined ? (
        <dd safe>{props.text}</dd>
      ) : (
        <dd>
          <a href={props.href} data-go={props.keys.at(-1)} safe>
            {props.text}
          </a>
        </dd>
      )}
    </div>
  );
}

/** What the keys do. `g` and a key follow the link beside it here, so that the list cannot differ from what they do. */
export function KeyHelp(props: { places: readonly { text: string; href: string; key?: string }[]; singleKeys: boolean }): JSX.Element {
  return (
    <dialog id="key-help" aria-labelledby="h-keys">
      <header>
        <h2 id="h-keys">Keys</h2>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </header>
      <dl class="keys">
        <Keys keys={["Ctrl", "K"]} text="search or jump to" />
        <Keys keys={["/"]} text="to the filter of the page" />
        <Keys keys={["j"]} text="next row" />
        <Keys keys={["k"]} text="row before" />
        <Keys keys={["Enter"]} text="open the row" />
        <Keys keys={["x"]} text="tick the row" />
        <Keys keys={["?"]} text="this list" />
        {props.places.map(({ key, text, href }) => (key === undefined ? "" : <Keys keys={["g", key]} text={text} href={href} />))}
      </dl>
      <p class="foot">
        {props.singleKeys ? "Single keys are on" : "Single keys are off; Ctrl K works always"}: <a href="/account#display">change</a>
      </p>
    </dialog>
  );
}
