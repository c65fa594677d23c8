import { AuditPage, type AuditProps, type AuditRow } from "../../../views/pages/audit.tsx";
import { breathe } from "../../../views/turns.ts";
import type { AuditEntry, AuditQuery } from "../../control/audit.ts";
import { assetUrls } from "../assets/assets.ts";
import { readTime } from "../times.ts";
import { auditExport } from "./audit-export.ts";
import { auditValue } from "./audit-values.ts";
import { readLocalTime } from "./local-time.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

const pageRows = 50;
/** Of what one entry shows at once; a change of a thousand rigs has its rest in the API. */
const changesShown = 20;

/** As the page shows times, in the reader's zone, or with a zone of its own; a day stands for its first moment. */
const timeOf = (text: string, zone: string): number | null => readTime(text) ?? readLocalTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text, zone);

/** What of the address is no time: whoever asked for a window must not take the whole log for it. */
function slipsOf({ url: { searchParams }, viewer: { zone } }: PageCall): Record<string, string> {
  const text = (name: string) => searchParams.get(name)?.trim() ?? "";
  const slips = ["from", "to"].filter((name) => text(name) !== "" && timeOf(text(name), zone) === null);
  return Object.fromEntries(slips.map((name) => [name, "Must be a day, or a time such as 2026-11-22 02:13."]));
}

/** What the address asks for; what makes no sense is left out. */
function queryOf({ url: { searchParams }, viewer: { zone } }: PageCall): AuditQuery {
  const text = (name: string) => searchParams.get(name)?.trim() ?? "";
  const time = (name: string) => timeOf(text(name), zone);
  const fromMs = time("from");
  const toMs = time("to");
  return {
    ...(fromMs !== null && { fromMs }),
    ...(toMs !== null && { toMs }),
    ...(text("subject") !== "" && { subject: text("subject") }),
    ...(text("actor") !== "" && { actor: text("actor") }),
    ...(text("before") !== "" && { before: text("before") }),
  };
}

function rowOf({ deps: { control } }: PageParts, entry: AuditEntry, zone: string): AuditRow {
  const changes = entry.changes.slice(0, changesShown).map(({ kind, id, before, after }) => ({
    kind,
    id,
    fields: [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].map((name) => ({
      name,
      before: auditValue(name, before?.[name], { control, zone }),
      after: auditValue(name, after?.[name], { control, zone }),
    })),
  }));
  const { hash: _hash, subjectId: _subjectId, ...told } = entry;
  return { ...told, changes, more: Math.max(0, entry.changes.length - changesShown) };
}

/** A window with a slip in it is no file, but the page that names the slip. */
export function auditExportPage(parts: PageParts, call: PageCall): Response | Promise<Response> {
  return Object.keys(slipsOf(call)).length > 0 ? auditPage(parts, call) : auditExport(parts, queryOf(call));
}

/** What the last count of the chain came to. It is counted when asked, once for all who ask meanwhile: that takes a second or two for a hundred thousand entries. */
async function checkOf({ deps, auditChecks }: PageParts, url: URL): Promise<AuditProps["check"]> {
  if (url.searchParams.get("check") !== "1") return auditChecks.last;
  auditChecks.running ??= deps.control.audit.verify(breathe).finally(() => {
    auditChecks.running = null;
  });
  auditChecks.last = { ...(await auditChecks.running), atMs: deps.now() };
  return auditChecks.last;
}

/** Who changed what, newest first. */
export async function auditPage(parts: PageParts, call: PageCall): Promise<Response> {
  const { url, viewer } = call;
  const { audit } = parts.deps.control;
  const check = await checkOf(parts, url);
  const errors = slipsOf(call);
  const isRefused = Object.keys(errors).length > 0;
  const found = isRefused ? null : audit.latest(queryOf(call), pageRows + 1);
  const entries = found?.ok === true ? found.value : [];
  const shown = entries.slice(0, pageRows);
  const rows: AuditRow[] = [];
  for (const entry of shown) {
    await breathe();
    rows.push(rowOf(parts, entry, viewer.zone));
  }
  const last = shown.at(-1);
  const older = new URLSearchParams(url.searchParams);
  older.delete("check");
  if (last !== undefined) older.set("before", last.id);
  const exported = new URLSearchParams(url.searchParams);
  for (const name of ["check", "before", ...Object.keys(errors)]) exported.delete(name);
  const values = Object.fromEntries(["from", "to", "subject", "actor"].map((name) => [name, url.searchParams.get(name) ?? ""]));
  return htmlResponse(
    AuditPage({
      viewer,
      assets: assetUrls,
      rows,
      filter: { values, errors },
      empty: Object.values(values).some((value) => value !== "") ? "No entry matches." : "Nothing was changed.",
      olderHref: entries.length > pageRows ? `/audit?${older}` : null,
      exportHref: exported.size === 0 ? "/audit/export" : `/audit/export?${exported}`,
      check,
    }),
    isRefused ? 422 : 200,
  );
}
