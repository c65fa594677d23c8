/** @jsxImportSource @kitajs/html */
import type { Children } from "@kitajs/html";

export type Crumb = { text: string; href: string | null };

/** A page's name with the way to it above, and what may be done with the page at its side. */
export function Heading(props: { crumbs: readonly Crumb[]; title: string; isPrinted?: boolean; children?: Children }): JSX.Element {
  return (
    <div class={props.isPrinted === false ? "title unprinted" : "title"}>
      <div>
        <p class="crumb">
          {props.crumbs.map(({ text, href }, at) => (
            <>
              {at === 0 ? "" : " / "}
              {href === null ? (
                <span safe>{text}</span>
              ) : (
                <a href={href} safe>
                  {text}
                </a>
              )}
            </>
          ))}
        </p>
        <h1 safe>{props.title}</h1>
      </div>
      {props.children}
    </div>
  );
}
