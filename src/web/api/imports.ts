import { Type } from "@sinclair/typebox";
import { type Import, type ImportHead, importOutcomes, importStates } from "../../control/imports.ts";
import { textRule } from "../../control/rules.ts";
import { type ApiParts, type ChangeReply, changeEndpoint, type Endpoint, found, type Reply, readEndpoint } from "../endpoint.ts";
import { countOutcomes, type ImportLine, keepFile, linesOf, readFile, undoFile } from "../import-file.ts";
import { importFields } from "../import-heads.ts";
import { applyImport, isRunning } from "../import-job.ts";
import { webLimits } from "../limits.ts";
import { limitOf, listReply, noOf, pageByNo } from "../paging.ts";
import type { Principal } from "../principal.ts";
import { invalidField } from "../problems.ts";
import { recorded } from "../recorded.ts";
import { idOf, model, oneOf, orNull, pageOf, pageQuery, text, time } from "../schema-parts.ts";
import { keepOpen } from "../sse.ts";
import { timeText } from "../times.ts";

const whole = () => Type.Integer({ minimum: 0 });
const counts = orNull(
  Type.Object(Object.fromEntries(importOutcomes.map((outcome) => [outcome, whole()])), { description: "Rows by what they would do, or did; null in a list" }),
);
const importModel = model("Import", {
  id: idOf("imp"),
  file_name: Type.String(),
  by: Type.String(),
  created_at: time(),
  fleet_id: idOf("flt"),
  give_codes: Type.Boolean(),
  mapping: orNull(Type.Array(Type.String(), { description: "The field of each column, empty for none; null = as guessed from the head" })),
  state: oneOf(importStates),
  running: Type.Boolean({ description: "False beside `applying`: a restart interrupted it; apply it again" }),
  total: whole(),
  done: whole(),
  counts,
});
const rowModel = model("ImportRow", {
  line: whole(),
  outcome: oneOf(importOutcomes),
  name: Type.String(),
  rig_id: orNull(Type.String()),
  changes: Type.Array(Type.Object({ field: Type.String(), from: Type.String(), to: Type.String() })),
  errors: Type.Array(Type.Object({ field: Type.String(), rule: Type.String() })),
  warnings: Type.Array(Type.Object({ field: Type.String(), rule: Type.String() }), {
    description: "What it would do, though it may not be meant; none once it is applied",
  }),
});

const tail = "01kake8m3k5w9v2t7d4q6r1xyz";
const importExample = {
  ...{ id: `imp_${tail}`, file_name: "rigs.csv", by: `token:tok_${tail}`, created_at: "2026-11-22T09:00:00.000Z", fleet_id: `flt_${tail}`, give_codes: true },
  ...{ mapping: null, state: "ready", running: false, total: 3_000, done: 0 },
  counts: { new: 2_990, changed: 8, unchanged: 0, removed: 0, error: 2 },
};
const rowExample = {
  ...{ line: 2, outcome: "changed", name: "s19-0042", rig_id: `rig_${tail}` },
  ...{ changes: [{ field: "rack", from: "", to: "12" }], errors: [], warnings: [] },
};
const newImport = Type.Object({
  text: Type.String({ minLength: 1, description: "The CSV file; its first line names the columns" }),
  file_name: Type.Optional(text(80)),
  fleet_id: Type.Optional(idOf("flt")),
  mapping: Type.Optional(Type.Array(oneOf(["", ...importFields]), { maxItems: 100 })),
  give_codes: Type.Optional(Type.Boolean({ description: "New and changed rigs without an asset code get the next one" })),
});

function importJson({ deps, ids }: ApiParts, kept: ImportHead, rows: readonly ImportLine[] | null) {
  const { id, fileName, by, createdAtMs, fleetNo, giveCodes, mapping, state, total, done } = kept;
  const head = { id, file_name: fileName, by, created_at: timeText(createdAtMs), fleet_id: ids.fleet(fleetNo), give_codes: giveCodes, mapping };
  return { ...head, state, running: isRunning(deps.control, id), total, done, counts: rows === null ? null : countOutcomes(rows) };
}

const rowJson = ({ line, outcome, name, rigId, changes, errors, warnings }: ImportLine) => ({
  ...{ line, outcome, name, rig_id: rigId },
  changes: changes.map(({ cell, from, to }) => ({ field: cell, from, to })),
  errors: errors.map(({ cell, rule }) => ({ field: cell, rule })),
  warnings: warnings.map(({ cell, rule }) => ({ field: cell, rule })),
});

const importOf = ({ deps }: ApiParts, id: string): Import => found(deps.control.imports.byId(id), "import");
/** A field may be named once, since the second would overwrite the first; and what is named beyond the head is no column. */
function checkMapping(mapping: readonly string[], columns: number): void {
  const named = mapping.filter((field) => field !== "");
  if (new Set(named).size < named.length) throw invalidField("mapping", "must name each field once");
  if (mapping.length > columns) throw invalidField("mapping", `must have at most ${columns} fields, one for each column of the file`);
}

function applied(parts: ApiParts, kept: Import, { principal, request }: { principal: Principal; request: Request }): ChangeReply {
  const { control, log } = parts.deps;
  const act = { request, action: "POST /api/v1/imports/{id}/apply", id: kept.id };
  const complete = async (): Promise<Reply> => {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, webLimits.batchAnswerMsMax);
    const job = recorded(parts.deps, principal, act, () => applyImport(parts.deps, principal, kept));
    await Promise.race([job.catch((error: unknown) => log.error("web.import", { import: kept.id, error: String(error) })), late.promise]);
    clearTimeout(timer);
    const now = importOf(parts, kept.id);
    return { status: now.state === "done" ? 200 : 202, body: importJson(parts, now, await linesOf(control, now)), location: `/api/v1/imports/${kept.id}` };
  };
  keepOpen(request);
  return { status: 202, body: importJson(parts, kept, null), location: `/api/v1/imports/${kept.id}`, complete };
}

