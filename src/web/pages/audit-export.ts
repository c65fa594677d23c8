import { breathe } from "../../../views/turns.ts";
import type { AuditEntry, AuditQuery } from "../../control/audit.ts";
import { timeText } from "../times.ts";
import type { PageParts } from "./page-parts.ts";

/** To read an entry and write it out takes some 40 µs. */
const pageRows = 100;

/** One entry a line, oldest first, with its hash: whoever has the file can count the chain himself. */
function lineOf({ atMs, subjectId, ...entry }: AuditEntry): string {
  return `${JSON.stringify({ ...entry, at: timeText(atMs), subject_id: subjectId })}\n`;
}

/** The entries that the filter picks, as NDJSON; read page by page, as fast as they are taken. */
export function auditExport({ deps: { control, now } }: PageParts, { before: _page, ...asked }: AuditQuery): Response {
  let after: string | undefined;
  const body = new ReadableStream<string>({
    pull: async (controller) => {
      await breathe();
      const page = control.audit.list({ ...asked, ...(after !== undefined && { after }) }, pageRows);
      const entries = page.ok ? page.value : [];
      if (entries.length > 0) controller.enqueue(entries.map(lineOf).join(""));
      after = entries.at(-1)?.id;
      if (entries.length < pageRows) controller.close();
    },
  }).pipeThrough(new TextEncoderStream());
  const name = `audit-${new Date(now()).toISOString().slice(0, 10)}.ndjson`;
  return new Response(body, { headers: { "content-type": "application/x-ndjson", "content-disposition": `attachment; filename="${name}"` } });
}
