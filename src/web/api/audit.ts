import { Type } from "@sinclair/typebox";
import type { AuditEntry } from "../../control/audit.ts";
import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { invalidParameter, limitOf } from "../paging.ts";
import { idOf, model, orNull, pageOf, pageQuery, text, time, windowQuery } from "../schema-parts.ts";
import { timeText } from "../times.ts";
import { openWindowOf } from "./windows.ts";

const fields = Type.Record(Type.String(), Type.Unknown());

const auditModel = model("AuditEntry", {
  id: idOf("aud"),
  at: time(),
  actor: Type.String({ description: "`user:usr_…`, `token:tok_…`, `command` (on the hub's machine) or `nobody` (the set-up link)" }),
  name: Type.String({ description: "What he was called then" }),
  address: orNull(Type.String()),
  action: Type.String({ description: "Method and path, or the command" }),
  subject_id: orNull(Type.String()),
  told: Type.Array(Type.String()),
  changes: Type.Array(Type.Object({ kind: Type.String(), id: orNull(Type.String()), before: orNull(fields), after: orNull(fields) })),
  hash: Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256 of the hash before, a line feed, and the entry as canonical JSON" }),
});

const example = {
  id: "aud_01kake8m3k5w9v2t7d4q6r1xyz",
  at: "2026-11-22T08:00:00Z",
  actor: "user:usr_01kake8m3k5w9v2t7d4q6r1xyz",
  name: "kari@nordlys.example",
  address: "192.0.2.7",
  action: "POST /pools/:id",
  subject_id: "pol_01kake8m3k5w9v2t7d4q6r1xyz",
  told: ["kari@nordlys.example changed pool Backup: url"],
  changes: [{ kind: "pool", id: "pol_01kake8m3k5w9v2t7d4q6r1xyz", before: { host: "eu1.pool.example" }, after: { host: "eu2.pool.example" } }],
  hash: "5a0c2f6f0d1f6bb1d0a4c9b0a3c1f8a4b2a8c7a6f5e4d3c2b1a09f8e7d6c5b4a",
};

export function auditEndpoints({ deps }: ApiParts): Endpoint[] {
  const list = readEndpoint({
    path: "/audit",
    need: "audit:read",
    tag: "audit",
    summary: "Who changed what",
    description:
      "One entry per change that a person, a token or a command made, with the fields that differ, before and after; of secrets only that they changed. In the order in which they were written; `page.next` is where to go on (`after`), also when there was nothing. " +
      "Entries are chained by their hashes and never touched again; `stratum-hub doctor` counts the chain.",
    query: Type.Object({
      limit: pageQuery.limit,
      after: Type.Optional(Type.Union([idOf("aud"), Type.Literal("")], { "x-rule": "the id of an entry", description: "Entries after this one" })),
      from: windowQuery.from,
      to: windowQuery.to,
      subject: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "Id of what was changed" })),
      actor: Type.Optional(text(64)),
    }),
    answers: [{ status: 200, description: "Entries", schema: pageOf("AuditEntry", auditModel), example: { data: [example], page: { next: example.id } } }],
    handle: ({ query }) => {
      const { after = "", from, to, subject, actor } = query;
      const window = openWindowOf(query);
      const asked = {
        ...(after !== "" && { after }),
        ...(from !== undefined && { fromMs: window.fromMs }),
        ...(to !== undefined && { toMs: window.toMs }),
        ...(subject !== undefined && { subject }),
        ...(actor !== undefined && { actor }),
      };
      const entries = deps.control.audit.list(asked, limitOf(query));
      if (!entries.ok) throw invalidParameter("after", "must be the id of an entry that is on record");
      return { body: { data: entries.value.map(entryJson), page: { next: entries.value.at(-1)?.id ?? (after === "" ? null : after) } } };
    },
  });
  return [list];
}

function entryJson({ atMs, subjectId, ...entry }: AuditEntry) {
  return { ...entry, at: timeText(atMs), subject_id: subjectId };
}
