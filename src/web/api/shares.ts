import { Type } from "@sinclair/typebox";
import type { ShareQuery, ShareRow } from "../../ledger/answers.ts";
import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { shareExample } from "../examples.ts";
import { shareModel } from "../models.ts";
import { noOf } from "../paging.ts";
import { shareJson } from "../present-live.ts";
import type { Ids } from "../present-rows.ts";
import { Problem } from "../problems.ts";
import { idOf, oneOf, whole, windowQuery } from "../schema-parts.ts";
import { windowOf } from "./windows.ts";

const rowsMax = 1_000_000;
const hourMs = 3_600_000;

type Format = "ndjson" | "csv";

const shareQuery = Type.Object({
  ...windowQuery,
  rig_id: Type.Optional(idOf("rig")),
  pool_id: Type.Optional(idOf("pol")),
  contract_id: Type.Optional(idOf("ctr")),
  format: Type.Optional(oneOf(["ndjson", "csv"])),
  limit: Type.Optional({ ...whole(1, rowsMax), description: "At most so many rows; all by default (1,000,000)" }),
});

export function shareEndpoints(parts: ApiParts): Endpoint[] {
  const { deps } = parts;
  const read = readEndpoint({
    path: "/shares",
    need: ["fleet:read", "exports:read"],
    tag: "shares",
    summary: "Raw shares",
    description:
      "Every share received in `[from, to)`, by default of the last hour, in the order of receipt, one JSON object per line; as CSV with `Accept: text/csv` or `format=csv`. " +
      "Streamed: a last line that is cut off means that the export was. At most 1,000,000 rows at once; ask for the next from the last `at`.",
    query: shareQuery,
    answers: [{ status: 200, description: "One share per line", schema: shareModel, example: shareExample, mediaTypes: ["application/x-ndjson", "text/csv"] }],
    handle: ({ query, request }) => {
      const { fromMs, toMs } = windowOf(query, deps.now(), hourMs);
      const { control } = deps;
      const asked: ShareQuery = {
        fromMs,
        toMs,
        limit: query.limit ?? rowsMax,
        ...(query.rig_id !== undefined && {
          rigNos: control.rigs.numbersOf(parameterNo("rig_id", () => noOf("rig_id", control.rigs.byId(query.rig_id ?? ""), "rig"))),
        }),
        ...(query.pool_id !== undefined && { poolNo: parameterNo("pool_id", () => noOf("pool_id", control.pools.byId(query.pool_id ?? ""), "pool")) }),
        ...(query.contract_id !== undefined && {
          contractNo: parameterNo("contract_id", () => noOf("contract_id", control.contracts.byId(query.contract_id ?? ""), "contract")),
        }),
      };
      const format = query.format ?? formatOf(request);
      const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
      // HEAD is answered from the whole body: not for a million rows.
      if (request.method === "HEAD") return new Response(null, { headers: { "content-type": type } });
      return new Response(textStream(deps.ledger.shares(asked), writerOf(format, parts.ids, control.rigs.merged())), { headers: { "content-type": type } });
    },
  });
  return [read];
}

/** The same look-up as for a body, but the error points at the parameter. */
function parameterNo(name: string, lookUp: () => number): number {
  try {
    return lookUp();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.kind, error.detail, { errors: error.errors.map(({ detail }) => ({ pointer: `#query/${name}`, detail })) });
  }
}

function formatOf(request: Request): Format {
  return /\btext\/csv\b/i.test(request.headers.get("accept") ?? "") ? "csv" : "ndjson";
}

type Writer = { head: string; line: (row: ShareRow) => string };
type ShareJson = ReturnType<typeof shareJson>;

const columns = Object.keys(shareExample) as (keyof ShareJson)[];

function writerOf(format: Format, ids: Ids, merged: ReadonlyMap<number, number>): Writer {
  const rigId = (no: number) => ids.rig(merged.get(no) ?? no);
  const json = (row: ShareRow) => shareJson(row, { rigId: rigId(row.rigNo), poolId: ids.pool(row.poolNo), contractId: ids.contract(row.contractNo) });
  if (format === "ndjson") return { head: "", line: (row) => `${JSON.stringify(json(row))}\n` };
  const csvLine = (share: ShareJson) => `${columns.map((column) => csvCell(share[column])).join(",")}\r\n`;
  return { head: `${columns.join(",")}\r\n`, line: (row) => csvLine(json(row)) };
}

/** RFC 4180; text that a spreadsheet would take for a formula gets an apostrophe before it (a pool's words come from outside). */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as bytes, one page of the query at a time, only as fast as the client reads; the query ends when the client goes. */
export function textStream(pages: AsyncIterable<ShareRow[]>, { head, line }: Writer): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = pages[Symbol.asyncIterator]();
  let before = head;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      const text = before + (done === true ? "" : value.map(line).join(""));
      before = "";
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (done === true) controller.close();
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
