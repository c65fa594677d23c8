import type { WebDeps } from "./deps.ts";

export type Check = { name: string; ok: boolean; text: string };

/** The process answers. */
export function livez(): Response {
  return Response.json({ status: "ok" });
}

/** Whether rigs are served and shares can be recorded: 200, else 503 with what is missing. Tells no more than that: anyone may ask. */
export function readyz(deps: Pick<WebDeps, "hub" | "ledger" | "control">): Response {
  const checks = checksOf(deps);
  const ok = checks.every((check) => check.ok);
  return Response.json({ status: ok ? "ready" : "not-ready", checks }, { status: ok ? 200 : 503 });
}

/** What must hold for rigs to be served and shares to be recorded. */
export function checksOf(deps: Pick<WebDeps, "hub" | "ledger" | "control">): Check[] {
  return [hubCheck(deps), ledgerCheck(deps), controlCheck(deps)];
}

function hubCheck({ hub }: Pick<WebDeps, "hub">): Check {
  const ok = hub.ready();
  return { name: "hub", ok, text: ok ? "rigs are served" : "the stratum port is not open" };
}

function ledgerCheck({ ledger }: Pick<WebDeps, "ledger">): Check {
  const ok = !ledger.backlog().full;
  return { name: "ledger", ok, text: ok ? "shares are recorded" : "the disk is full or too slow: shares are refused" };
}

function controlCheck({ control }: Pick<WebDeps, "control">): Check {
  try {
    control.settings.get("farmName");
    return { name: "control", ok: true, text: "the control database answers" };
  } catch {
    return { name: "control", ok: false, text: "the control database does not answer" };
  }
}
