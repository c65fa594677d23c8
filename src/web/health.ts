import type { WebDeps } from "./deps.ts";

export type Check = { name: string; ok: boolean; text: string };
type HealthDeps = Pick<WebDeps, "hub" | "ledger" | "control" | "diskTroubles">;

/** The short form of what the ledger says of its disk: no figures, as anyone may ask. */
const troubleWords: Readonly<Record<string, string>> = Object.freeze({
  "disk-full": "the disk is full: they go into the reserve",
  "disk-slow": "the disk is slow",
  "quota-exceeded": "the journal has more than its quota",
});

/** The process answers. */
export function livez(): Response {
  return Response.json({ status: "ok" });
}

/** Whether rigs are served and shares can be recorded: 200, else 503 with what is missing. Tells no more than that: anyone may ask. */
export function readyz(deps: HealthDeps): Response {
  const checks = checksOf(deps);
  const ok = checks.every((check) => check.ok);
  return Response.json({ status: ok ? "ready" : "not-ready", checks }, { status: ok ? 200 : 503 });
}

/** What must hold for rigs to be served and shares to be recorded. */
export function checksOf(deps: HealthDeps): Check[] {
  return [hubCheck(deps), ledgerCheck(deps), controlCheck(deps)];
}

function hubCheck({ hub }: Pick<WebDeps, "hub">): Check {
  const ok = hub.ready();
  return { name: "hub", ok, text: ok ? "rigs are served" : "the stratum port is not open" };
}

function ledgerCheck({ ledger, diskTroubles }: Pick<WebDeps, "ledger" | "diskTroubles">): Check {
  if (ledger.backlog().full) return { name: "ledger", ok: false, text: "the disk is full or too slow: shares are refused" };
  const troubles = (diskTroubles?.() ?? []).flatMap(({ code }) => troubleWords[code] ?? []);
  return { name: "ledger", ok: true, text: ["shares are recorded", ...troubles].join(", but ") };
}

function controlCheck({ control }: Pick<WebDeps, "control">): Check {
  try {
    control.settings.get("farmName");
    if (control.events.refusedSinceMs !== null) {
      return { name: "control", ok: false, text: "the control database takes no changes: the disk may be full. No rig can be moved" };
    }
    return { name: "control", ok: true, text: "the control database answers" };
  } catch {
    return { name: "control", ok: false, text: "the control database does not answer" };
  }
}
