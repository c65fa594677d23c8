import type { Role } from "../../../src/control/scopes.ts";
import type { Farm } from "../../browser/farm.ts";

const password = "a long enough sentence";

/** Somebody with a browser that keeps its cookie and follows no redirect. */
export type Person = {
  get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  post: (path: string, fields: Record<string, string> | [name: string, value: string][], headers?: Record<string, string>) => Promise<Response>;
  /** The token that his forms carry. */
  csrf: string;
};

export async function signInAs(farm: Farm, role: Role): Promise<Person> {
  const email = `${role}@nordlys.example`;
  await farm.deps.control.users.add({ email, password, role });
  const login = await fetch(`${farm.url}/login`, { method: "POST", body: new URLSearchParams({ email, password }), redirect: "manual" });
  const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
  const get: Person["get"] = (path, headers = {}) => {
    const own = headers["cookie"] === undefined ? cookie : `${cookie}; ${headers["cookie"]}`;
    return fetch(`${farm.url}${path}`, { headers: { accept: "text/html", ...headers, cookie: own }, redirect: "manual" });
  };
  const page = await (await get("/")).text();
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const post: Person["post"] = (path, fields, headers = {}) =>
    fetch(`${farm.url}${path}`, {
      method: "POST",
      headers: { accept: "text/html", ...headers, cookie },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
  return { get, post, csrf };
}
