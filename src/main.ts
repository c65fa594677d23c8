import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "./cli/cli.ts";
import type { RunningHub, StartOptions } from "./cli/command.ts";
import { refuseHalfFolder } from "./cli/data-folder.ts";
import { productVersion as version } from "./cli/product.ts";
import { openSideDoor } from "./cli/side-door.ts";
import { type Config, controlFile, type Endpoint, environment } from "./config.ts";
import { type Control, openControl } from "./control/control.ts";
import { SnapshotFile } from "./control/snapshot-file.ts";
import type { OperationFacts } from "./health/operation-facts.ts";
import { Hub } from "./hub/hub.ts";
import { lockFolder } from "./ledger/folder-lock.ts";
import { type Ledger, openLedger } from "./ledger/ledger.ts";
import type { Log } from "./log.ts";
import type { AlarmFacts } from "./notify/alarm-facts.ts";
import { alarmFactsOf } from "./notify/farm-facts.ts";
import { HubAlarms } from "./notify/hub-alarms.ts";
import { Notifier } from "./notify/notifier.ts";
import type { Move } from "./schedule/move.ts";
import type { ContractFact } from "./watch/contract-state.ts";
import { LoopLag } from "./watch/loop-lag.ts";
import { usualStartGraceMs, Watch, type WatchedHub } from "./watch/watch.ts";
import type { ContractHealth, ContractView, HubView } from "./web/deps.ts";
import { startWeb } from "./web/server.ts";

/** A write to disk that cannot be trusted ends the process; a supervisor starts it again and the journal is replayed. */
const failedSyncExitCode = 70;
const crashExitCode = 1;
const eventsFlushMs = 200;
const loopLagEveryMs = 250;
/** A session number says in which run of the hub it was, for 4,096 runs of a million sessions each. */
const boots = 4_096;
const sessionsPerBoot = 2 ** 20;

/**
 * Builds the hub from its parts, bottom up; `stop` takes it down in reverse.
 * Throws when the data folder is in use or unreadable, or when an address cannot be listened on.
 */
export async function startHub(config: Config, log: Log, { startGraceMs = usualStartGraceMs }: StartOptions = {}): Promise<RunningHub> {
  const now = () => Date.now();
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const onFatal = (error: Error) => {
    log.error("ledger.fatal", { error: error.message });
    process.exit(failedSyncExitCode);
  };
  const { control, ledger } = await openFolder(config, { log, now, onFatal });
  ledger.onRepair = ({ text, kind, ...data }) => control.events.record({ type: `ledger.${kind}`, subjectKind: "hub", subjectId: null, text, data });
  const hubAlarms = new HubAlarms();
  ledger.onAlarm = (alarm) => {
    control.events.record({ type: `ledger.${alarm.kind}`, subjectKind: "hub", subjectId: null, text: alarm.text });
    hubAlarms.note(alarm);
  };
  const sideDoor = openSideDoor(config.dataDir, ledger);
  const bind = addressText(config.stratum);
  const primary = control.listeners.ensurePrimary(bind);
  if (!primary.ok) throw new Error(`--stratum: ${bind} ${JSON.stringify(primary.problem)}`);
  const notifier = new Notifier({ control, log, now, random: Math.random });
  let watch: Watch | null = null;
  const hub = new Hub({
    control,
    event: (event) => {
      control.events.record(event);
      if (event.subjectKind !== "rig") log.info(event.type, { text: event.text });
    },
    ledger,
    log,
    now,
    monotonicMs: () => performance.now(),
    random: Math.random,
    agent: `stratum-hub/${version}`,
    contractName: (no) => contractName(control, no),
    assigned: assignedTo(control),
    presence: (rigNo, connected) => watch?.onPresence(rigNo, connected),
    firstSessionNo: (ledger.bootNo % boots) * sessionsPerBoot,
  });
  watch = startWatch(config, { control, ledger, hub, notifier, hubAlarms, log, now, startGraceMs });
  hub.start();
  notifier.start();
  const flushing = setInterval(
    eventFlusher(() => control.events.flush(), log),
    eventsFlushMs,
  );
  const loopLag = new LoopLag(loopLagEveryMs, () => performance.now());
  loopLag.start();
  const stratum = endpointOf(hub.ports().find(({ listenerNo }) => listenerNo === primary.value.no)?.address ?? bind);
  const web = await startWeb({
    ...{ control, ledger, log, now, version, diskTroubles: () => hubAlarms.facts() },
    hub: viewOf(hub, watch),
    contracts: contractsOf(watch),
    testChannel: (id) => notifier.test(id),
    operation: () => operationOf({ hub, watch, ledger, loopLag }),
    config: { ...config, stratum },
  });
  web.keepWarm();
  const http = web.address;
  inviteFirstUser(control, config, { http, log });
  control.events.record({ type: "hub.started", subjectKind: "hub", subjectId: null, text: `The hub started (version ${version}).` });
  log.info("hub.ready", { http: addressText(http), stratum: addressText(stratum), version });
  return {
    http,
    stratum,
    stop: async () => {
      await web.stop();
      await watch?.stop();
      await notifier.stop();
      await hub.stop();
      control.events.record({ type: "hub.stopped", subjectKind: "hub", subjectId: null, text: "The hub stopped in order." });
      clearInterval(flushing);
      loopLag.stop();
      await sideDoor.close();
      await ledger.close();
      control.close();
      log.info("hub.stopped");
    },
  };
}

