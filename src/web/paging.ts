import type { Result } from "../control/result.ts";
import type { Reply } from "./endpoint.ts";
import { webLimits } from "./limits.ts";
import { invalidField, Problem } from "./problems.ts";

export type PageAsked = { limit?: number; cursor?: string };

export const limitOf = (query: PageAsked): number => query.limit ?? webLimits.pageRowsDefault;

export function invalidParameter(name: string, rule: string): Problem {
  return new Problem("invalid", `${name}: ${rule}`, { errors: [{ pointer: `#query/${name}`, detail: rule }] });
}

/** One page of a list that is short enough to be held whole; the rows are in the order of their numbers. */
export function pageByNo<Row extends { no: number }>(rows: readonly Row[], query: PageAsked): { rows: Row[]; next: string | null } {
  const after = query.cursor === undefined ? 0 : noOfCursor(query.cursor);
  const rest = rows.filter(({ no }) => no > after);
  const page = rest.slice(0, limitOf(query));
  const last = page.at(-1);
  return { rows: page, next: last !== undefined && rest.length > page.length ? cursorOfNo(last.no) : null };
}

/** Opaque on purpose: what a cursor holds may change, so nobody shall build one. */
const cursorOfNo = (no: number): string => Buffer.from(`1:${no}`).toString("base64url");

function noOfCursor(cursor: string): number {
  const no = /^1:(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"))?.[1];
  if (no === undefined) throw invalidParameter("cursor", "must be `page.next` of the page before");
  return Number(no);
}

/** A page that the control database cut itself; a wrong cursor is the parameter's fault. */
export function pageFrom<Page>(result: Result<Page>): Page {
  if (result.ok) return result.value;
  throw result.problem === "invalid" ? invalidParameter(result.field, result.rule) : new Problem("internal", result.rule);
}

/** A page of a list, with the address of the next one in a Link header (RFC 8288). */
export function listReply(request: Request, data: readonly unknown[], next: string | null): Reply & { body: object } {
  const body = { data, page: { next } };
  if (next === null) return { body };
  const url = new URL(request.url);
  url.searchParams.set("cursor", next);
  return { body, headers: { link: `<${url.pathname}${url.search}>; rel="next"` } };
}

/** A row number; 0, which no row has, where there is none: whoever writes it is told together with what else is wrong. */
export const noIfAny = (row: { no: number } | null): number => row?.no ?? 0;

/** The row number behind a public id in a body; 422 at that field where nothing has it. */
export function noOf(field: string, row: { no: number } | null, what: string): number {
  if (row === null) throw invalidField(field, `must be the id of a ${what} that exists`);
  return row.no;
}
