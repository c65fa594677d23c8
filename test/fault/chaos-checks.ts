import { checkAllocations, checkStatuses } from "./chaos-history.ts";
import type { HubAllocation, HubEvent, HubRig, HubShare } from "./chaos-hub.ts";
import type { ChaosRecord, Sample } from "./chaos-record.ts";

export type ChaosVerdict = { violations: string[] } & Record<string, unknown>;

/** Contracts may be short for so long with enough rigs and a pool that was well: what it takes to see it, to decide and to move. */
const shortMsMax = 30_000;
/** A pool that failed is taken up again after the profile's time, doubled with each failure of the last hour; and somebody has to look. */
const holdMsMin = 20_000;
const holdMsMax = 1_800_000;
const lookMs = 15_000;
/** What rigs lost shows in their shares for some time after they are well, or replaced. */
const measuredAfterMs = 240_000;

/** Holds what the hub has on record against what rigs, pools and this program know. */
export async function checkChaos(record: ChaosRecord): Promise<ChaosVerdict> {
  const { hub } = record;
  const violations: string[] = [];
  const rigs = await hub.all<HubRig>("/rigs");
  const shares = await hub.shares(record.startedMs - 60_000);
  const events = await hub.all<HubEvent>("/events");
  const from = new Date(record.startedMs - 60_000).toISOString();
  const allocations = await hub.all<HubAllocation>(`/allocations?from=${from}`);
  const idOf = new Map(rigs.map(({ name, id }) => [name, id]));
  const figures = {
    harms: countBy(record.harmed, ({ what, harm }) => `${what.split(" ")[0]} ${harm}`),
    shares: checkShares(record, { shares, idOf, violations }),
    owners: checkOwners(record, shares, violations),
    connections: checkConnections(record, violations),
    statuses: checkStatuses(record, { events, rigs, violations }),
    allocations: checkAllocations(record, { allocations, rigs, violations }),
    failovers: checkFailovers(record, events, violations),
    contracts: checkContracts(record, { shares, events, violations }),
    events: countBy(events, ({ type }) => type),
  };
  await checkSummaries(record, { shares, idOf, violations });
  return { ...figures, violations };
}

type Shares = { shares: readonly HubShare[]; idOf: ReadonlyMap<string, string>; violations: string[] };

/** Nothing that a rig heard `true` for is missing, each submit is one row, and no row is of nobody's. A rig hears a pool's refusal where it comes in time. */
function checkShares({ rigs, miner }: ChaosRecord, { shares, idOf, violations }: Shares): Record<string, unknown> {
  const rows = Map.groupBy(shares, ({ rig_id }) => rig_id);
  const sum = { heardTrue: 0, heardFalse: 0, unheard: 0, recorded: 0 };
  for (const rig of rigs) {
    const { accepted, refused, unheard } = rig.account();
    const own = rows.get(idOf.get(rig.name) ?? "") ?? [];
    const recorded = acceptedOf(own);
    const told = `${rig.name} heard true ${accepted} and false ${refused} times, ${unheard} answers were lost with its kills`;
    if (recorded < accepted || recorded > accepted + refused + unheard) violations.push(`${told}; ${recorded} are recorded as accepted`);
    if (own.length < accepted + refused || own.length > accepted + refused + unheard) violations.push(`${told}; there are ${own.length} rows`);
    sum.heardTrue += accepted;
    sum.heardFalse += refused;
    sum.unheard += unheard;
    sum.recorded += recorded;
  }
  const sequences = new Set(shares.map(({ sequence }) => sequence));
  if (sequences.size !== shares.length) violations.push(`${shares.length - sequences.size} rows have the number of another`);
  const real = miner === null ? {} : { real: { ...miner.account(), recorded: acceptedOf(rows.get(idOf.get(miner.name) ?? "")), troubles: miner.troubles } };
  return { rows: shares.length, ...sum, ...real, fates: countBy(shares, ({ hub_verdict, pool_verdict }) => `${hub_verdict}/${pool_verdict}`) };
}

const acceptedOf = (rows: readonly HubShare[] = []) => rows.filter(({ hub_verdict }) => hub_verdict === "accepted").length;

