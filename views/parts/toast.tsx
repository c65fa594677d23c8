/** @jsxImportSource @kitajs/html */
/** What went wrong, over the page that is open. The script makes the same where the hub itself cannot answer. */
export function Toast(props: { text: string; signIn?: string }): JSX.Element {
  return (
    <p class="notice bad toast" role="alert">
      <span safe>{props.text}</span>{" "}
      {props.signIn === undefined ? (
        ""
      ) : (
        <a href={props.signIn} target="_blank" rel="noopener">
          Sign in in a new tab, then send it again
        </a>
      )}
      <button type="button">Close</button>
    </p>
  );
}
