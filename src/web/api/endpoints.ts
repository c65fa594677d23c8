import type { ApiParts, Endpoint } from "../endpoint.ts";
import { allocationEndpoints } from "./allocations.ts";
import { auditEndpoints } from "./audit.ts";
import { batchEndpoints } from "./batches.ts";
import { contractCommands } from "./contract-commands.ts";
import { contractEndpoints } from "./contracts.ts";
import { customerEndpoints } from "./customers.ts";
import { eventEndpoints } from "./events.ts";
import { figureEndpoints } from "./figures.ts";
import { fleetEndpoints } from "./fleets.ts";
import { importEndpoints } from "./imports.ts";
import { listenerEndpoints } from "./listeners.ts";
import { loanEndpoints } from "./loans.ts";
import { lookAlikeEndpoints } from "./look-alikes.ts";
import { maintenanceEndpoints } from "./maintenance.ts";
import { modelEndpoints } from "./models.ts";
import { notificationEndpoints } from "./notifications.ts";
import { overviewEndpoints } from "./overview.ts";
import { poolEndpoints } from "./pools.ts";
import { profileEndpoints } from "./profiles.ts";
import { rackEndpoints } from "./racks.ts";
import { assetEndpoints } from "./repairs.ts";
import { rigChanges, rigPins } from "./rig-changes.ts";
import { rigVerbs } from "./rig-verbs.ts";
import { rigReads } from "./rigs.ts";
import { shareEndpoints } from "./shares.ts";
import { siteEndpoints } from "./sites.ts";

/** All of the API, in the order of the documentation. */
export function apiEndpoints(parts: ApiParts): Endpoint[] {
  return [
    ...overviewEndpoints(parts),
    ...rigReads(parts),
    ...rigChanges(parts),
    ...rigPins(parts),
    ...rigVerbs(parts),
    ...lookAlikeEndpoints(parts),
    ...batchEndpoints(parts),
    ...importEndpoints(parts),
    ...assetEndpoints(parts),
    ...figureEndpoints(parts),
    ...poolEndpoints(parts),
    ...profileEndpoints(parts),
    ...customerEndpoints(parts),
    ...siteEndpoints(parts),
    ...rackEndpoints(parts),
    ...modelEndpoints(parts),
    ...contractEndpoints(parts),
    ...contractCommands(parts),
    ...fleetEndpoints(parts),
    ...maintenanceEndpoints(parts),
    ...listenerEndpoints(parts),
    ...shareEndpoints(parts),
    ...allocationEndpoints(parts),
    ...loanEndpoints(parts),
    ...eventEndpoints(parts),
    ...notificationEndpoints(parts),
    ...auditEndpoints(parts),
  ];
}
