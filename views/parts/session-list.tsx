/** @jsxImportSource @kitajs/html */
import type { Viewer } from "../viewer.ts";
import { Hidden } from "./form.tsx";
import { Empty, Moment } from "./text.tsx";

export type SessionLine = { no: number; address: string; agent: string; createdAtMs: number; lastSeenMs: number };

const agentCharsShown = 80;

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
              <td class="c2" safe>
                {session.agent.slice(0, agentCharsShown)}
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