type FolderOptions = { log: Log; now: () => number; onFatal: (error: Error) => void };

/** The control database first: one that is gone or written by a newer version is found out before the journal is touched. */
async function openFolder({ dataDir }: Config, { log, now, onFatal }: FolderOptions): Promise<{ control: Control; ledger: Ledger }> {
  const lock = lockFolder(dataDir);
  let control: Control;
  try {
    refuseHalfFolder(dataDir);
    control = openControl(controlFile(dataDir), { now, log });
  } catch (error) {
    lock.release();
    throw error;
  }
  try {
    return { control, ledger: await openLedger({ dataDir, log, now, onFatal, lock }) };
  } catch (error) {
    control.close();
    throw error;
  }
}

/** Events wait while the disk refuses them; that it does, and that it takes them again, is each said once. */
export function eventFlusher(flush: () => void, log: Log): () => void {
  let isRefused = false;
  return () => {
    try {
      flush();
      if (isRefused) log.info("events.written", { text: "the disk takes events again" });
      isRefused = false;
    } catch (error) {
      if (!isRefused) log.error("events.unwritten", { text: "events wait until the disk takes them", error: textOf(error) });
      isRefused = true;
    }
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * An error that nobody caught leaves the hub in a state that nobody thought of: it says so and ends, and a supervisor starts it again.
 * Nothing is tidied up on the way out: every share that a rig heard `true` for is on disk already, as for `kill -9`.
 */
function endOnCrash(log: Log): void {
  const crash = (error: unknown) => {
    log.error("hub.crashed", { error: textOf(error), stack: error instanceof Error ? error.stack : undefined });
    process.exit(crashExitCode);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}

function contractName({ contracts }: Control, no: number): { id: string; name: string } | null {
  const contract = contracts.byNo(no);
  return contract === null ? null : { id: contract.id, name: contract.number };
}

function watchedOf(hub: Hub): WatchedHub {
  return {
    rigs: () => hub.rigs(),
    contracts: () => hub.contracts(),
    contractsAccepted: () => hub.contractsAccepted(),
    houseServes: (rigNo) => hub.houseServes(rigNo),
    applyMoves: (moves) => hub.applyMoves(moves),
    holdContracts: (destinations) => hub.holdContracts(destinations),
    setPaces: (paces) => hub.setPaces(paces),
    now: () => hub.now(),
    wallOf: (ms) => hub.wallOf(ms),
  };
}

type Counters = { hub: Hub; watch: Watch; ledger: Ledger; loopLag: LoopLag };

function operationOf({ hub, watch, ledger, loopLag }: Counters): OperationFacts {
  const { rss, heapUsed } = process.memoryUsage();
  const { moves, sliceSwitches, planSeconds, judgeSeconds } = watch.meter;
  const expectedHps = new Map([...watch.contractStandings()].map(({ contract, fact }) => [contract.no, fact.expectedHps]));
  return {
    ...{ startedAtMs: performance.timeOrigin, residentBytes: rss, heapBytes: heapUsed, loopLagSeconds: loopLag.seconds },
    ...{ moves, sliceSwitches, planSeconds, judgeSeconds, expectedHps },
    ...ledger.figures(),
    shares: [...hub.counts.all()],
    unrecordedShares: hub.counts.unrecorded,
    lateAnswers: hub.counts.late,
    poolAnswerSeconds: hub.counts.answerSeconds,
  };
}

type WatchParts = { control: Control; ledger: Ledger; hub: Hub; notifier: Notifier; hubAlarms: HubAlarms; log: Log; now: () => number; startGraceMs: number };

/** The clocks: they judge, plan and tell. */
function startWatch(config: Config, { control, ledger, hub, notifier, hubAlarms, log, now, startGraceMs }: WatchParts): Watch {
  const watch: Watch = new Watch({
    control,
    hub: watchedOf(hub),
    memory: new SnapshotFile(join(config.dataDir, "health.snapshot")),
    log,
    now,
    startGraceMs,
    tasks: [
      { name: "alarms", pattern: "5-59/10 * * * * *", run: () => notifier.observe(farmOf({ control, hub, watch, hubAlarms, nowMs: now() })) },
      { name: "prune", pattern: "0 17 * * * *", run: () => control.prune() },
      { name: "ledger", pattern: "30 * * * * *", run: () => ledger.maintain(now()) },
    ],
  });
  return watch;
}

type Parts = { control: Control; hub: Hub; watch: Watch; hubAlarms: HubAlarms; nowMs: number };

function farmOf({ control, hub, watch, hubAlarms, nowMs }: Parts): AlarmFacts {
  return alarmFactsOf({
    nowMs,
    fleets: control.fleets.all(),
    profiles: control.profiles.all(),
    rigs: watch.standings(),
    contracts: [...watch.contractStandings()],
    pools: hub.pools(),
    contractPools: hub.contracts(),
    hub: hubAlarms.facts(),
  });
}

function contractsOf(watch: Watch): ContractView {
  return {
    capacity: (ask) => watch.capacity(ask),
    removalCost: (rigNos) => watch.removalCost(rigNos),
    health: (no) => healthOf(watch.contract(no)),
    changed: () => watch.configChanged(),
  };
}

function healthOf(fact: ContractFact | null): ContractHealth | null {
  return fact === null ? null : { state: fact.state, reason: fact.reason };
}

function viewOf(hub: Hub, watch: Watch): HubView {
  return {
    rigs: () => hub.rigs(),
    rig: (no) => hub.rig(no),
    pools: () => hub.pools(),
    pool: (no) => hub.pool(no),
    poolAnswers: (no) => hub.poolAnswers(no),
    sessions: () => hub.sessionCount(),
    ports: () => hub.ports(),
    testPool: (pool) => hub.testPool(pool),
    applyMoves: (moves) => hub.applyMoves(moves),
    configChanged: () => {
      hub.configChanged();
      watch.configChanged();
    },
    ready: () => hub.ready(),
    onChange: (listener) => hub.onChange(listener),
  };
}

/** Where rigs that serve contracts were when the hub last ran: nothing moves because it was restarted. */
function assignedTo(control: Control): Move[] {
  const profileOf = new Map(control.contracts.all().map(({ no, profileNo }) => [no, profileNo]));
  return control.allocations.open().flatMap(({ rigNo, contractNo }) => {
    const profileNo = contractNo === null ? undefined : profileOf.get(contractNo);
    return contractNo === null || profileNo === undefined ? [] : [{ rigNo, to: { contractNo, profileNo } }];
  });
}

/** With nobody to sign in, the log shows a link that makes the first owner, once. */
function inviteFirstUser(control: Control, config: Config, { http, log }: { http: Endpoint; log: Log }): void {
  if (control.users.count() > 0) return;
  const scheme = config.httpCert === undefined ? "http" : "https";
  log.warn("setup.link", {
    text: "no user yet: open this link once to make the first owner",
    url: `${scheme}://${addressText(http)}/setup?token=${control.settings.createSetupToken().reveal()}`,
  });
}

function addressText({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function endpointOf(address: string): Endpoint {
  const at = address.lastIndexOf(":");
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(address.slice(at + 1)) };
}

/** As commands start it: the process is this hub's, so that it may end it. Tests start theirs without. */
function startOwnHub(config: Config, log: Log, options?: StartOptions): Promise<RunningHub> {
  endOnCrash(log);
  return startHub(config, log, options);
}

if (import.meta.main) {
  // The books are nobody else's, even where the data folder was made by hand for all to read; DuckDB asks for no mode of its own.
  process.umask(0o077);
  process.exit(await runCli(process.argv.slice(2), environment(), { startHub: startOwnHub }));
}
