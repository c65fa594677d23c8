import { Allocations } from "./allocations.ts";
import { Audit } from "./audit.ts";
import { Batches } from "./batches.ts";
import { Channels } from "./channels.ts";
import { Contracts } from "./contracts.ts";
import { Customers } from "./customers.ts";
import { ControlDatabase, type ControlOptions } from "./database.ts";
import { Deliveries } from "./deliveries.ts";
import { Events } from "./events.ts";
import { Fleets } from "./fleets.ts";
import { Idempotency } from "./idempotency.ts";
import { Imports } from "./imports.ts";
import { Listeners } from "./listeners.ts";
import { Loans } from "./loans.ts";
import { LoginAttempts } from "./login-attempts.ts";
import { LookAlikes } from "./look-alikes.ts";
import { MaintenanceWindows } from "./maintenance.ts";
import { Models } from "./models.ts";
import { PasswordLinks } from "./password-links.ts";
import { Pools } from "./pools.ts";
import { Profiles } from "./profiles.ts";
import { Racks } from "./racks.ts";
import { Repairs } from "./repairs.ts";
import { RigConnections } from "./rig-connections.ts";
import { Rigs } from "./rigs.ts";
import { SavedViews } from "./saved-views.ts";
import { SecondFactors } from "./second-factors.ts";
import { Sessions } from "./sessions.ts";
import { Settings } from "./settings.ts";
import { Sites } from "./sites.ts";
import { Tokens } from "./tokens.ts";
import { Users } from "./users.ts";

/** What people decided, and what was decided for them: one small object per table. All calls are synchronous unless they hash a password. */
export type Control = {
  customers: Customers;
  contracts: Contracts;
  pools: Pools;
  profiles: Profiles;
  sites: Sites;
  fleets: Fleets;
  listeners: Listeners;
  rigs: Rigs;
  racks: Racks;
  models: Models;
  repairs: Repairs;
  imports: Imports;
  batches: Batches;
  connections: RigConnections;
  lookAlikes: LookAlikes;
  allocations: Allocations;
  loans: Loans;
  maintenance: MaintenanceWindows;
  channels: Channels;
  deliveries: Deliveries;
  events: Events;
  /** Who changed what. */
  audit: Audit;
  users: Users;
  /** Of browsers. */
  sessions: Sessions;
  loginAttempts: LoginAttempts;
  passwordLinks: PasswordLinks;
  secondFactors: SecondFactors;
  savedViews: SavedViews;
  tokens: Tokens;
  settings: Settings;
  idempotency: Idempotency;
  /** All of `work` or nothing of it; may be nested. `work` must not be asynchronous. */
  transaction: <T>(work: () => T) => T;
  /** Deletes browser sessions that are over and kept answers that are old; about once an hour. */
  prune: () => void;
  /** Writes what waits and closes the file. */
  close: () => void;
};

/**
 * Opens (or makes) the control database; two processes may have it open at once. A fleet `main` exists afterwards.
 * @param path a file, or ":memory:"
 * @throws ControlOpenError when the file was written by a newer version or is none of ours
 */
export function openControl(path: string, options: ControlOptions): Control {
  const database = new ControlDatabase(path, options);
  const audit = new Audit(database);
  const customers = new Customers(database);
  const pools = new Pools(database, customers);
  const profiles = new Profiles(database, { pools, customers });
  const sites = new Sites(database);
  const fleets = new Fleets(database, { profiles, sites });
  const listeners = new Listeners(database, fleets);
  const events = new Events(database);
  const allocations = new Allocations(database);
  const racks = new Racks(database, sites);
  const rigs = new Rigs(database, { customers, fleets, profiles, sites, racks, allocations, events });
  const contracts = new Contracts(database, { customers, fleets, profiles, rigs, events });
  const sessions = new Sessions(database);
  const idempotency = new Idempotency(database);
  const settings = new Settings(database);
  const users = new Users(database, { settings, sessions });
  const connections = new RigConnections(database);
  fleets.ensureMain();
  return {
    ...{ customers, contracts, pools, profiles, sites, racks, fleets, listeners, rigs, allocations, events, users, sessions, settings, audit },
    maintenance: new MaintenanceWindows(database, {
      sites,
      fleetExists: (no) => fleets.all().some((fleet) => fleet.no === no),
      rigExists: (no) => rigs.exists(no),
    }),
    loans: new Loans(database),
    models: new Models(database),
    repairs: new Repairs(database),
    imports: new Imports(database),
    batches: new Batches(database),
    connections,
    lookAlikes: new LookAlikes(database, connections),
    channels: new Channels(database),
    deliveries: new Deliveries(database),
    loginAttempts: new LoginAttempts(database),
    passwordLinks: new PasswordLinks(database),
    secondFactors: new SecondFactors(database),
    savedViews: new SavedViews(database),
    tokens: new Tokens(database),
    idempotency,
    transaction: (work) => database.transaction(work),
    prune: () => {
      sessions.prune();
      idempotency.prune();
    },
    close: () => {
      try {
        events.flush();
      } finally {
        database.sql.close();
      }
    },
  };
}
