import { isId } from "../control/ids.ts";
import { clientReader } from "./client.ts";
import type { WebDeps } from "./deps.ts";
import { actorName, actorOf, type Principal } from "./principal.ts";

/** What is asked for: method and path as it is written in the documentation, and the value of its parameter. */
export type Asked = { request: Request; action: string; id: string };

/**
 * Runs a change in the name of who sent the request: what it writes stands in the audit log, in the same transaction. Every route
 * that is not a GET goes through here, and a test asks each of them.
 */
export function recorded<T>(deps: Pick<WebDeps, "control" | "config">, principal: Principal | null, { request, action, id }: Asked, work: () => T): T {
  const { address } = clientReader(deps.config)(request);
  // A parameter that is no id may be a secret, such as that of a link.
  const subjectId = isId(id) ? id : null;
  const who = principal === null ? { actor: "nobody", name: "nobody" } : { actor: actorOf(principal), name: actorName(principal) };
  return deps.control.audit.during({ ...who, address, action, subjectId }, work);
}