async function checkSummaries({ hub, rigs, startedMs }: ChaosRecord, { shares, idOf, violations }: Shares): Promise<void> {
  const accepted = countBy(
    shares.filter(({ hub_verdict }) => hub_verdict === "accepted"),
    ({ rig_id }) => rig_id,
  );
  for (const { name } of rigs) {
    const id = idOf.get(name) ?? "";
    const { hub_accepted } = await hub.get(`/rigs/${id}/shares-summary?from=${new Date(startedMs - 60_000).toISOString()}`);
    const { count } = hub_accepted as { count: number };
    if (count !== (accepted[id] ?? 0)) violations.push(`${name}: the summary counts ${count} accepted shares, the rows are ${accepted[id] ?? 0}`);
  }
}

/** A share is only credited to a contract by one of its pools, and an account's name is only known at its own. */
function checkOwners({ accounts, pools }: ChaosRecord, shares: readonly HubShare[], violations: string[]): Record<string, number> {
  const allowed = new Map(accounts.map(({ contractId, poolIds }) => [contractId, poolIds]));
  const wrong = shares.filter(({ contract_id, pool_id }) => pool_id !== null && allowed.get(contract_id)?.has(pool_id) !== true);
  if (wrong.length > 0) violations.push(`${wrong.length} shares at a pool that is none of their owner's, such as ${JSON.stringify(wrong[0])}`);
  for (const pool of pools.values()) {
    const known = new Set(accounts.filter(({ poolIds }) => [...poolIds.values()].includes(pool)).map(({ user }) => user));
    const strangers = [...pool.accounts].filter((name) => !known.has(name));
    if (strangers.length > 0) violations.push(`pool ${pool.name} was told of ${strangers.join(", ")}`);
  }
  const nameOf = new Map(accounts.map(({ contractId, owner }) => [contractId, owner]));
  return countBy(shares, ({ contract_id }) => nameOf.get(contract_id) ?? "nobody");
}

/** The hub closes no rig. */
function checkConnections({ hub, rigs }: ChaosRecord, violations: string[]): Record<string, unknown> {
  const logged = hub.logged();
  for (const line of logged) if (line["event"] === "rig.closed") violations.push(`the hub closed a rig: ${JSON.stringify(line)}`);
  for (const line of logged) if (line["level"] === "error") violations.push(`the hub logged an error: ${JSON.stringify(line)}`);
  if (hub.exitCode !== null) violations.push(`the hub ended with ${hub.exitCode}`);
  for (const rig of rigs) {
    const { disconnects } = rig.account();
    if (disconnects > 0) violations.push(`${rig.name} lost its connection ${disconnects} times without our doing`);
  }
  return {
    warnings: countBy(
      logged.filter(({ level }) => level === "warn"),
      ({ event }) => String(event),
    ),
  };
}

/** Each harm of a pool that rigs of a contract worked for, and that lasted, is on record. */
function checkFailovers({ accounts, harmed, samples, pools }: ChaosRecord, events: readonly HubEvent[], violations: string[]): Record<string, number> {
  const sentences = events.filter(({ type }) => type.startsWith("pool.") || type.startsWith("contract.pools-"));
  let inUse = 0;
  for (const { what, harm, fromMs, toMs } of harmed) {
    const pool = pools.get(what.replace("pool ", ""));
    const before = samples.findLast(({ atMs }) => atMs <= fromMs);
    if (pool === undefined || before === undefined || harm !== "kill") continue;
    for (const { owner, contractId, poolIds } of accounts) {
      const own = [...poolIds].filter(([, one]) => one === pool).map(([id]) => id);
      const active = before.contracts.find(({ id }) => id === contractId)?.active_pool_id;
      if (!own.includes(active ?? "")) continue;
      inUse += 1;
      const told = sentences.some(({ at, text }) => Date.parse(at) >= fromMs - 50 && Date.parse(at) <= toMs + 1_000 && text.includes(`${owner} ${pool.name}`));
      if (!told) violations.push(`nothing on record tells that ${owner}'s pool ${pool.name} was killed at ${new Date(fromMs).toISOString()}`);
    }
  }
  return { killedInUse: inUse, ...countBy(sentences, ({ type }) => type) };
}

type Spell = { contract: string; from: string; seconds: number; state: string; code: string; text: string; harms: string[]; excused: boolean };

