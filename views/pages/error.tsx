/** @jsxImportSource @kitajs/html */
import { Plain } from "../layout.tsx";
import type { AssetUrls } from "../viewer.ts";

export type ErrorProps = { status: number; title: string; text: string; assets: AssetUrls; farmName: string };

export function ErrorPage(props: ErrorProps): JSX.Element {
  return (
    <Plain title={props.title} farmName={props.farmName} assets={props.assets}>
      <p class="code">{props.status}</p>
      <h1 safe>{props.title}</h1>
      <p safe>{props.text}</p>
      <p>
        <a class="button" href="/">
          Back to the overview
        </a>
      </p>
    </Plain>
  );
}
