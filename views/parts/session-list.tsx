/** @jsxImportSource @kitajs/html */
import type { Viewer } from "../viewer.ts";
import { Hidden } from "./form.tsx";
import { Empty, Moment } from "./text.tsx";

export type SessionLine = { no: number; address: string; agent: string; createdAtMs: number; lastSeenMs: number };

/** Browsers and systems by what they alone write of themselves; more claim to be those further down. */
const browsers = [/(Edg)[A-Za-z]*\//, /(OPR)\//, /(Firefox)\//, /(Chrome)\//, /(Safari)\//] as const;
const systems = [/(Android)/, /(iPhone|iPad)/, /(Windows)/, /(Mac) OS/, /(Linux)/] as const;
const agentCharsShown = 80;

/** What a browser says of itself, short: `Chrome on Windows`; what is none as it came, cut. */
export function browserText(agent: string): string {
  const found = (list: readonly RegExp[]) => list.map((pattern) => pattern.exec(agent)?.[1]).find((word) => word !== undefined);
  const browser = found(browsers);
  const system = found(systems);
  if (browser === undefined) return agent.slice(0, agentCharsShown);
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return system === undefined ? name : `${name} on ${system}`;
}

/** Where somebody is signed in; each session can be ended by a form to `action`. `ownNo`: the session of who looks, which he ends by signing out. */
export function SessionList(props: { sessions: readonly SessionLine[]; action: string; ownNo?: number; viewer: Viewer }): JSX.Element {
  const { sessions, viewer } = props;
  return (
    <section class="panel" aria-labelledby="h-sessions">
      <header>
        <h2 id="h-sessions">Sessions</h2>
      </header>
      {sessions.length === 0 ? <Empty text="Signed in nowhere." /> : ""}
      <table hidden={sessions.length === 0}>
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col" class="c2">
              Browser
            </th>
            <th scope="col">Since</th>
            <th scope="col">Last seen</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr>
              <td class="whole" safe>
                {session.address}
              </td>
              <td class="c2" title={session.agent} safe>
                {browserText(session.agent)}
              </td>
              <td>
                <Moment atMs={session.createdAtMs} clock={viewer} />
              </td>
              <td>
                <Moment atMs={session.lastSeenMs} clock={viewer} />
              </td>
              <td>{session.no === props.ownNo ? "this browser" : <SignOut action={props.action} no={session.no} csrf={viewer.csrf} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SignOut(props: { action: string; no: number; csrf: string }): JSX.Element {
  return (
    <form method="post" action={props.action}>
      <Hidden csrf={props.csrf} />
      <input type="hidden" name="session" value={String(props.no)} />
      <button type="submit">Sign out</button>
    </form>
  );
}
