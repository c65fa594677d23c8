/** @jsxImportSource @kitajs/html */
import type { Children } from "@kitajs/html";
import { Hidden } from "./form.tsx";

/** `text` is what the button outside says, `verb` the one that does it (else the same). `isOpen`: it was refused, and says why. */
export type AskProps = {
  action: string;
  /** Where several ask for the same action. */
  id?: string;
  text: string;
  verb?: string;
  csrf: string;
  version?: number;
  danger?: boolean;
  isOpen?: boolean;
  children?: Children;
};

/**
 * A button that asks first. Its browser opens the dialog without a script, keeps the caret in it, and Escape is a no; a refused one stands open
 * in its place, as part of the page.
 */
export function Ask(props: AskProps): JSX.Element {
  const { action, text, csrf, version } = props;
  const id = props.id ?? `ask${action.replaceAll(/\W/g, "-")}`;
  const does = (command: "show-modal" | "close") => ({ command, commandfor: id });
  return (
    <>
      <button type="button" class={props.danger === true ? "danger" : undefined} {...does("show-modal")} safe>{`${text}…`}</button>
      <dialog id={id} class="ask" aria-labelledby={`${id}-title`} open={props.isOpen ?? false}>
        <form method="post" action={action} novalidate>
          <h2 id={`${id}-title`} safe>
            {text}
          </h2>
          <Hidden csrf={csrf} {...(version === undefined ? {} : { version })} />
          {props.children}
          <p class="actions">
            <button type="submit" class={props.danger === true ? "danger" : "primary"} safe>
              {props.verb ?? text}
            </button>
            <button type="button" {...does("close")}>
              Cancel
            </button>
          </p>
        </form>
      </dialog>
    </>
  );
}

/** The same for what is done without a further word. */
export function Confirm(props: { action: string; csrf: string; version: number; verb: string; question: string }): JSX.Element {
  return (
    <Ask action={props.action} csrf={props.csrf} version={props.version} text={props.verb} danger>
      <p safe>{props.question}</p>
    </Ask>
  );
}
