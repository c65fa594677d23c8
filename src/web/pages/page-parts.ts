import type { AuditCheck } from "../../control/audit.ts";
import type { WebDeps } from "../deps.ts";
import type { LiveViews } from "../live.ts";
import type { LiveFigures } from "../live-figures.ts";
import type { PoolProbes } from "../pool-probes.ts";
import type { PoolViews } from "../pool-views.ts";
import type { Ids } from "../present-rows.ts";
import type { QrCodes } from "../qr-codes.ts";
import type { ContractSnapshots } from "./contract-snapshot.ts";
import type { FleetSnapshots } from "./fleet-snapshot.ts";
import type { KeptForm } from "./kept-form.ts";
import type { LastEvents } from "./last-events.ts";
import type { OverviewReader } from "./overview-facts.ts";
import type { PoolStrips } from "./pool-strips.ts";
import type { RigStrips } from "./rig-strips.ts";
import type { Strips } from "./strips.ts";

/** What the pages share; made once per app. */
export type PageParts = {
  deps: WebDeps;
  figures: LiveFigures;
  probes: PoolProbes;
  pools: PoolViews;
  snapshots: FleetSnapshots;
  live: LiveViews;
  ids: Ids;
  contracts: ContractSnapshots;
  overview: OverviewReader;
  lastEvents: LastEvents;
  strips: Strips;
  rigStrips: RigStrips;
  poolStrips: PoolStrips;
  labelCodes: QrCodes;
  /** The last count of the audit log's chain; null = not since the start. */
  auditChecks: { last: (AuditCheck & { atMs: number }) | null; running: Promise<AuditCheck> | null };
  /** Sends a kept form anew in the session of this cookie, to be looked at before anything is saved; null where there is no such form to show. */
  reenter: (request: Request, kept: KeptForm, setCookie: string) => Promise<Response | null>;
  /** When the pages began, which is when the hub did. */
  startedAtMs: number;
};