export function importEndpoints(parts: ApiParts): Endpoint[] {
  const { control } = parts.deps;
  return [
    changeEndpoint(parts, {
      ...{ method: "POST", path: "/imports/rigs", need: "fleet:write", tag: "imports", summary: "Send a file of rigs" },
      description:
        "Nothing is changed: the answer counts what the file would do, and `/imports/{id}/rows` tells it row by row. Rigs are found by id, asset code, or name within the fleet. " +
        "An empty cell leaves a field as it is, `(none)` clears it. What is said of a line as a whole stands under the field `line`: a last one that is cut off is refused, one of another length than the head is warned of. As `text/csv` the body is the file itself, of at most 4,000,000 bytes; then the columns are guessed from its head.",
      body: newImport,
      bodyExample: { text: "name,serial,rack\ns19-0042,SN1,12\n", give_codes: true },
      fileField: "text",
      answers: [{ status: 201, description: "The file, not applied", schema: importModel, example: importExample }],
      prepare: ({ text: csv }) => readFile(csv),
      handle: ({ body, principal }, file) => {
        const nameRule = body.file_name === undefined ? null : textRule(80)(body.file_name);
        if (nameRule !== null) throw invalidField("file_name", nameRule);
        checkMapping(body.mapping ?? [], file.head.length);
        const first = control.fleets.all()[0]?.no ?? 0;
        const fleetNo = body.fleet_id === undefined ? first : noOf("fleet_id", control.fleets.byId(body.fleet_id), "fleet");
        const { text: csv, file_name: fileName = "sent by a script", give_codes: giveCodes = false, mapping = null } = body;
        const kept = keepFile(control, principal, { text: csv, fileName, fleetNo, giveCodes, mapping, file });
        const reply = { status: 201, location: `/api/v1/imports/${kept.id}` } as const;
        const complete = async () => ({ ...reply, body: importJson(parts, kept, await linesOf(control, kept)) });
        return { ...reply, body: importJson(parts, kept, null), complete };
      },
    }),
    changeEndpoint(parts, {
      ...{ method: "POST", path: "/imports/{id}/apply", need: "fleet:write", tag: "imports", summary: "Apply a file of rigs, or go on with it" },
      description: `Each row is carried out by itself; one that is refused is left out, with its reason. Answers when all rows are through, or with 202 after ${webLimits.batchAnswerMsMax / 1_000} s.`,
      answers: [
        { status: 200, description: "All rows are through", schema: importModel, example: { ...importExample, state: "done", done: 3_000 } },
        {
          status: 202,
          description: "It goes on; read it at Location",
          schema: importModel,
          example: { ...importExample, state: "applying", running: true, done: 800 },
        },
      ],
      handle: ({ id, principal, request }) => applied(parts, importOf(parts, id), { principal, request }),
    }),
    ...importReads(parts),
  ];
}

function importReads(parts: ApiParts): Endpoint[] {
  const { control } = parts.deps;
  const doc = { need: "fleet:read", tag: "imports" } as const;
  return [
    readEndpoint({
      ...{ ...doc, path: "/imports", summary: "List files of rigs" },
      description: "Those of the last seven days, newest first; 20 at most.",
      answers: [
        {
          ...{ status: 200, description: "Files" },
          schema: pageOf("Import", importModel),
          example: { data: [{ ...importExample, counts: null }], page: { next: null } },
        },
      ],
      handle: () => ({ body: { data: control.imports.latest().map((kept) => importJson(parts, kept, null)), page: { next: null } } }),
    }),
    readEndpoint({
      ...{ ...doc, path: "/imports/{id}", summary: "Read a file of rigs: what it would do, how far it is, what became of it" },
      answers: [{ status: 200, description: "The file", schema: importModel, example: importExample }],
      handle: async ({ id }) => {
        const kept = importOf(parts, id);
        return { body: importJson(parts, kept, await linesOf(control, kept)) };
      },
    }),
    readEndpoint({
      ...{ ...doc, path: "/imports/{id}/rows", summary: "List the rows of a file of rigs" },
      query: Type.Object({ ...pageQuery, outcome: Type.Optional(oneOf(importOutcomes)) }),
      answers: [
        {
          status: 200,
          description: "Rows in the order of the file",
          schema: pageOf("ImportRow", rowModel),
          example: { data: [rowExample], page: { next: null } },
        },
      ],
      handle: async ({ id, query, request }) => {
        const all = await linesOf(control, importOf(parts, id));
        const matching = all.filter(({ outcome }) => outcome === (query.outcome ?? outcome)).map((row) => ({ ...row, no: row.line }));
        const { rows, next } = pageByNo(matching, { ...query, limit: limitOf(query) });
        return listReply(request, rows.map(rowJson), next);
      },
    }),
    readEndpoint({
      ...{ ...doc, path: "/imports/{id}/undo", summary: "Read the file that takes a file of rigs back" },
      description:
        "CSV, to be sent and applied like any other: new rigs go, changed fields get their former values. The asset code of a rig that never connected may then be entered again, " +
        "as the mended file does; that of a rig that did connect is never another's. Codes that were given (`give_codes`) to rigs that stay, stay, " +
        "and a nominal hashrate that nobody had declared is cleared, to be learned anew. What was taken back already, or is gone, is left out. Empty but for its head while nothing is applied.",
      answers: [{ status: 200, description: "The undo file", schema: Type.String(), example: "id,action,…", mediaTypes: ["text/csv"] }],
      handle: ({ id }) => undoFile(control, importOf(parts, id)),
    }),
  ];
}