/** Contracts deliver while rigs and pools allow. */
function checkContracts(
  record: ChaosRecord,
  { shares, events, violations }: { shares: readonly HubShare[]; events: readonly HubEvent[]; violations: string[] },
): Record<string, unknown> {
  const { accounts, samples } = record;
  const figures: Record<string, unknown> = {};
  const first = samples.findIndex(({ contracts }) => contracts.every(({ health }) => health?.state === "delivering"));
  for (const { owner, contractId } of accounts) {
    if (contractId === null) continue;
    const spells = spellsOf(record, contractId, { first: Math.max(0, first), events });
    for (const spell of spells)
      if (!spell.excused && spell.seconds * 1_000 > shortMsMax)
        violations.push(`contract ${owner} was not served though it could be: ${JSON.stringify(spell)}`);
    const seconds = spells.reduce((sum, spell) => sum + spell.seconds, 0);
    const rows = shares.filter(({ contract_id }) => contract_id === contractId);
    const delivery = deliveredPart(rows, samples, { contractId, first: Math.max(0, first) });
    figures[owner] = { not_delivering_s: Math.round(seconds), delivered_of_promised: delivery, rows: rows.length, spells };
  }
  return figures;
}

function deliveredPart(rows: readonly HubShare[], samples: readonly Sample[], { contractId, first }: { contractId: string; first: number }): number | null {
  const [from, to] = [samples[first]?.atMs, samples.at(-1)?.atMs];
  const promised = samples.at(-1)?.contracts.find(({ id }) => id === contractId)?.promised_hps;
  if (from === undefined || to === undefined || promised === undefined) return null;
  const counted = rows.filter(({ at, hub_verdict }) => hub_verdict === "accepted" && Date.parse(at) >= from && Date.parse(at) < to);
  const work = counted.reduce((sum, { work_hashes }) => sum + Number(work_hashes), 0);
  return Math.round((work / (promised * ((to - from) / 1_000))) * 1_000) / 1_000;
}

function spellsOf(record: ChaosRecord, contractId: string, { first, events }: { first: number; events: readonly HubEvent[] }): Spell[] {
  const spells: Spell[] = [];
  let open: { spell: Spell; fromMs: number } | null = null;
  for (const sample of record.samples.slice(first)) {
    const contract = sample.contracts.find(({ id }) => id === contractId);
    const { state = "unknown", reason } = contract?.health ?? {};
    if (state === "delivering") {
      open = null;
      continue;
    }
    const excused = !couldServe(record, sample, { contractId, events }) || (reason?.code === "measured" && wasHarmed(record, sample));
    if (open === null) {
      const { code = "", text = "" } = reason ?? {};
      open = {
        fromMs: sample.atMs,
        spell: { contract: contractId, from: new Date(sample.atMs).toISOString(), seconds: 0, state, code, text, harms: sample.harms, excused },
      };
      spells.push(open.spell);
    }
    open.spell.seconds = Math.round((sample.atMs - open.fromMs) / 100) / 10;
    open.spell.excused ||= excused;
  }
  return spells;
}

function wasHarmed({ harmed }: ChaosRecord, { atMs }: Sample): boolean {
  return harmed.some(({ what, fromMs, toMs }) => what.startsWith("rig ") && fromMs <= atMs && (toMs === 0 || atMs <= toMs + measuredAfterMs));
}

/** Whether there were rigs enough by the hub's own statuses, and a pool that it may use. */
function couldServe(
  { accounts }: ChaosRecord,
  { atMs, contracts, rigs }: Sample,
  { contractId, events }: { contractId: string; events: readonly HubEvent[] },
): boolean {
  const online = rigs.filter(({ status }) => status === "online").reduce((sum, { nominal_hps }) => sum + nominal_hps, 0);
  const promised = contracts.reduce((sum, { promised_hps }) => sum + promised_hps, 0);
  const pools = accounts.find((account) => account.contractId === contractId)?.poolIds.keys() ?? [];
  return online >= promised && [...pools].some((poolId) => isUsable(poolId, atMs, events));
}

/** By the states that the hub told: never failed, or well again for its hold-down. */
function isUsable(poolId: string, atMs: number, events: readonly HubEvent[]): boolean {
  const states = events.filter(({ type, subject, at }) => type === "pool.state-changed" && subject.id === poolId && Date.parse(at) <= atMs);
  const isFailure = ({ data }: HubEvent) => ["failing", "ejected"].includes(String(data?.["to"]));
  const failures = states.filter(isFailure).length;
  if (failures === 0) return true;
  const wellSinceMs = Date.parse(states.slice(states.findLastIndex(isFailure) + 1)[0]?.at ?? "9999-01-01");
  return atMs - wellSinceMs > Math.min(holdMsMax, holdMsMin * 2 ** (failures - 1)) + lookMs;
}

function countBy<T>(list: readonly T[], keyOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) counts[keyOf(one)] = (counts[keyOf(one)] ?? 0) + 1;
  return counts;
}
