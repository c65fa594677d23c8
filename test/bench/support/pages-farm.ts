/**
 * A farm for the bench of the pages, on record before its hub starts: 10,000 rigs in racks, 500 customers with a pool and a contract each, house pools
 * and spares, people who changed things, and the events and shares of a while.
 */
import { controlFile } from "../../../src/config.ts";
import { type Control, openControl } from "../../../src/control/control.ts";
import { silentLog } from "../../../src/log.ts";
import { must } from "../../control/test-control.ts";
import { pagesOf } from "../../support/page-paths.ts";
import { configureHub } from "./configure-hub.ts";
import { fillShares, openFor } from "./ledger-rows.ts";

/** What a rig of the bench does: it sends half a share of the bench's difficulty a second. */
const rigHps = 2.15;
/** Four of five rigs serve contracts. */
const servingPart = 0.8;
const rigsPerRack = 40;
const models = ["Antminer S19 XP", "Antminer S21", "Whatsminer M60", "Whatsminer M50S", "Avalon A1466"];

export const benchOwner = Object.freeze({ email: "owner@farm.example", password: "a long enough sentence" });
export type PagesFarmAsk = { dataDir: string; poolPort: number; rigs: number; contracts: number; rows: number };

/** Makes the farm; answers with the address of each page, about the first thing of its kind. */
export async function configurePagesFarm({ dataDir, poolPort, rigs, contracts, rows }: PagesFarmAsk): Promise<string[]> {
  configureHub(dataDir, [poolPort]);
  const control = openControl(controlFile(dataDir), { now: Date.now, log: silentLog });
  try {
    must(await control.users.add({ ...benchOwner, role: "owner" }));
    const rigNos = addRigs(control, rigs);
    const doer = { actor: "user:bench", name: benchOwner.email, address: "10.0.0.9", action: "POST /contracts", subjectId: null };
    const each = Math.floor((rigs * servingPart) / contracts);
    // One entry of the audit log each, as when people make them.
    for (let at = 0; at < contracts; at++) {
      control.audit.during({ ...doer }, () => control.transaction(() => sell(control, { at, poolPort, rigNos: rigNos.slice(at * each, (at + 1) * each) })));
    }
    const said = { by: "user:bench", byName: benchOwner.email, fileName: "rigs.csv", fleetNo: control.fleets.ensureMain().no, giveCodes: false };
    control.imports.add({ ...said, text: importText(rigs / 10), total: rigs / 10 });
    return pagesOf(control).paths;
  } finally {
    control.close();
    if (rows > 0) await fillShares(dataDir, rows);
    if (rows > 0) await countShares(dataDir);
  }
}

/** As in a hub that has run for a while: all but the last minute is counted. */
async function countShares(dataDir: string): Promise<void> {
  const ledger = await openFor(dataDir);
  await ledger.maintain(Date.now());
  await ledger.close();
}

function addRigs(control: Control, count: number): number[] {
  const fleetNo = control.fleets.ensureMain().no;
  const site = must(control.sites.create({ name: "Borehamn", timezone: "Europe/Oslo" }));
  for (const name of models) must(control.models.create({ name, algorithm: "sha256d", nominalHps: 1e14, watts: 3_000 }));
  const names = Array.from({ length: count }, (_, at) => ({ fleetNo, name: `rig${at}`, nominalHps: rigHps }));
  const rigs = control.rigs.enrol(names);
  control.transaction(() => {
    rigs.forEach(({ id, no }, at) => {
      const rack = Math.floor(at / rigsPerRack);
      const location = { building: `B${rack % 3}`, row: `R${rack % 10}`, rack: `${rack}`, position: `${at % rigsPerRack}` };
      must(
        control.rigs.update(id, { assetCode: `AM-${String(no).padStart(6, "0")}`, siteId: site.id, location, model: models[at % models.length] ?? "" }, null),
      );
    });
  });
  // Each change of a status is an event.
  for (const status of ["degraded", "online"] as const) {
    control.rigs.setStatus(rigs.map(({ no: rigNo }) => ({ rigNo, status, reason: { code: "measured", text: "97 % of its usual hashrate in 15 min" } })));
  }
  return rigs.map(({ no }) => no);
}

function sell(control: Control, { at, poolPort, rigNos }: { at: number; poolPort: number; rigNos: number[] }): void {
  const customer = must(control.customers.create({ name: `Customer ${at} of the north`, email: `ops@customer-${at}.example` }));
  const login = { host: "127.0.0.1", port: poolPort, username: `customer-${at}`, customerId: customer.id };
  const pool = must(control.pools.create({ name: `pool of customer ${at}`, ...login }));
  const profile = must(control.profiles.create({ name: `profile of customer ${at}`, poolNos: [pool.no], customerId: customer.id }));
  const terms = { customerNo: customer.no, fleetNo: control.fleets.ensureMain().no, profileNo: profile.no, method: "threshold" } as const;
  // A little less than its rigs do, so that the plan leaves them where they are.
  const contract = must(
    control.contracts.create({ ...terms, promise: { promisedHps: Math.max(1, Math.floor(rigNos.length * rigHps * 0.99)) }, by: "user:bench" }),
  );
  const reason = { code: "fills", text: `fills ${contract.number}` };
  control.allocations.assign(rigNos.map((rigNo) => ({ rigNo, contractNo: contract.no, profileNo: profile.no, reason, decidedBy: "planner" })));
}

const importText = (rows: number): string =>
  ["worker;model;building;rack", ...Array.from({ length: rows }, (_, at) => `new${at};Antminer S21;B1;R${Math.floor(at / rigsPerRack)}`)].join("\n");
