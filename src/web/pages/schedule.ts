import { SchedulePage } from "../../../views/pages/schedule.tsx";
import type { Contract } from "../../control/contract-row.ts";
import { assetUrls } from "../assets/assets.ts";
import { AllocationLines } from "./allocation-lines.ts";
import { farmOf } from "./farm.ts";
import { localTimeText, readLocalTime } from "./local-time.ts";
import { htmlResponse, type PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { byNumber } from "./rig-control.ts";

const pageSize = 100;
const hourMs = 3_600_000;

type Asked = { atMs: number; contract: Contract | null; errors: Record<string, string>; afterRigNo: number };

/** What the address asks for; a moment that is none, or is still to come, is now. */
function read({ deps: { control, now } }: PageParts, url: URL): Asked {
  const typedAt = url.searchParams.get("at") ?? "";
  const typedContract = (url.searchParams.get("contract") ?? "").trim();
  const atMs = typedAt === "" ? now() : readLocalTime(typedAt, farmOf(control).zone);
  const contract = typedContract === "" ? null : byNumber(control, typedContract);
  const after = Number(url.searchParams.get("after") ?? 0);
  return {
    atMs: Math.min(atMs ?? now(), now()),
    contract,
    afterRigNo: Number.isSafeInteger(after) && after > 0 ? after : 0,
    errors: {
      ...(atMs === null && { at: "Must be a day and a time, such as 2026-12-01 02:13." }),
      ...(typedContract !== "" && contract === null && { contract: "Must be the number of a contract, such as C-00042." }),
    },
  };
}

function hrefOf(at: string, contract: string, afterRigNo = 0): string {
  const search = new URLSearchParams({ ...(at !== "" && { at }), ...(contract !== "" && { contract }), ...(afterRigNo > 0 && { after: String(afterRigNo) }) });
  return search.size === 0 ? "/schedule" : `/schedule?${search}`;
}

export function schedulePage(parts: PageParts, { url, viewer }: PageCall): Promise<Response> {
  const { control, now } = parts.deps;
  const { atMs, contract, errors, afterRigNo } = read(parts, url);
  const isRefused = Object.keys(errors).length > 0;
  const rows = isRefused ? [] : control.allocations.pageAt({ atMs, afterRigNo, limit: pageSize + 1, contractNo: contract?.no ?? null });
  const shown = rows.slice(0, pageSize);
  const lines = new AllocationLines(control);
  const at = localTimeText(atMs, viewer.zone);
  const number = contract?.number ?? "";
  const props = {
    ...{ viewer, assets: assetUrls, atMs, rows: shown.map((row) => lines.of(row)) },
    form: { values: { at: errors["at"] === undefined ? at : (url.searchParams.get("at") ?? ""), contract: url.searchParams.get("contract") ?? "" }, errors },
    // Now stays now: the field has whole seconds, and what began in this one would be missing.
    nextHref: rows.length > pageSize ? hrefOf(url.searchParams.has("at") ? at : "", number, shown.at(-1)?.rigNo ?? 0) : null,
    jumps: [
      { text: "Now", href: hrefOf("", number) },
      { text: "1 h before", href: hrefOf(localTimeText(atMs - hourMs, viewer.zone), number) },
      ...(atMs + hourMs < now() ? [{ text: "1 h after", href: hrefOf(localTimeText(atMs + hourMs, viewer.zone), number) }] : []),
    ],
  };
  return htmlResponse(SchedulePage(props), isRefused ? 422 : 200);
}
